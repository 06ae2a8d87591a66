using BenchmarkDotNet.Attributes;
using Scratch.Bench.Peers;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Bench;

/// <summary>The same by libtorch and by ONNX Runtime, with the same weights.</summary>
public partial class InferenceBenchmarks
{
    private Variant _libtorch = null!, _onnxRuntime = null!;

    [Benchmark]
    public void Libtorch() => _libtorch.Run();

    [Benchmark]
    public void OnnxRuntime() => _onnxRuntime.Run();

    partial void PreparePeers(Model<float> model, Tensor<float> images, Tensor<float> expected)
    {
        _libtorch = new TorchModel(model, Threads).Infer(images);
        _onnxRuntime = OnnxModel.Infer(model, images, Threads);
        foreach (var (name, variant) in new[] { (nameof(Libtorch), _libtorch), (nameof(OnnxRuntime), _onnxRuntime) })
        {
            variant.Run();
            Agreement.Require(name, expected, variant.Result());
        }
    }
}
