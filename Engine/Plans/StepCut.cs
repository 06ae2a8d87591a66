using System.Numerics;
using Scratch.Layers;

namespace Scratch.Plans;

/// <summary>Into what a step is cut where threads share it, for every block alike: by shape.</summary>
/// <param name="Division">Where it may be cut.</param>
/// <param name="Pieces">Of a full block; 1 where nothing is cut, or where the layer itself does it.</param>
internal readonly record struct StepCut(Division Division, int Pieces)
{
    private const int WorthCutting = 1 << 13, MostPieces = 32;               // numbers of a step before threads share it

    /// <summary>What becomes of a step of blocks of so many images.</summary>
    public static StepCut Of<T>(Step<T> step, int images) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (step.Bands is { } bands) return new(Division.None, images * bands.Count);
        Division division = DivisionOf(step, images);
        if (division == Division.None && IsGather(step)) return new(division, WholeBatch<T>.PartsOf(step.Node.Site.Layout, images));
        if (division is Division.None or Division.ByItself) return new(division, 1);
        PlanValue<T> value = step.GradOutput ?? step.Output ?? step.Inputs[0];
        int length = value.Length(images);
        if (length < WorthCutting) return new(division, 1);
        return new(division, Math.Min(MostPieces, division == Division.Anywhere ? length / (WorthCutting / 4) : Extent.Of(value.Layout, value.Shape,
            images).Planes));
    }

    /// <summary>Whether a whole-batch layer looks at a block.</summary>
    public static bool IsGather<T>(Step<T> step)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => step.Kind is StepKind.Gather or StepKind.GatherGradient;

    private static Division DivisionOf<T>(Step<T> step, int images) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (step.Kind == StepKind.Load) return step.Output!.Length(images) >= WorthCutting ? Division.ByItself : Division.None;
        if (step.Kind is StepKind.Copy or StepKind.Add) return Division.Anywhere;
        if (IsGather(step)) return step.Node.Site.Layout == Layout.Lanes ? Division.Planes : Division.None;
        if (step.Kind is not (StepKind.Forward or StepKind.Repeat or StepKind.Backward) || step.Node.IsView) return Division.None;
        Division division = step.Node.Layer.DivisionAt(step.Node.Site);
        return division == Division.ByItself && !step.Node.IsWorthSharing ? Division.None : division;
    }
}
