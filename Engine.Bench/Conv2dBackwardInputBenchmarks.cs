using BenchmarkDotNet.Attributes;
using Scratch.Tensors;

namespace Scratch.Bench;

/// <summary>gradInput from gradOutput and weight, on one thread.</summary>
/// <remarks>Naive and Im2Col read and write NCHW; Lanes the engine's own layout, in which a model's values stay from layer to layer.</remarks>
public class Conv2dBackwardInputBenchmarks
{
    private Conv2dWorkload _work = null!;

    public static IReadOnlyList<LayerCase> Cases => LayerCases.All;

    [ParamsSource(nameof(Cases))]
    public LayerCase Case { get; set; } = null!;

    [GlobalSetup]
    public void Setup()
    {
        _work = Conv2dWorkload.Create(Case);
        Agreement.RequireOnce<Conv2dBackwardInputBenchmarks>(Case, Verify);
    }

    [Benchmark(Baseline = true)]
    public void Naive() => _work.NaiveBackwardInput();

    [Benchmark]
    public void Im2Col() => _work.Im2ColBackwardInput();

    [Benchmark]
    public void Lanes() => _work.LanesBackwardInput();

    private void Verify()
    {
        Naive();
        Tensor<float> expected = _work.GradInput.Clone();
        _work.GradInput.Fill(float.NaN);
        Im2Col();
        Agreement.Require(nameof(Im2Col), expected, _work.GradInput);
        _work.GradInputBlocks.Fill(float.NaN);
        Lanes();
        Agreement.Require(nameof(Lanes), expected, Conv2dWorkload.FromBlocks(_work.GradInputBlocks, expected.Shape));
    }
}
