using BenchmarkDotNet.Attributes;
using Scratch.Tensors;

namespace Scratch.Bench;

/// <summary>gradBias from gradOutput, on one thread.</summary>
/// <remarks>
/// A sum without a window: unfolding has nothing to do here, and the textbook way calls the naive routine. Naive reads NCHW, Lanes the engine's
/// own layout. The gradient is added to, call after call: it grows, which costs no time.
/// </remarks>
public class Conv2dBackwardBiasBenchmarks
{
    private Conv2dWorkload _work = null!;

    // By name: the operations of a case are those of its convolution, and here there are only additions.
    public static IEnumerable<string> Cases => LayerCases.All.Select(layer => $"{layer}");

    [ParamsSource(nameof(Cases))]
    public string Case { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        LayerCase layer = LayerCases.All.First(layer => $"{layer}" == Case);
        _work = Conv2dWorkload.Create(layer);
        Agreement.RequireOnce<Conv2dBackwardBiasBenchmarks>(layer, Verify);
    }

    [Benchmark(Baseline = true)]
    public void Naive() => _work.NaiveBackwardBias();

    [Benchmark]
    public void Lanes() => _work.LanesBackwardBias();

    private void Verify()
    {
        Naive();
        Tensor<float> expected = _work.GradBias.Clone();
        _work.GradBias.Fill(0);
        Lanes();
        Agreement.Require(nameof(Lanes), expected, _work.GradBias);
    }
}
