using System.Numerics;
using Scratch.Kernels;
using Scratch.Layers;

namespace Scratch.Plans;

/// <summary>A layer at its place in a plan: what it reads and makes, how these lie, and what was fused into it.</summary>
/// <param name="layer">The layer.</param>
/// <param name="index">Its number in the model; below 0 for what the plan put in.</param>
/// <param name="path">Its place in the model.</param>
internal sealed class PlanNode<T>(Layer<T> layer, int index, string path) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const long WorthSharing = 1 << 19;                               // multiplications; to read or write a number takes as long as some
    private const int NumberWork = 8;

    private bool? _isWorthSharing;

    public Layer<T> Layer => layer;

    public int Index => index;

    /// <summary>Its number in the plan.</summary>
    public int Number { get; set; }

    /// <summary>Shapes, layout and images.</summary>
    public required LayerSite Site { get; set; }

    /// <summary>What it reads.</summary>
    public required PlanValue<T>[] Inputs { get; set; }

    /// <summary>What it makes.</summary>
    public required PlanValue<T> Output { get; set; }

    /// <summary>The activation it applies to its output, in place of a layer after it.</summary>
    public Activation<T> Activation { get; set; }

    /// <summary>The pooling that it applies after that, in place of a layer after it.</summary>
    public Layer<T>? Pooling { get; set; }

    /// <summary>The windows of that, under which the largest is wanted.</summary>
    public TapTable? Maxima { get; set; }

    /// <summary>What it adds to its output before that, in place of an addition after it.</summary>
    public PlanValue<T>? Addend { get; set; }

    /// <summary>The normalisation of its output that went into its weights.</summary>
    public BatchNormLayer<T>? Folded { get; set; }

    /// <summary>Whether there is so much to do that threads may share it: to call another for less takes longer than it helps.</summary>
    public bool IsWorthSharing => _isWorthSharing ??=
        Inputs.Length > 1 || Math.Max(layer.MultiplyAdds(Site.Input) * Site.Images, (long)Site.Numbers * NumberWork) >= WorthSharing;

    /// <summary>How many barriers of whole-batch layers lie before it on the way forward.</summary>
    public int Level { get; set; }

    /// <summary>Where its prepared numbers lie among those of the plan.</summary>
    public int PreparedOffset { get; set; }

    /// <summary>How many they are.</summary>
    public int PreparedLength { get; set; }

    /// <summary>On the way back: whether what it takes back through its activation is written over the gradient of its output.</summary>
    public bool WritesGradBefore => Activation.IsSome && !(IsWholeBatch && Layer.ActivationFromInput && Addend is null);

    /// <summary>Whether in training it needs the whole batch.</summary>
    public bool IsWholeBatch => Layer is BatchLayer<T> && Site.Training;

    /// <summary>Whether its output is its input in memory.</summary>
    public bool IsView => Layer.IsView(Site) || (Site.InUse && Layer.IsIdentityInUse);

    public override string ToString() => $"{Layer.TypeName} {path}";
}
