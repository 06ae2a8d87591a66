using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Plans;
using Scratch.Tensors;

namespace Scratch.Measuring;

/// <summary>One direction of a layer on a batch of random images, channels-last, as its kernel computes it: from where values lie to where they
/// lie.</summary>
/// <remarks>Threads share images where a plan would cut the step, or the layer shares its work itself. Gradients of weights are cleared in the timed
/// run. What multiplies reports its operations, anything else the bytes that it reads and writes.</remarks>
internal sealed class LayerWork : IForVector<float, Workload>
{
    private readonly int _batch, _threads;
    private readonly bool _backward;
    private readonly Shape _from, _to;
    private readonly Tensor<float> _input, _output, _gradOutput, _gradInput;
    private readonly ParameterVector<float> _parameters;

    /// <summary>Makes the layer and its values, always the same.</summary>
    public LayerWork(LayerShape shape, bool backward, int threads)
    {
        (_batch, _from, _backward, _threads, Layer) = (shape.Batch, shape.Image, backward, threads, shape.Create());
        _to = Layer.OutputShape(_from);
        var random = new RandomGenerator(1);
        Input = RandomValues.Of<float>(_from.Prepend(_batch), random);
        GradOutput = RandomValues.Of<float>(_to.Prepend(_batch), random);
        (_input, _output, _gradOutput, _gradInput) = (ChannelsLast(Input), new(GradOutput.Shape), ChannelsLast(GradOutput), new(Input.Shape));
        _parameters = new(Layer.Parameters);
        foreach (ref float value in _parameters.Values.Span) value = (float)random.NextUniform(-1, 1);
    }

    /// <summary>The layer, with random weights.</summary>
    public Layer<float> Layer { get; }

    /// <summary>The images, [N, C, H, W].</summary>
    public Tensor<float> Input { get; }

    /// <summary>The gradient of their outputs.</summary>
    public Tensor<float> GradOutput { get; }

    /// <summary>What the last run wrote, [N, C, H, W]: outputs, or the gradient of the images.</summary>
    public Tensor<float> Result()
    {
        Tensor<float> last = _backward ? _gradInput : _output, first = new(last.Shape);
        var (channels, pixels) = Sizes(last.Shape);
        ChannelLayout.ToChannelsFirst(last.Span, channels, pixels, first.Span);
        return first;
    }

    /// <inheritdoc/>
    public Workload With<V>() where V : unmanaged, IVector<V, float>
    {
        var site = new LayerSite(Layout.ChannelsLast, [_from], _to, _batch, Training: true, _backward);
        var prepared = new Tensor<float>(new Shape(Layer.PreparedLength<V>(site)));
        if (prepared.Length > 0) Layer.Prepare<V>(site, null, prepared.Span, threads: 1);
        var borrowed = new Shape(Layer.ScratchLength<V>(site, _threads));
        Tensor<float>[] scratch = [.. Enumerable.Range(0, _threads).Select(_ => new Tensor<float>(borrowed))];
        bool isWhole = Layer.DivisionAt(site) == Division.ByItself, isCut = _threads > 1 && !isWhole && _input.Length >= StepCut.WorthCutting;
        int pieces = isCut ? Math.Min(StepCut.MostPieces, _batch) : 1;
        Action<int, int> forward = (piece, worker) => Layer.Forward<V>(PassOf(piece, worker)),
            backward = (piece, worker) => Layer.Backward<V>(PassOf(piece, worker));
        WorkerPool.Shared.Run(_threads, pieces, forward);                    // the way back may ask what came of it
        double multiplyAdds = (double)Layer.MultiplyAdds(_from) * _batch;
        string algorithm = isCut ? "by images" : isWhole || _threads == 1 ? "channels last" : "one thread";
        return new(2 * multiplyAdds * (_backward ? 2 : 1), algorithm, () =>
        {
            if (_backward) _parameters.ZeroGrad();
            WorkerPool.Shared.Run(_threads, pieces, _backward ? backward : forward);
        })
        {
            Bytes = multiplyAdds > 0 ? 0 : Bytes(),
        };

        Pass<float> PassOf(int piece, int worker)
        {
            int first = Parts.Begin(_batch, piece, pieces), images = Parts.Begin(_batch, piece + 1, pieces) - first;
            return new()
            {
                Layout = Layout.ChannelsLast, Site = site, Images = images, Training = true, InputShape = _from, OutputShape = _to,
                Input = Some(_input), Output = Some(_output), GradOutput = Some(_gradOutput), GradInput = Some(_gradInput),
                Gradients = _parameters.Gradients.Span, Scratch = scratch[worker].Span, Prepared = prepared.Span, Threads = isWhole ? _threads : 1,
            };

            Span<float> Some(Tensor<float> values) => values.Span.Slice(first * (values.Length / _batch), images * (values.Length / _batch));
        }
    }

    // Of the way back those that it reads, the gradient that comes and the one that goes.
    private long Bytes()
    {
        long from = _from.Length, to = _to.Length, numbers = from + to;
        if (_backward && Layer.BackwardReads.HasFlag(BackwardReads.Input)) numbers += from;
        if (_backward && Layer.BackwardReads.HasFlag(BackwardReads.Output)) numbers += to;
        return sizeof(float) * _batch * numbers;
    }

    private static Tensor<float> ChannelsLast(Tensor<float> first)
    {
        var last = new Tensor<float>(first.Shape);
        var (channels, pixels) = Sizes(first.Shape);
        ChannelLayout.ToChannelsLast(first.Span, channels, pixels, last.Span);
        return last;
    }

    private static (int Channels, int Pixels) Sizes(Shape batch) => (batch[1], batch.Length / batch[0] / batch[1]);
}
