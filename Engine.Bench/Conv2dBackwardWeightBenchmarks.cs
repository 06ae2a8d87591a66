using BenchmarkDotNet.Attributes;
using Scratch.Tensors;

namespace Scratch.Bench;

/// <summary>gradWeight += from input and gradOutput, on one thread.</summary>
/// <remarks>
/// Naive and Im2Col read NCHW; Lanes the engine's own layout, in which a model's values stay from
/// layer to layer. The gradient is added to, call after call: it grows, which costs no time.
/// </remarks>
public class Conv2dBackwardWeightBenchmarks
{
    private Conv2dWorkload _work = null!;

    public static IReadOnlyList<LayerCase> Cases => LayerCases.All;

    [ParamsSource(nameof(Cases))]
    public LayerCase Case { get; set; } = null!;

    [GlobalSetup]
    public void Setup()
    {
        _work = Conv2dWorkload.Create(Case);
        Agreement.RequireOnce<Conv2dBackwardWeightBenchmarks>(Case, Verify);
    }

    [Benchmark(Baseline = true)]
    public void Naive() => _work.NaiveBackwardWeight();

    [Benchmark]
    public void Im2Col() => _work.Im2ColBackwardWeight();

    [Benchmark]
    public void Lanes() => _work.LanesBackwardWeight();

    private void Verify()
    {
        Naive();
        Tensor<float> expected = _work.GradWeight.Clone();
        _work.GradWeight.Fill(0);
        Im2Col();
        Agreement.Require(nameof(Im2Col), expected, _work.GradWeight);
        _work.GradWeight.Fill(0);
        Lanes();
        Agreement.Require(nameof(Lanes), expected, _work.GradWeight);
    }
}
