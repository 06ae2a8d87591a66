using System.Numerics;
using Scratch.Layers;

namespace Scratch.Plans;

/// <summary>Into what a step is cut where threads share it, for every block alike: by shape.</summary>
/// <param name="Division">Where it may be cut.</param>
/// <param name="Pieces">Of a full block; 1 where nothing is cut, or where the layer itself does it.</param>
/// <param name="PerImage">Of one image, where it is cut by pixels or by rows; in lanes all images are one.</param>
/// <param name="ByRows">Whether a piece is some rows of the output of one image.</param>
internal readonly record struct StepCut(Division Division, int Pieces, int PerImage = 1, bool ByRows = false)
{
    /// <summary>Numbers of a step before threads share it.</summary>
    public const int WorthCutting = 1 << 13;

    /// <summary>Into how many pieces it is cut at most, where images are not.</summary>
    public const int MostPieces = 32;

    private const int WorthParting = 1 << 13;                                // numbers of a piece where an image is cut

    /// <summary>What becomes of a step of blocks of so many images.</summary>
    public static StepCut Of<T>(Step<T> step, int images) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (step.Bands is { } bands) return new(Division.None, images * bands.Count);
        Division division = DivisionOf(step, images);
        if (division == Division.None && IsGather(step)) return new(division, WholeBatch<T>.PartsOf(step.Node.Site, images));
        if (division is Division.None or Division.ByItself) return new(division, 1);
        PlanValue<T> value = step.GradOutput ?? step.Output ?? step.Inputs[0];
        int length = value.Length(images);
        foreach (PlanValue<T> input in step.Inputs) length = Math.Max(length, input.Length(images));
        if (length < WorthCutting) return new(division, 1);
        if (division == Division.Anywhere) return new(division, Math.Min(MostPieces, length / (WorthCutting / 4)));
        Extent extent = Extent.Of(value.Layout, value.Shape, images);
        if (division == Division.Planes && !WorksByRows(step)) return new(division, Math.Min(MostPieces, extent.Planes));
        int parts = division == Division.Planes ? value.Shape[1] : extent.Pixels, together = value.Layout == Layout.Lanes ? 1 : extent.Planes;
        int perImage = Math.Clamp(Math.Min(parts, length / together / WorthParting), 1, (MostPieces + together - 1) / together);
        return perImage == 1 && division == Division.Planes ? new(division, Math.Min(MostPieces, together))
            : new(division, together * perImage, perImage, division == Division.Planes);
    }

    /// <summary>Whether a whole-batch layer looks at a block.</summary>
    public static bool IsGather<T>(Step<T> step)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => step.Kind is StepKind.Gather or StepKind.GatherGradient;

    /// <summary>Whether a step turns values between the layout of a tensor and the plan's.</summary>
    public static bool IsTurn<T>(Step<T> step)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => step.Kind is StepKind.Store or StepKind.Seed or StepKind.StoreGradient;

    private static bool WorksByRows<T>(Step<T> step) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        step.Kind is StepKind.Forward or StepKind.Repeat && step.Node.Layer.WorksByRows(step.Node.Site);

    private static Division DivisionOf<T>(Step<T> step, int images) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (step.Kind == StepKind.Load) return step.Output!.Length(images) >= WorthCutting ? Division.ByItself : Division.None;
        if (step.Kind is StepKind.Copy or StepKind.Add) return Division.Anywhere;
        if (IsTurn(step)) return Division.Pixels;
        if (step.Kind == StepKind.Loss) return step.Inputs[0].Layout == Layout.ChannelsLast ? Division.Pixels : Division.None;
        if (IsGather(step)) return step.Node.Site.Layout == Layout.Lanes ? Division.Planes : Division.None;
        if (step.Kind is not (StepKind.Forward or StepKind.Repeat or StepKind.Backward) || step.Node.IsView) return Division.None;
        Division division = step.Node.Layer.DivisionAt(step.Node.Site);
        if (division == Division.Pixels && step.Node.Maxima is not null) return Division.Planes;             // its pooling reads several
        return division == Division.ByItself && !step.Node.IsWorthSharing ? Division.None : division;
    }
}
