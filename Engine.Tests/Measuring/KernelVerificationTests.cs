using NUnit.Framework;
using Scratch.Measuring;

namespace Scratch.Tests.Measuring;

[Category("Slow")]
public sealed class KernelVerificationTests
{
    private static readonly VerificationOptions _few = new() { Cases = 12 };
    private static readonly Lazy<VerificationResult> _result = new(() => KernelVerification.Run(_few with { Threads = 1 }));

    [Test]
    public void Run_Kernels_EqualTheirTwins()
    {
        VerificationResult result = _result.Value;
        Assert.That(result.Kernels.Where(kernel => !(kernel.WorstError <= result.Tolerance)), Is.Empty);
        Assert.That(result.Passed, Is.True);
    }

    [Test]
    public void Run_EveryKernel_InBothPrecisions()
    {
        ILookup<string, string> precisions = _result.Value.Kernels.ToLookup(kernel => kernel.Kernel, kernel => kernel.Precision);
        Assert.That(precisions, Has.Count.EqualTo(58));
        Assert.That(precisions.Select(kernel => string.Join(' ', kernel)), Has.All.EqualTo("float double"));
    }

    [Test]
    public void Run_AnyNumberOfThreads_FindsTheSame() =>
        Assert.That(KernelVerification.Run(_few with { Threads = 3 }).Kernels, Is.EqualTo(_result.Value.Kernels));

    [Test]
    public void Run_AnotherSeed_OtherErrors() =>
        Assert.That(KernelVerification.Run(_few with { Seed = 2 }).Kernels, Is.Not.EqualTo(_result.Value.Kernels));

    [Test]
    public void Run_TwinOffByAThousandth_EveryKernelFails()
    {
        // A thousandth is 8000 units in float, and far more in double; results that stay well below 1 still show it.
        VerificationResult result = KernelVerification.Run(_few with { TwinError = 1e-3 });
        Assert.That(result.Passed, Is.False);
        Assert.That(result.Kernels.Where(kernel => kernel.WorstError <= result.Tolerance), Is.Empty);
    }

    [Test]
    public void Add_KnownDistance_IsInUnitsOfTheLargestValue()
    {
        // Between 4 and 8 floats are 2⁻²¹ apart; the twin's largest value is 5, and one number is off by three such gaps.
        var comparisons = new Comparisons<float>(new(1), 0);
        comparisons.Add("some", "shape", [5, 1 + 3f / (1 << 21)], [5, 1]);
        comparisons.Add("some", "shape", [float.NaN], [1]);
        comparisons.Add("some", "shape", [1], [1, 1]);
        Assert.That(comparisons.Found.Select(one => one.Error), Is.EqualTo([3, double.PositiveInfinity, double.PositiveInfinity]));
    }
}
