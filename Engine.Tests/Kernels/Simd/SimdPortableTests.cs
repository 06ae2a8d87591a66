using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels.Simd;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels.Simd;

/// <summary>What the portable vector does its own way where nothing is fused.</summary>
public sealed class SimdPortableTests
{
    private const int Tries = 1000;

    [Test]
    public void MultiplyAdd_Floats_HasTheBitsOfThePlatformsEstimate() => Compare<float>(Vector.MultiplyAddEstimate);

    [Test]
    public void MultiplyAdd_Doubles_HasTheBitsOfThePlatformsEstimate() => Compare<double>(Vector.MultiplyAddEstimate);

    private static void Compare<T>(Func<Vector<T>, Vector<T>, Vector<T>, Vector<T>> estimate) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = Vector<T>.Count;
        T[] numbers = RandomTensors.Values<T>(3 * count * Tries, 7, -2, 2);
        var actual = new T[count];
        for (int i = 0; i < Tries; i++)
        {
            ReadOnlySpan<T> a = numbers.AsSpan(3 * i * count, count), b = numbers.AsSpan((3 * i + 1) * count, count);
            ReadOnlySpan<T> c = numbers.AsSpan((3 * i + 2) * count, count);
            Write(SimdPortable<T>.MultiplyAdd(Read<SimdPortable<T>, T>(a), Read<SimdPortable<T>, T>(b), Read<SimdPortable<T>, T>(c)), actual);
            Assert.That(new Vector<T>(actual), Is.EqualTo(estimate(new(a), new(b), new(c))));
        }
    }

    private static V Read<V, T>(ReadOnlySpan<T> from) where V : unmanaged, IVector<V, T> where T : unmanaged => V.Load(from);

    private static void Write<V, T>(V vector, Span<T> to) where V : unmanaged, IVector<V, T> where T : unmanaged => V.Store(vector, to);
}
