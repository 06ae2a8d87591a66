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
/// What goes in is what the layer reads, on a shortcut too; of a layer that joins two ways it is the first, the end of a body or of the branches before.
/// A hook that asks for gradients is called when the way back is done, so not in validation. It sees what a model's Forward and Backward and a learner do, not Infer.
/// To be made and disposed of between passes.
/// </remarks>
public sealed class Hook<T> : IDisposable where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Model<T> _model;
    private readonly Watcher _watcher;

    /// <summary>Hooks on to a layer.</summary>
    /// <param name="model">The model.</param>
    /// <param name="index">The number of the layer in <see cref="Model{T}.Layers"/>.</param>
    /// <param name="action">Called with this hook after every pass.</param>
    /// <param name="tensors">What it is to see.</param>
    /// <exception cref="ArgumentOutOfRangeException">The model has no such layer.</exception>
    /// <exception cref="ArgumentException">The gradient by a model's own input is asked for, or an input that the first layer overwrites.</exception>
    public Hook(Model<T> model, int index, Action<Hook<T>> action, HookTensors tensors = HookTensors.Output)
    {
        if ((uint)index >= (uint)model.Layers.Count)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"Hook: there is no layer {index}, the model has {model.Layers.Count}, counted from 0.");
        (_model, Index, Layer, Tensors) = (model, index, model.Layers[index], tensors);
        if (model.Graph.InputOf(index) < model.Graph.InputCount && tensors.HasFlag(HookTensors.GradInput))
            throw new ArgumentException($"Hook: {Layer.Who} is a first layer, which reads the images: training works out no gradient by the images. Use the model's Backward.", nameof(tensors));
        if (index == 0 && tensors.HasFlag(HookTensors.Input) && Layer.OutputMemory == OutputMemory.MayReplaceInput)
            throw new ArgumentException($"Hook: {Layer.Who} is the first layer and writes over the images it is given.", nameof(tensors));
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

    /// <summary>[N, ...], if it was asked for. Good until the next pass: clone it to keep it.</summary>
    public Tensor<T>? Input { get; private set; }

    /// <summary>[N, ...], if it was asked for. Good until the next pass: clone it to keep it.</summary>
    public Tensor<T>? Output { get; private set; }

    /// <summary>Like <see cref="Input"/>, if it was asked for. Good until the next pass: clone it to keep it.</summary>
    public Tensor<T>? GradInput { get; private set; }

    /// <summary>Like <see cref="Output"/>, if it was asked for. Good until the next pass: clone it to keep it.</summary>
    public Tensor<T>? GradOutput { get; private set; }

    /// <summary>Lets go of the layer.</summary>
    public void Dispose() => _model.Observers.Remove(_watcher);

    /// <summary>Puts blocks together. A layer may write over its input, so the input is taken when the layer that makes it puts it out; gradients alike.</summary>
    private sealed class Watcher(Hook<T> hook, Action<Hook<T>> action) : BlockObserver<T>
    {
        private readonly Lock _making = new();
        private readonly int _maker = hook._model.Graph.InputOf(hook.Index) - hook._model.Graph.InputCount;      // of the layer's input; below 0 if that is the model's own
        private int _images;

        public override bool ObservesGradients => (hook.Tensors & (HookTensors.GradInput | HookTensors.GradOutput)) != 0;

        public override void BeginPass(int layers, int images, bool training) => (_images, hook.Training) = (images, training);

        public override void Observe<V>(int layer, in Pass<T> pass)
        {
            if (layer == hook.Index && _maker < 0) Copy(HookTensors.Input, pass, pass.Input, pass.InputShape);
            if (layer == _maker) Copy(HookTensors.Input, pass, pass.Output, pass.OutputShape);
            if (layer == hook.Index) Copy(HookTensors.Output, pass, pass.Output, pass.OutputShape);
        }

        public override void EndPass()
        {
            if (!ObservesGradients) action(hook);
        }

        public override void ObserveGradient<V>(int layer, in Pass<T> pass)
        {
            if (layer == _maker) Copy(HookTensors.GradInput, pass, pass.GradOutput, pass.OutputShape);
            if (layer == hook.Index) Copy(HookTensors.GradOutput, pass, pass.GradOutput, pass.OutputShape);
        }

        public override void EndGradients() => action(hook);

        private void Copy(HookTensors which, in Pass<T> pass, ReadOnlySpan<T> lanes, Shape shape)
        {
            if (!hook.Tensors.HasFlag(which)) return;
            Span<T> images = Made(which, shape.Prepend(_images)).Span;
            Lanes.Deinterleave(lanes, shape.Length, images.Slice(pass.Block * Lanes.Count * shape.Length, pass.Images * shape.Length));
        }

        // The block that comes first, whichever it is, makes the tensor for all.
        private Tensor<T> Made(HookTensors which, Shape batch)
        {
            lock (_making)
                return which switch
                {
                    HookTensors.Input => hook.Input = Fitting(hook.Input, batch),
                    HookTensors.Output => hook.Output = Fitting(hook.Output, batch),
                    HookTensors.GradInput => hook.GradInput = Fitting(hook.GradInput, batch),
                    _ => hook.GradOutput = Fitting(hook.GradOutput, batch),
                };
        }

        private static Tensor<T> Fitting(Tensor<T>? known, Shape batch) => known?.Shape == batch ? known : new(batch);
    }
}
