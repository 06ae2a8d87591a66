using NUnit.Framework;
using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;
using Scratch.Kernels.Simd;

namespace Scratch.Tests.Kernels;

/// <summary>Runs a fixture &lt;V, T&gt; with every vector in float and double. Those wider than the processor's are emulated, and correct.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class EveryVectorAttribute : NUnitAttribute, IFixtureBuilder
{
    private static readonly Type[] _vectors = [typeof(Simd512<>), typeof(Simd256<>), typeof(SimdPortable<>)];

    /// <summary>Whether to run it with pairs of these vectors, too.</summary>
    public bool Pairs { get; init; }

    public IEnumerable<TestSuite> BuildFrom(ITypeInfo typeInfo)
    {
        foreach (Type number in new[] { typeof(float), typeof(double) })
            foreach (Type vector in _vectors.Select(vector => vector.MakeGenericType(number)))
            {
                foreach (TestSuite suite in new TestFixtureAttribute(vector, number).BuildFrom(typeInfo)) yield return suite;
                if (!Pairs) continue;
                Type pair = typeof(Pair<,>).MakeGenericType(vector, number);
                foreach (TestSuite suite in new TestFixtureAttribute(pair, number).BuildFrom(typeInfo)) yield return suite;
            }
    }
}
