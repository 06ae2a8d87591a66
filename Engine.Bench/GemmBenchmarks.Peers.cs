using BenchmarkDotNet.Attributes;
using Scratch.Bench.Peers;
using Scratch.Tensors;

namespace Scratch.Bench;

/// <summary>The same by libtorch.</summary>
public partial class GemmBenchmarks
{
    private Variant _libtorch = null!;

    [Benchmark]
    public void Libtorch() => _libtorch.Run();

    partial void PreparePeers(Tensor<float> a, Tensor<float> b, List<(string, Variant)> others) =>
        others.Add((nameof(Libtorch), _libtorch = Torch.Multiply(a, b, Threads)));
}
