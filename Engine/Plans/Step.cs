using System.Numerics;
using Scratch.Layers;

namespace Scratch.Plans;

/// <summary>What a step of a plan does.</summary>
internal enum StepKind
{
    /// <summary>Brings an input's images of the batch.</summary>
    Load,

    /// <summary>A layer's Forward.</summary>
    Forward,

    /// <summary>The same once more, on the way back, because it is cheaper than to keep what it made.</summary>
    Repeat,

    /// <summary>Shows a layer's output to who looks on.</summary>
    Observe,

    /// <summary>A whole-batch layer looks at a block.</summary>
    Gather,

    /// <summary>Barrier: a whole-batch layer combines what it saw.</summary>
    Combine,

    /// <summary>Gives an output to the caller.</summary>
    Store,

    /// <summary>The loss of an output, and its gradient.</summary>
    Loss,

    /// <summary>Barrier: forward is done, the caller takes over.</summary>
    Turn,

    /// <summary>Brings an output's gradient from the caller.</summary>
    Seed,

    /// <summary>Shows the gradient by a layer's output.</summary>
    ObserveGradient,

    /// <summary>A whole-batch layer looks at a block's gradient.</summary>
    GatherGradient,

    /// <summary>Barrier: a whole-batch layer combines what it saw of the gradient.</summary>
    CombineGradient,

    /// <summary>A layer's Backward.</summary>
    Backward,

    /// <summary>Copies a gradient, where two ways part.</summary>
    Copy,

    /// <summary>Adds a gradient to another, where two ways part.</summary>
    Add,

    /// <summary>Gives the gradient by an input to the caller.</summary>
    StoreGradient,

    /// <summary>Barrier: adds up the gradients of all groups.</summary>
    Reduce,
}

/// <summary>One step of a plan: for one block, or, if it is a barrier, for the whole batch.</summary>
/// <param name="kind">What it does.</param>
/// <param name="node">Which layer's it is; none for those of the model.</param>
internal sealed class Step<T>(StepKind kind, PlanNode<T>? node = null) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private bool? _isView;

    public StepKind Kind => kind;

    public PlanNode<T> Node => node!;

    /// <summary>Which input or output of the model it is about.</summary>
    public int Way { get; init; }

    /// <summary>What the layer reads or read; of a <see cref="StepKind.Copy"/> or <see cref="StepKind.Add"/> the source.</summary>
    public PlanValue<T>[] Inputs { get; set; } = [];

    /// <summary>What it makes or made.</summary>
    public PlanValue<T>? Output { get; set; }

    /// <summary>The gradient by the output.</summary>
    public PlanValue<T>? GradOutput { get; init; }

    /// <summary>The gradients by the inputs that somebody needs.</summary>
    public PlanValue<T>?[] GradInputs { get; init; } = [];

    /// <summary>What the gradient by the first input has got before, if the layer adds that while it writes.</summary>
    public PlanValue<T>? GradAddend { get; init; }

    /// <summary>The steps with which it goes band by band; none if it makes its output at once.</summary>
    public Bands<T>? Bands { get; set; }

    /// <summary>Whether its output is its input in memory, and nothing is to be done.</summary>
    public bool IsView => _isView ??= Node.IsView;

    /// <summary>Whether it waits for all blocks, and is done once.</summary>
    public bool IsBarrier => kind is StepKind.Combine or StepKind.Turn or StepKind.CombineGradient or StepKind.Reduce;

    /// <summary>The values it reads.</summary>
    public IEnumerable<PlanValue<T>> Reads
    {
        get
        {
            BackwardReads reads = kind == StepKind.Backward ? Node.Layer.BackwardReads : BackwardReads.Input;
            if (kind is StepKind.Backward or StepKind.GatherGradient && ReadsActivated) reads |= BackwardReads.Output;
            if (reads.HasFlag(BackwardReads.Input))
                foreach (PlanValue<T> input in Inputs) yield return input;
            if (Output is not null && (kind == StepKind.Observe || (kind is StepKind.Backward or StepKind.GatherGradient
                && reads.HasFlag(BackwardReads.Output)))) yield return Output;
            if (GradOutput is not null && kind is not (StepKind.Loss or StepKind.Seed)) yield return GradOutput;
            if (kind is StepKind.Forward && node?.Addend is { } addend) yield return addend;
            if (kind is StepKind.Add && Output is not null) yield return Output;
            if (GradAddend is not null) yield return GradAddend;
        }
    }

    // A whole-batch layer has taken its gradient back through the activation while it gathered.
    private bool ReadsActivated => Node.Activation.IsSome
        && (Node.Layer.ActivationFromInput ? Node.Addend is not null && kind == StepKind.GatherGradient : kind == StepKind.Backward);

    /// <summary>The values it writes.</summary>
    public IEnumerable<PlanValue<T>> Writes
    {
        get
        {
            if (Output is not null && kind is StepKind.Load or StepKind.Forward or StepKind.Repeat or StepKind.Copy or StepKind.Add)
                yield return Output!;
            if (GradOutput is not null && kind is StepKind.Loss or StepKind.Seed) yield return GradOutput!;
            foreach (PlanValue<T>? gradient in GradInputs)
                if (gradient is not null) yield return gradient;
        }
    }
}
