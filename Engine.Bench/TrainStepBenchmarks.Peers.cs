using BenchmarkDotNet.Attributes;
using Scratch.Bench.Peers;
using Scratch.Kernels;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Bench;

/// <summary>The same by libtorch, from inputs that are floating-point numbers already.</summary>
public partial class TrainStepBenchmarks
{
    private Variant _libtorch = null!;

    [Benchmark]
    public void Libtorch() => _libtorch.Run();

    partial void PreparePeers(Model<float> model)
    {
        _libtorch = new TorchModel(model, Threads).TrainStep(Images(), _batch.Labels);
        _libtorch.Run();
        float[] gradients = [.. model.ParameterVector.Parameters.SelectMany(parameter => parameter.Gradient.Span.ToArray())];
        Agreement.Require(nameof(Libtorch), new(new(gradients.Length), gradients), _libtorch.Result());
    }

    private Tensor<float> Images()
    {
        int size = ModelCase.Image.Length;
        Tensor<float> images = new(ModelCase.Image.Prepend(Case.Batch)), block = new(new(size * Lanes.Count));
        for (int i = 0; i < Lanes.Blocks(Case.Batch); i++)
        {
            _batch.CopyBlock(i, block.Span);
            Lanes.Deinterleave<float>(block.Span, size, images.Slice(i * Lanes.Count, Lanes.Filled(i, Case.Batch)).Span);
        }
        return images;
    }
}
