using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;

namespace Scratch.Tests.Kernels;

/// <summary>Sizes only: what tiles sum is shown by GemmTests and Conv2dLanesTests, whose sizes lie around them.</summary>
[EveryVector]
public sealed class TilesTests<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
{
    [Test]
    public void Rows_Twice_AreTwiceAsMany() =>
        Assert.That((Rows<Weighted<V, T>>(), Rows<Twice<Weighted<V, T>, V, T>>(),
            Rows<Twice<Twice<Weighted<V, T>, V, T>, V, T>>()), Is.EqualTo((1, 2, 4)));

    [Test]
    public void Count_Pair_IsTwiceTheVectors() => Assert.That(Pair<V, T>.Count, Is.EqualTo(2 * V.Count));

    private static int Rows<R>() where R : unmanaged, ITile<R, V, T> => R.Rows;
}
