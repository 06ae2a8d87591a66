using BenchmarkDotNet.Attributes;
using Scratch.Tensors;

namespace Scratch.Bench;

/// <summary>output = bias + input * weight, on one thread.</summary>
/// <remarks>
/// Naive and Im2Col read and write NCHW. Lanes reads and writes the engine's own layout, in which a model's values stay from layer to layer;
/// LanesFromNchw also pays the way there and back, as a single convolution of a user's NCHW tensor would.
/// </remarks>
public class Conv2dForwardBenchmarks
{
    private Conv2dWorkload _work = null!;

    public static IReadOnlyList<LayerCase> Cases => LayerCases.All;

    [ParamsSource(nameof(Cases))]
    public LayerCase Case { get; set; } = null!;

    [GlobalSetup]
    public void Setup()
    {
        _work = Conv2dWorkload.Create(Case);
        Agreement.RequireOnce<Conv2dForwardBenchmarks>(Case, Verify);
    }

    [Benchmark(Baseline = true)]
    public void Naive() => _work.NaiveForward();

    [Benchmark]
    public void Im2Col() => _work.Im2ColForward();

    [Benchmark]
    public void Lanes() => _work.LanesForward();

    [Benchmark]
    public void LanesFromNchw() => _work.LanesForwardFromNchw();

    private void Verify()
    {
        Naive();
        Tensor<float> expected = _work.Output.Clone();
        _work.Output.Fill(float.NaN);
        Im2Col();
        Agreement.Require(nameof(Im2Col), expected, _work.Output);
        _work.OutputBlocks.Fill(float.NaN);
        Lanes();
        Agreement.Require(nameof(Lanes), expected, Conv2dWorkload.FromBlocks(_work.OutputBlocks, expected.Shape));
        _work.Output.Fill(float.NaN);
        LanesFromNchw();
        Agreement.Require(nameof(LanesFromNchw), expected, _work.Output);
    }
}
