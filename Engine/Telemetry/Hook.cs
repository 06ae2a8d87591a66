using System.Numerics;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Plans;

namespace Scratch.Telemetry;

/// <summary>What a hook is to see. Each is a copy of a whole batch, made only if it is asked for.</summary>
[Flags]
public enum HookTensors
{
    /// <summary>Nothing: it is only called.</summary>
    None = 0,

    /// <summary>What goes into the layer.</summary>
    Input = 1,

    /// <summary>What comes out of it.</summary>
    Output = 2,

    /// <summary>The gradient of the loss by what goes in, from all who read it; not by a model's own input, which nobody needs.</summary>
    GradInput = 4,

    /// <summary>The gradient of the loss by what comes out.</summary>
    GradOutput = 8,
}

/// <summary>Calls back after every pass of a batch with what one layer took in and put out, or with gradients, until it is disposed of.</summary>
/// <remarks>
/// <code>
/// using var hook = new Hook&lt;float&gt;(model, 1, seen => means.Add(seen.Output!.Sum() / seen.Output.Length));
/// learner.Fit(1);
/// </code>
/// What goes in is what the layer reads, on a shortcut too: of a layer that joins several ways all of it, in the order in which they were connected.
/// A hook that asks for gradients is called when the way back is done, so not in validation. It sees what a model's Forward and Backward and a
/// learner do, not Infer. To be made and disposed of between passes.
/// </remarks>
public sealed class Hook<T> : IDisposable where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Model<T> _model;
    private readonly Watcher _watcher;
    private readonly Tensor<T>?[] _inputs, _gradInputs;
    private Tensor<T>? _output, _gradOutput;

    /// <summary>Hooks on to a layer.</summary>
    /// <param name="model">The model.</param>
    /// <param name="index">The number of the layer in <see cref="Model{T}.Layers"/>.</param>
    /// <param name="action">Called with this hook after every pass.</param>
    /// <param name="tensors">What it is to see.</param>
    /// <exception cref="ArgumentOutOfRangeException">The model has no such layer.</exception>
    /// <exception cref="ArgumentException">The gradient by a model's own input is asked for.</exception>
    public Hook(Model<T> model, int index, Action<Hook<T>> action, HookTensors tensors = HookTensors.Output)
    {
        if ((uint)index >= (uint)model.Layers.Count)
            throw new ArgumentOutOfRangeException(nameof(index), index,
                $"Hook: there is no layer {index}, the model has {model.Layers.Count}, counted from 0.");
        (_model, Index, Layer, Tensors) = (model, index, model.Layers[index], tensors);
        int[] reads = model.Graph.InputsOf(index);
        (_inputs, _gradInputs) = (new Tensor<T>?[reads.Length], new Tensor<T>?[reads.Length]);
        if (tensors.HasFlag(HookTensors.GradInput) && reads.All(value => value < model.Graph.InputCount))
            throw new ArgumentException($"Hook: {Layer.Who} is a first layer, which reads the images: training works out no gradient by the images. "
                + "Use the model's Backward.", nameof(tensors));
        _watcher = new(this, action);
        model.Observers.Add(_watcher);
    }

    /// <summary>The layer.</summary>
    public Layer<T> Layer { get; }

    /// <summary>Its number in the model.</summary>
    public int Index { get; }

    /// <summary>What it is to see.</summary>
    public HookTensors Tensors { get; }

    /// <summary>Whether the newest pass was one to learn from.</summary>
    public bool Training { get; private set; }

    /// <summary>[N, ...], if it was asked for; of several, the first. Good until the next pass: clone it to keep it.</summary>
    public Tensor<T>? Input => _inputs[0];

    /// <summary>[N, ...] of everything that goes in, if it was asked for. Good until the next pass: clone it to keep it.</summary>
    public IReadOnlyList<Tensor<T>?> Inputs => _inputs;

    /// <summary>[N, ...], if it was asked for. Good until the next pass: clone it to keep it.</summary>
    public Tensor<T>? Output => _output;

    /// <summary>Like <see cref="Input"/>, if it was asked for. Good until the next pass: clone it to keep it.</summary>
    public Tensor<T>? GradInput => _gradInputs[0];

    /// <summary>Like <see cref="Inputs"/>, if it was asked for; none for a model's own input. Good until the next pass: clone it to keep
    /// it.</summary>
    public IReadOnlyList<Tensor<T>?> GradInputs => _gradInputs;

    /// <summary>Like <see cref="Output"/>, if it was asked for. Good until the next pass: clone it to keep it.</summary>
    public Tensor<T>? GradOutput => _gradOutput;

    /// <summary>Lets go of the layer.</summary>
    public void Dispose() => _model.Observers.Remove(_watcher);

    /// <summary>Puts blocks together. The gradient by what goes in is shown with the layer that makes it: by then it is from all who read
    /// it.</summary>
    private sealed class Watcher(Hook<T> hook, Action<Hook<T>> action) : BlockObserver<T>
    {
        private readonly Lock _making = new();
        private readonly int[] _reads = hook._model.Graph.InputsOf(hook.Index);
        private readonly int _modelInputs = hook._model.Graph.InputCount;
        private int _images;

        public override bool ObservesGradients => (hook.Tensors & (HookTensors.GradInput | HookTensors.GradOutput)) != 0;

        public override void BeginPass(int layers, int images, bool training) => (_images, hook.Training) = (images, training);

        public override void Observe<V>(int layer, in Pass<T> pass)
        {
            if (layer != hook.Index) return;
            for (int i = 0; i < pass.InputCount && hook.Tensors.HasFlag(HookTensors.Input); i++)
                Copy(pass, pass.InputAt(i), Made(ref hook._inputs[i], pass.InputShapeAt(i)));
            if (hook.Tensors.HasFlag(HookTensors.Output)) Copy(pass, pass.Output, Made(ref hook._output, pass.OutputShape));
        }

        public override void EndPass()
        {
            if (!ObservesGradients) action(hook);
        }

        public override void ObserveGradient<V>(int layer, in Pass<T> pass)
        {
            for (int i = 0; i < _reads.Length && hook.Tensors.HasFlag(HookTensors.GradInput); i++)
                if (_reads[i] - _modelInputs == layer) Copy(pass, pass.GradOutput, Made(ref hook._gradInputs[i], pass.OutputShape));
            if (layer == hook.Index && hook.Tensors.HasFlag(HookTensors.GradOutput)) Copy(pass, pass.GradOutput, Made(ref hook._gradOutput,
                pass.OutputShape));
        }

        public override void EndGradients() => action(hook);

        private static void Copy(in Pass<T> pass, ReadOnlySpan<T> lanes, Tensor<T> images)
        {
            int size = images.Length / images.Shape[0];
            Lanes.Deinterleave(lanes, size, images.Span.Slice(pass.Block * Lanes.Count * size, pass.Images * size));
        }

        // The block that comes first, whichever it is, makes the tensor for all.
        private Tensor<T> Made(ref Tensor<T>? known, Shape image)
        {
            Shape batch = image.Prepend(_images);
            lock (_making) return known?.Shape == batch ? known : known = new(batch);
        }
    }
}
