using BenchmarkDotNet.Attributes;
using Scratch.Kernels.Simd;
using Scratch.Measuring;

namespace Scratch.Bench.Peers;

/// <summary>The layers beside convolution of <c>scratch bench</c>, under the same names, and libtorch's: each in the layout in which its values
/// come, channels-last here and NCHW there.</summary>
public class LayerBenchmarks
{
    private Action _scratch = null!;
    private Variant _libtorch = null!;

    public static IEnumerable<string> Cases => LayerShape.All.SelectMany(shape => new[] { shape.CaseName(false), shape.CaseName(true) });

    public static IEnumerable<int> AllThreads => ThreadCounts.All;

    [ParamsSource(nameof(Cases))]
    public string Case { get; set; } = "";

    [ParamsSource(nameof(AllThreads))]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        bool backward = Case.EndsWith("/backward", StringComparison.Ordinal);
        var work = new LayerWork(LayerShape.All.Single(shape => shape.CaseName(backward) == Case), backward, Threads);
        _scratch = ForVector.Widest(work).Run;
        _scratch();
        var peer = new TorchLayer(work, backward, Threads);
        Agreement.Require("Libtorch", work.Result(), peer.Variant.Result());
        foreach (var (ours, theirs) in work.Layer.Parameters.Zip(backward ? peer.WeightGradients() : []))
            Agreement.Require($"Libtorch's gradient of {ours.Name}", ours.Gradient, theirs);
        _libtorch = peer.Variant;
    }

    [Benchmark(Baseline = true)]
    public void Scratch() => _scratch();

    [Benchmark]
    public void Libtorch() => _libtorch.Run();
}
