using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;

namespace Scratch.Bench;

/// <summary>Pooling and its way back, on one thread: the definition in NCHW, and what models run on, in lanes.</summary>
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
public class PoolBenchmarks
{
    private Variant _naiveForward = null!, _naiveBackward = null!, _forward = null!, _backward = null!;

    public static IReadOnlyList<PoolCase> Cases => PoolCase.All;

    [ParamsSource(nameof(Cases))]
    public PoolCase Case { get; set; } = null!;

    [GlobalSetup]
    public void Setup()
    {
        (_naiveForward, _naiveBackward) = new PoolWorkload(Case).Naive();
        (_forward, _backward) = new PoolWorkload(Case).Lanes();              // from the same seed
        Agreement.RequireOnce(GetType(), ("forward", Case), 1, _naiveForward, ("Lanes", _forward));
        Agreement.RequireOnce(GetType(), ("backward", Case), 1, _naiveBackward, ("Lanes", _backward));
    }

    [Benchmark(Baseline = true), BenchmarkCategory("Forward")]
    public void NaiveForward() => _naiveForward.Run();

    [Benchmark, BenchmarkCategory("Forward")]
    public void LanesForward() => _forward.Run();

    [Benchmark(Baseline = true), BenchmarkCategory("Backward")]
    public void NaiveBackward() => _naiveBackward.Run();

    [Benchmark, BenchmarkCategory("Backward")]
    public void LanesBackward() => _backward.Run();
}
