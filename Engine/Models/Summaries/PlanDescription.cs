using System.Numerics;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Plans;
using Scratch.Tensors;

namespace Scratch.Models;

/// <summary>What is done with a batch, step by step: the list that the engine goes through.</summary>
/// <param name="Inputs">[C, H, W] of one image, for each of the model's inputs.</param>
/// <param name="BatchSize">Images of the batch.</param>
/// <param name="Steps">In order; a barrier waits for all blocks.</param>
/// <param name="Values">Every value, gradients included, and its place.</param>
/// <param name="WorkerBytes">Of the values that live between two barriers, for each thread.</param>
/// <param name="BlockBytes">Of those that live across one, for each block of <see cref="Lanes.Count"/> images.</param>
/// <param name="Blocks">How many blocks the batch is cut into.</param>
/// <param name="PreparedBytes">Of packed weights and the like.</param>
public sealed record PlanDescription(IReadOnlyList<Shape> Inputs, int BatchSize, IReadOnlyList<PlanStep> Steps, IReadOnlyList<PlanPlace> Values,
    long WorkerBytes, long BlockBytes,
    int Blocks, long PreparedBytes)
{
    /// <summary>What more threads are expected to bring.</summary>
    public IReadOnlyList<PlanScaling> Scaling { get; init; } = [];

    /// <summary>How long each step takes, if that was measured (<see cref="PlanTiming"/>): for all blocks together, added up over the threads that
    /// share the blocks.</summary>
    public IReadOnlyList<double>? Milliseconds { get; init; }

    internal static PlanDescription Of<T>(Plan<T> plan, IReadOnlyList<Shape> inputs, int batchSize, long preparedBytes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var values = new List<PlanPlace>();
        var seen = new HashSet<PlanValue<T>>(ReferenceEqualityComparer.Instance);
        foreach (PlanValue<T> value in plan.Steps.SelectMany(step => step.Reads.Concat(step.Writes)).Where(seen.Add))
            values.Add(new(value.Name, value.Shape, value.Layout, value.Owner.InBlock, Bytes(value.Owner.Offset),
                Bytes(value.Length(plan.Goal.Images))));
        return new(inputs, batchSize, [.. plan.Steps.Select(Describe)], values, Bytes(plan.WorkerLength), Bytes(plan.BlockLength),
            Lanes.Blocks(batchSize), preparedBytes);

        static long Bytes(int numbers) => (long)numbers * AlignedMemory.SizeOf<T>();
    }

    private static PlanStep Describe<T>(Step<T> step) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool hasLayer = step.Kind is not (StepKind.Load or StepKind.Store or StepKind.Loss or StepKind.Turn or StepKind.Seed or StepKind.Copy
            or StepKind.Add or StepKind.StoreGradient or StepKind.Reduce);
        string layer = hasLayer ? step.Node.ToString() : "";
        if (hasLayer && step.Kind is StepKind.Forward or StepKind.Repeat or StepKind.Backward)
        {
            if (step.Node.Folded is { } norm) layer += $" * {norm.TypeName}";
            if (step.Node.Addend is { } addend) layer += $" + {addend.Name}";
            if (step.Node.Activation.IsSome) layer += $", {step.Node.Activation.Kind}";
            if (step.Node.Pooling is { } pooling) layer += $", {pooling.TypeName}";
            if (step.Node.Layer.Way(step.Node.Site, step.Kind == StepKind.Backward) is { Length: > 0 } way) layer += $" ({way})";
        }
        return new(Verb(step), layer, hasLayer && step.Node.IsView, [.. step.Reads.Select(value => value.Name)],
            [.. step.Writes.Select(value => value.Name)], step.IsBarrier);
    }

    private static string Verb<T>(Step<T> step) where T : unmanaged, IBinaryFloatingPointIeee754<T> => step.Kind switch
    {
        _ when step.Bands is not null => "forward in bands",
        StepKind.GatherGradient => "gather gradient",
        StepKind.CombineGradient => "combine gradient",
        StepKind.StoreGradient => "store gradient",
        StepKind.ObserveGradient => "observe gradient",
        _ => step.Kind.ToString().ToLowerInvariant(),
    };
}

/// <summary>One step of a plan.</summary>
/// <param name="Action">What it does: load, forward, gather, combine, loss, backward, repeat, reduce and so on. Neighbours that go forward in bands
/// of rows go together: what lies between them is never there as a whole.</param>
/// <param name="Layer">Which layer's it is, and what was fused into it; empty for the model's own.</param>
/// <param name="IsView">Whether nothing is done: the output is the input in memory.</param>
/// <param name="Reads">The values it reads.</param>
/// <param name="Writes">The values it writes.</param>
/// <param name="IsBarrier">Whether it waits for all blocks, and is done once.</param>
public sealed record PlanStep(string Action, string Layer, bool IsView, IReadOnlyList<string> Reads, IReadOnlyList<string> Writes, bool IsBarrier);

/// <summary>A value of a block and its place.</summary>
/// <param name="Name">The place of the layer that makes it; of a gradient with a d before it.</param>
/// <param name="Shape">Of one image.</param>
/// <param name="Layout">How it lies.</param>
/// <param name="InBlock">Whether it lies in its block's memory, since it lives across a barrier, or in the worker's.</param>
/// <param name="Offset">Its first byte there.</param>
/// <param name="Bytes">Of a full block.</param>
public sealed record PlanPlace(string Name, Shape Shape, Layout Layout, bool InBlock, long Offset, long Bytes);
