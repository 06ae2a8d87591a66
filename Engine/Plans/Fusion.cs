using System.Numerics;
using Scratch.Kernels;
using Scratch.Layers;

namespace Scratch.Plans;

/// <summary>Rewrites layers at their places, where nobody looks at what lies between: normalisations go into the weights before them, activations
/// and the addition of a shortcut become the last step of the layer before.</summary>
/// <remarks>Folding needs statistics that do not change, so it is for use only, and where their mean is so large that it would lose digits, the
/// normalisation stays a step of its own. In training an activation is fused where its gradient can be told from what the layer before it keeps
/// anyway, and an addition into a normalisation of the whole batch; max pooling, too, which then needs nothing of what it pools kept: it is made
/// again, a plane at a time.</remarks>
/// <param name="nodes">In order; those that are fused away are taken out.</param>
/// <param name="outputs">Values that the model gives.</param>
/// <param name="goal">What the plan is for.</param>
internal sealed class Fusion<T>(List<PlanNode<T>> nodes, PlanValue<T>[] outputs, PlanGoal goal) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MostPlane = 1 << 17;                                   // numbers of a plane that stay in a core's own cache

    /// <summary>The normalisations that could go into the weights before them, and whether their statistics let them.</summary>
    public Dictionary<BatchNormLayer<T>, bool> Foldable { get; } = [];

    private bool InUse => !goal.Training && !goal.Backward;

    /// <summary>Rewrites until nothing is left to fuse.</summary>
    public void Run()
    {
        if (goal.Observed || goal.ObservesGradients) return;
        for (bool changed = true; changed;)
        {
            changed = false;
            for (int i = 0; i < nodes.Count && !changed; i++) changed = (InUse && TryFold(i)) || TryAdd(i) || TryActivate(i) || TryPool(i);
        }
    }

    // convolution, normalisation -> convolution with other weights
    private bool TryFold(int i)
    {
        if (nodes[i].Layer is not BatchNormLayer<T> norm || HasMore(nodes[i]) || OnlyReaderOf(nodes[i].Inputs[0],
            nodes[i]) is not { } before) return false;
        if (!before.Layer.Folds || before.Folded is not null || HasMore(before)) return false;
        if (!Foldable.TryGetValue(norm, out bool folds)) Foldable[norm] = folds = !norm.LosesDigitsFolded;
        if (!folds) return false;
        before.Folded = norm;
        Remove(i, before);
        return true;
    }

    // layer, addition of another value that is there already -> layer that adds it
    private bool TryAdd(int i)
    {
        if (nodes[i].Layer is not Add<T> || HasMore(nodes[i]) || nodes[i].Inputs[0] == nodes[i].Inputs[1]) return false;
        if (!nodes[i].Layer.PassesGradientOn(nodes[i].Site)) return false;
        for (int way = 0; way < 2; way++)
        {
            PlanValue<T> addend = nodes[i].Inputs[1 - way];
            if (OnlyReaderOf(nodes[i].Inputs[way], nodes[i]) is not { } before || !before.Layer.TakesAddend(before.Site)) continue;
            if (HasMore(before) || MakerIndex(addend) > nodes.IndexOf(before)) continue;
            before.Addend = addend;
            Remove(i, before);
            return true;
        }
        return false;
    }

    // layer, activation -> layer that activates
    private bool TryActivate(int i)
    {
        Activation<T> activation = nodes[i].Layer.Activation;
        if (!activation.IsSome || OnlyReaderOf(nodes[i].Inputs[0], nodes[i]) is not { } before) return false;
        if (!before.Layer.TakesActivation || before.Activation.IsSome || before.Maxima is not null) return false;
        if (!InUse && !activation.GradientFromOutput && !(before.Layer.ActivationFromInput && before.Addend is null)) return false;
        before.Activation = activation;
        Remove(i, before);
        return true;
    }

    // normalisation, the largest under windows -> normalisation that takes the largest
    private bool TryPool(int i)
    {
        PlanNode<T> node = nodes[i];
        if (node.Layer.Maxima(node.Site.Input) is not { } windows || windows.MostReaders > LongSums.Piece || HasMore(node)) return false;
        if (node.Site.PlaneLength > MostPlane || node.Site.Output.Length >= node.Site.Input.Length) return false;
        if (OnlyReaderOf(node.Inputs[0], node) is not { } before || !before.Layer.TakesMaxima(before.Site)) return false;
        if (before.Addend is not null || before.Maxima is not null || (before.Activation.IsSome && !before.Activation.IsRectifier)) return false;
        (before.Maxima, before.Pooling, before.Site) = (windows, node.Layer, before.Site with { Output = node.Site.Output });
        Remove(i, before);
        return true;
    }

    // Whether something comes after the layer's own work already.
    private static bool HasMore(PlanNode<T> node) => node.Addend is not null || node.Activation.IsSome || node.Maxima is not null;

    /// <summary>Who makes a value that only one layer reads, and the model does not give.</summary>
    private PlanNode<T>? OnlyReaderOf(PlanValue<T> value, PlanNode<T> reader)
    {
        if (outputs.Contains(value) || nodes.Any(node => node != reader && (node.Inputs.Contains(value) || node.Addend == value))) return null;
        return nodes.Find(node => node.Output == value);
    }

    private int MakerIndex(PlanValue<T> value) => nodes.FindIndex(node => node.Output == value);

    private void Remove(int i, PlanNode<T> before)
    {
        before.Output = nodes[i].Output;
        nodes.RemoveAt(i);
    }
}
