using BenchmarkDotNet.Attributes;
using Scratch.Bench.Peers;

namespace Scratch.Bench;

/// <summary>The same by libtorch, from NCHW to NCHW.</summary>
public abstract partial class Conv2dBenchmarks
{
    private Variant _libtorch = null!;

    [Benchmark]
    public void Libtorch() => _libtorch.Run();

    partial void PreparePeers(Conv2dWorkload work, List<(string, Variant)> others) =>
        others.Add((nameof(Libtorch), _libtorch = Torch.Convolution(work, _direction)));
}
