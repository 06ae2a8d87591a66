using BenchmarkDotNet.Attributes;
using Scratch.Kernels;

namespace Scratch.Bench;

/// <summary>One direction of a convolution by its definition, by the textbook, and by the two fast ways.</summary>
/// <remarks>
/// Naive and Im2Col read and write NCHW. Lanes and Channels read and write layouts of their own, in which a model's values stay from layer to layer:
/// 32 images side by side, and the channels of a pixel side by side.
/// </remarks>
public abstract partial class Conv2dBenchmarks
{
    private readonly Conv2dDirection _direction;
    private Variant _naive = null!, _im2Col = null!, _lanes = null!, _channels = null!;

    private protected Conv2dBenchmarks(Conv2dDirection direction) => _direction = direction;

    public static IReadOnlyList<LayerCase> Cases => LayerCases.All;

    public static IEnumerable<int> AllThreads => ThreadCounts.All;

    [ParamsSource(nameof(Cases))]
    public LayerCase Case { get; set; } = null!;

    [ParamsSource(nameof(AllThreads))]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        Conv2dWorkload work = Conv2dWorkload.Create(Case, Threads);
        _naive = work.Naive(_direction);
        List<(string, Variant)> others =
            [(nameof(Im2Col), _im2Col = work.Im2Col(_direction)), (nameof(Lanes), _lanes = work.Lanes(_direction)), (nameof(Channels), _channels =
                work.Channels(_direction))];
        Prepare(work, others);
        PreparePeers(work, others);
        Agreement.RequireOnce(typeof(Conv2dBenchmarks), (_direction, Case), Threads, _naive, others);
    }

    [Benchmark(Baseline = true)]
    public void Naive() => _naive.Run();

    [Benchmark]
    public void Im2Col() => _im2Col.Run();

    [Benchmark]
    public void Lanes() => _lanes.Run();

    [Benchmark]
    public void Channels() => _channels.Run();

    /// <summary>For ways that only one direction has.</summary>
    private protected virtual void Prepare(Conv2dWorkload work, List<(string, Variant)> others)
    {
    }

    /// <summary>For other engines, where the build includes them.</summary>
    partial void PreparePeers(Conv2dWorkload work, List<(string, Variant)> others);
}
