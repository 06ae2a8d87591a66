using System.Numerics;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Plans;

/// <summary>Everything that is done with a batch, as one list of steps cut by barriers: made once for a graph, shapes and a goal.</summary>
/// <remarks>A block goes through all steps up to a barrier before the next block does. Printed, it shows how the engine works: <c>scratch
/// plan</c>.</remarks>
/// <param name="goal">What it is for.</param>
/// <param name="nodes">The layers at their places.</param>
/// <param name="steps">The list.</param>
/// <param name="inputs">What is loaded.</param>
/// <param name="outputs">What the model gives.</param>
/// <param name="workerLength">Numbers of a worker's memory for values.</param>
/// <param name="blockLength">Numbers of a block's.</param>
internal sealed class Plan<T>(PlanGoal goal, List<PlanNode<T>> nodes, List<Step<T>> steps, PlanValue<T>[] inputs,
    PlanValue<T>[] outputs, int workerLength, int blockLength) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Prepared numbers of a layer that take so long that threads share them; and of all layers, so that threads take some each.</summary>
    public const int WorthPacking = 1 << 14, WorthPreparing = 1 << 13;

    /// <summary>Pieces into which the gradients of all parameters are cut to be cleared, or added up over groups.</summary>
    public const int Slices = 16;

    /// <summary>Parts into which the images of a block are cut to be loaded by several threads.</summary>
    public const int LoadParts = 16;

    private const int MostGroups = 16;
    private const long MostGroupBytes = 64L << 20;                           // of all groups' gradients together: huge models get fewer groups
    private const int Unknown = -2;

    private int _firstBackward = Unknown;

    public PlanGoal Goal => goal;

    public List<PlanNode<T>> Nodes => nodes;

    public List<Step<T>> Steps => steps;

    public PlanValue<T>[] Outputs => outputs;

    /// <summary>The step that makes the first gradient; below 0 if there is none. Looked for at the first run: a test rewrites the list
    /// before.</summary>
    public int FirstBackward => _firstBackward != Unknown ? _firstBackward
        : _firstBackward = goal.Backward ? steps.FindIndex(step => step.Kind is StepKind.Loss or StepKind.Seed) : -1;

    /// <summary>The most values that one step reads.</summary>
    public int MostInputs { get; } = nodes.Count == 0 ? 1 : nodes.Max(node => node.Inputs.Length);

    /// <summary>Into how many parts the loss of a block is cut, at most: each is a sum of its own.</summary>
    public int LossParts { get; } = Math.Max(1, steps.Max(step => step.Kind == StepKind.Loss && step.Inputs[0].Layout == Layout.ChannelsLast
        ? goal.Images * StepCut.Of(step, goal.Images).PerImage : 0));

    /// <summary>The most layers that go together band by band.</summary>
    public int MostBands { get; } = steps.Max(step => step.Bands?.Steps.Length ?? 0);

    /// <summary>Whether some step of a block is so much that threads share it. If not, one thread does a batch of one block: what it prepared is in
    /// its own cache, and it waits for nobody.</summary>
    public bool IsWorthSharing { get; } = steps.Any(step => StepCut.Of(step, goal.Images) is { Division: Division.ByItself } or { Pieces: > 1 });

    /// <summary>Normalisations that could be folded, and whether they were: a matter of their statistics.</summary>
    public required Dictionary<BatchNormLayer<T>, bool> Foldable { get; init; }

    /// <summary>Whether one of these statistics would now be treated otherwise.</summary>
    public bool IsOutdated
    {
        get
        {
            foreach (var (norm, folded) in Foldable)
                if (norm.LosesDigitsFolded == folded) return true;
            return false;
        }
    }

    public int WorkerLength => workerLength;

    public int BlockLength => blockLength;

    /// <summary>Into how many groups the blocks of a batch go, each with its own gradients: by the sizes of batch and model, never by
    /// threads.</summary>
    public static int GroupCount(int blocks, long parameters)
    {
        long affordable = Math.Max(1, MostGroupBytes / Math.Max(1, parameters * AlignedMemory.SizeOf<T>()));
        return (int)Math.Min(Math.Min(MostGroups, affordable), blocks);
    }

    // One large image does well without: only who looks on, or a batch that can give nothing but lanes, needs them.
    private static bool FitsLanes(Shape image) => (long)image.Length * Lanes.Count < Array.MaxLength;

    /// <summary>Gives every layer's prepared numbers their place.</summary>
    /// <returns>How many there are.</returns>
    public int PlacePrepared<V>() where V : unmanaged, Kernels.Simd.IVector<V, T>
    {
        const int CacheLine = 32;
        int length = 0;
        for (int i = 0; i < nodes.Count; i++) nodes[i].Number = i;
        foreach (PlanNode<T> node in nodes)
        {
            (node.PreparedOffset, node.PreparedLength) = (length, node.Layer.PreparedLength<V>(node.Site));
            if (node.Folded is not null && node.PreparedLength == 0)
                ShapeGuard.WrongOrder(node.Layer.Who,
                    "it folds a normalisation, but prepares nothing in which that could be. Give it a PreparedLength, or let it not fold.");
            length = checked((length + node.PreparedLength + CacheLine - 1) / CacheLine * CacheLine);
        }
        return length;
    }

    /// <summary>Numbers that the layers borrow, at most, where so many threads may work on one block.</summary>
    public int ScratchLength<V>(int threads) where V : unmanaged, Kernels.Simd.IVector<V, T>
    {
        int length = 0;
        foreach (PlanNode<T> node in nodes) length = Math.Max(length, node.Layer.ScratchLength<V>(node.Site, threads));
        foreach (PlanValue<T> value in inputs.Concat(outputs))               // what is loaded or stored channels-last passes through lanes
            if (value.Layout == Layout.ChannelsLast && FitsLanes(value.Shape)) length = Math.Max(length, Extent.Length(Layout.Lanes, value.Shape,
                goal.Images));
        foreach (PlanValue<T> output in goal.Loss ? outputs : [])            // some positions, their targets and gradients, in lanes
            if (output.Layout == Layout.ChannelsLast) length = Math.Max(length, 3 * Lanes.Count * output.Shape[0]);
        if (goal.Observed || goal.ObservesGradients)
            foreach (PlanNode<T> node in nodes)
                if (node.Site.Layout == Layout.ChannelsLast)
                    length = Math.Max(length, checked(Extent.Length(Layout.Lanes, node.Site.Output, goal.Images)
                        + node.Site.Inputs.Sum(input => Extent.Length(Layout.Lanes, input, goal.Images))));
        return length;
    }
}
