using BenchmarkDotNet.Attributes;
using Scratch.Kernels;

namespace Scratch.Bench;

/// <summary>output = bias + input * weight.</summary>
/// <remarks>LanesFromNchw also pays the way from NCHW to lanes and back, as a single convolution of a user's tensor would.</remarks>
public class Conv2dForwardBenchmarks() : Conv2dBenchmarks(Conv2dDirection.Forward)
{
    private Variant _lanesFromNchw = null!;

    [Benchmark]
    public void LanesFromNchw() => _lanesFromNchw.Run();

    private protected override void Prepare(Conv2dWorkload work, List<(string, Variant)> others) =>
        others.Add((nameof(LanesFromNchw), _lanesFromNchw = work.LanesFromNchw()));
}
