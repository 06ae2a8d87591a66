using NUnit.Framework;
using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;
using Scratch.Kernels.Simd;

namespace Scratch.Tests.Kernels;

/// <summary>Runs a fixture &lt;V, T&gt; with every vector in float and double. Those wider than the processor's are emulated, and correct.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class EveryVectorAttribute : NUnitAttribute, IFixtureBuilder
{
    private static readonly Type[] _singles = [typeof(Simd512<float>), typeof(Simd256<float>), typeof(SimdPortable<float>)];
    private static readonly Type[] _doubles = [typeof(Simd512<double>), typeof(Simd256<double>), typeof(SimdPortable<double>)];

    public IEnumerable<TestSuite> BuildFrom(ITypeInfo typeInfo) =>
    [
        .. _singles.SelectMany(vector => new TestFixtureAttribute(vector, typeof(float)).BuildFrom(typeInfo)),
        .. _doubles.SelectMany(vector => new TestFixtureAttribute(vector, typeof(double)).BuildFrom(typeInfo)),
    ];
}
