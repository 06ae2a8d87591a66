using Scratch.Measuring;
using Scratch.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Scratch.Bench.Peers;

/// <summary>libtorch's twin of a measured layer, from NCHW to NCHW: the same weights on the same images. Results are new tensors, as its users get
/// them.</summary>
internal sealed class TorchLayer
{
    private readonly LayerWork _work;
    private readonly Func<IList<Tensor>> _gradients;

    /// <summary>Makes it.</summary>
    /// <param name="work">What it is the twin of.</param>
    /// <param name="backward">Which direction; forward is without gradients.</param>
    /// <param name="threads">How many it may use.</param>
    public TorchLayer(LayerWork work, bool backward, int threads)
    {
        set_num_threads(threads);
        _work = work;
        Module<Tensor, Tensor> layer = TorchModel.Module(work.Layer);
        using (no_grad())
            foreach (var (theirs, ours) in layer.parameters().Zip(work.Layer.Parameters)) theirs.copy_(Torch.Of(ours.Value));
        Tensor input = Torch.Of(work.Input), gradOutput = Torch.Of(work.GradOutput);
        if (!backward)
        {
            _gradients = () => [];
            Variant = new(() =>
            {
                using var scope = NewDisposeScope();
                using var _ = no_grad();
                layer.forward(input);
            }, () => Torch.ToScratch(layer.forward(input), work.GradOutput.Shape));
            return;
        }
        input.requires_grad = true;
        Tensor output = layer.forward(input);
        Tensor[] wanted = [input, .. layer.parameters()];
        _gradients = () => autograd.grad([output], wanted, [gradOutput.view_as(output)], retain_graph: true);
        Variant = new(() =>
        {
            using var scope = NewDisposeScope();
            _gradients();
        }, () => Torch.ToScratch(_gradients()[0], work.Input.Shape));
    }

    /// <summary>What is timed; its result are outputs, or the gradient of the images.</summary>
    public Variant Variant { get; }

    /// <summary>Of the way back, in the order of the layer's parameters.</summary>
    public IEnumerable<Tensor<float>> WeightGradients() =>
        _gradients().Skip(1).Zip(_work.Layer.Parameters, (theirs, ours) => Torch.ToScratch(theirs, ours.Shape));
}
