using System.Numerics;

namespace Scratch.Plans;

/// <summary>Writes the list of steps: load, forward, loss, backward, reduce, in the order in which a block goes through them.</summary>
/// <remarks>
/// A layer that needs the whole batch stands behind a barrier. Layers have levels, the number of barriers before them; those of one level share
/// one. On the way back the levels come in reverse. A value that several layers read gets its gradient from the last of them first; the others add.
/// </remarks>
internal sealed class StepList<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<PlanNode<T>> _nodes;
    private readonly PlanValue<T>[] _inputs, _outputs;
    private readonly PlanGoal _goal;
    private readonly Dictionary<PlanValue<T>, PlanValue<T>> _gradients = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<PlanValue<T>> _needed = new(ReferenceEqualityComparer.Instance);     // values whose gradient somebody needs
    private int _levels;

    public StepList(List<PlanNode<T>> nodes, PlanValue<T>[] inputs, PlanValue<T>[] outputs, PlanGoal goal)
    {
        (_nodes, _inputs, _outputs, _goal) = (nodes, inputs, outputs, goal);
        FindLevels();
        Forward();
        if (!goal.Backward) return;
        FindNeeded();
        Backward();
    }

    /// <summary>The list.</summary>
    public List<Step<T>> Steps { get; } = [];

    // As late as what reads a layer allows: then a shortcut's normalisation waits for that of the main path, and its values live no longer than they
    // must.
    private void FindLevels()
    {
        var makers = new Dictionary<PlanValue<T>, PlanNode<T>>(ReferenceEqualityComparer.Instance);
        foreach (PlanNode<T> node in _nodes) makers.Add(node.Output, node);
        foreach (PlanNode<T> node in _nodes)
        {
            node.Level = node.IsWholeBatch ? 1 : 0;
            foreach (PlanValue<T> input in node.Inputs)
                if (makers.TryGetValue(input, out PlanNode<T>? maker)) node.Level = Math.Max(node.Level, maker.Level + (node.IsWholeBatch ? 1 : 0));
            if (node.Addend is { } addend && makers.TryGetValue(addend, out PlanNode<T>? other))
                node.Level = Math.Max(node.Level, other.Level + AfterAddend(node, other));
            _levels = Math.Max(_levels, node.Level);
        }
        var latest = new Dictionary<PlanValue<T>, int>(ReferenceEqualityComparer.Instance);
        for (int i = _nodes.Count - 1; i >= 0; i--)
        {
            PlanNode<T> node = _nodes[i];
            if (latest.TryGetValue(node.Output, out int level) && !_outputs.Contains(node.Output)) node.Level = Math.Max(node.Level, level);
            int before = node.Level - (node.IsWholeBatch ? 1 : 0);
            foreach (PlanValue<T> input in node.Inputs) Limit(input, before);
            if (node.Addend is { } addend) Limit(addend, node.Level - (makers.TryGetValue(addend, out PlanNode<T>? other) ? AfterAddend(node, other)
                : 0));
        }

        void Limit(PlanValue<T> value, int level) => latest[value] = latest.TryGetValue(value, out int known) ? Math.Min(known, level) : level;

        // On the way back what is not of the whole batch comes first in its level, before a whole-batch layer has made the gradient of what it adds.
        static int AfterAddend(PlanNode<T> node, PlanNode<T> maker) => node.IsWholeBatch && !maker.IsWholeBatch ? 1 : 0;
    }

    private void Forward()
    {
        for (int i = 0; i < _inputs.Length; i++) Steps.Add(new(StepKind.Load) { Way = i, Output = _inputs[i] });
        for (int level = 0; level <= _levels; level++)
        {
            List<PlanNode<T>> here = [.. _nodes.Where(node => node.Level == level)];
            foreach (PlanNode<T> node in here.Where(node => node.IsWholeBatch)) Steps.Add(new(StepKind.Gather, node) { Inputs = node.Inputs });
            foreach (PlanNode<T> node in here.Where(node => node.IsWholeBatch)) Steps.Add(new(StepKind.Combine, node));
            foreach (PlanNode<T> node in here)
            {
                Steps.Add(new(StepKind.Forward, node) { Inputs = node.Inputs, Output = node.Output });
                if (_goal.Observed && node.Index >= 0) Steps.Add(new(StepKind.Observe, node) { Inputs = node.Inputs, Output = node.Output });
            }
        }
        for (int i = 0; i < _outputs.Length; i++) Steps.Add(new(StepKind.Store) { Way = i, Inputs = [_outputs[i]] });
        if (_goal is { Backward: true, Loss: false }) Steps.Add(new(StepKind.Turn));
        for (int i = 0; i < _outputs.Length && (_goal.Loss || _goal.Backward); i++)
        {
            var gradient = new PlanValue<T>($"d {_outputs[i].Name}", _outputs[i].Shape, _outputs[i].Layout);
            Steps.Add(new(_goal.Loss ? StepKind.Loss : StepKind.Seed) { Way = i, Inputs = _goal.Loss ? [_outputs[i]] : [], GradOutput = gradient });
            if (_goal.Backward) Contribute(_outputs[i], gradient);
        }
    }

    // A layer's parameters that learn need the gradient of its output, and so on up.
    private void FindNeeded()
    {
        if (_goal.InputGradient)
            foreach (PlanValue<T> input in _inputs) _needed.Add(input);
        foreach (PlanNode<T> node in _nodes)
        {
            bool fromBefore = node.Inputs.Any(_needed.Contains) || (node.Addend is { } addend && _needed.Contains(addend));
            if (fromBefore || node.Layer.Parameters.Any(parameter => !parameter.Frozen) || _goal.ObservesGradients) _needed.Add(node.Output);
        }
    }

    private void Backward()
    {
        for (int level = _levels; level >= 0; level--)
        {
            List<PlanNode<T>> here = [.. _nodes.Where(node => node.Level == level && _needed.Contains(node.Output)).Reverse()];
            foreach (PlanNode<T> node in here.Where(node => !node.IsWholeBatch)) BackThrough(node);
            List<PlanNode<T>> whole = [.. here.Where(node => node.IsWholeBatch)], gathered = [];
            foreach (PlanNode<T> node in whole.Where(node => _gradients.ContainsKey(node.Output)))
            {
                gathered.Add(node);
                Observe(node);
                Steps.Add(new(StepKind.GatherGradient, node) { Inputs = node.Inputs, Output = node.Output, GradOutput = _gradients[node.Output] });
                if (MakerOfAddend(node) is not { } maker) continue;
                // Its turn at the same barrier comes yet. One memory for both only if nothing is written into it before both have been back.
                bool mayShare = !maker.WritesGradBefore && whole.Count(other => other.Addend == maker.Output) == 1;
                PassOn(maker.Output, _gradients[node.Output], mayShare);
            }
            foreach (PlanNode<T> node in gathered) Steps.Add(new(StepKind.CombineGradient, node));
            foreach (PlanNode<T> node in gathered) Through(node, _gradients[node.Output]);
            // Now nobody reads the gradients of this level any more: what they are for values of levels before may lie in the same memory.
            foreach (PlanNode<T> node in gathered)
                if (node.Addend is { } addend && MakerOfAddend(node) is null) PassOn(addend, _gradients[node.Output], mayShare: true);

            PlanNode<T>? MakerOfAddend(PlanNode<T> node) => whole.Find(other => other.Output == node.Addend);
        }
        for (int i = 0; i < _inputs.Length && _goal.InputGradient; i++)
            if (_gradients.TryGetValue(_inputs[i], out PlanValue<T>? gradient)) Steps.Add(new(StepKind.StoreGradient) { Way = i,
                GradOutput = gradient });
        Steps.Add(new(StepKind.Reduce));
    }

    private void BackThrough(PlanNode<T> node)
    {
        if (!_gradients.TryGetValue(node.Output, out PlanValue<T>? gradient)) return;                  // nothing that counts depends on it
        Observe(node);
        if (node.IsView) PassOn(node.Inputs[0], gradient, mayShare: true);
        else if (node.Layer.PassesGradientOn(node.Site) && node.Inputs[0] != node.Inputs[1])
        {
            if (node.Activation.IsSome) Steps.Add(new(StepKind.Backward, node) { Inputs = node.Inputs, Output = node.Output, GradOutput = gradient });
            // The first to get a gradient may have this very memory; what is added or copied comes before it.
            bool[] isFirst = [.. node.Inputs.Select(input => _needed.Contains(input) && !_gradients.ContainsKey(input))];
            int shares = _goal.ObservesGradients ? -1 : Array.IndexOf(isFirst, true);
            for (int i = 0; i < node.Inputs.Length; i++)
                if (i != shares) PassOn(node.Inputs[i], gradient, mayShare: false);
            if (shares >= 0) PassOn(node.Inputs[shares], gradient, mayShare: true);
        }
        else Through(node, gradient);
    }

    private void Through(PlanNode<T> node, PlanValue<T> gradient)
    {
        var gradients = new PlanValue<T>?[node.Inputs.Length];
        PlanValue<T>? before = gradients.Length == 1 && node.Layer.TakesGradAddend(node.Site) ? _gradients.GetValueOrDefault(node.Inputs[0]) : null;
        for (int i = 0; i < gradients.Length; i++)
            if (_needed.Contains(node.Inputs[i])) gradients[i] = new($"d {node.Inputs[i].Name}", node.Inputs[i].Shape, node.Inputs[i].Layout);
        if (gradients.All(one => one is null) && node.Layer.Parameters.All(parameter => parameter.Frozen)) return;
        Steps.Add(new(StepKind.Backward, node)
        {
            Inputs = node.Inputs, Output = node.Output, GradOutput = gradient, GradInputs = gradients, GradAddend = before,
        });
        if (before is not null) _gradients.Remove(node.Inputs[0]);
        for (int i = 0; i < gradients.Length; i++)
            if (gradients[i] is { } one) Contribute(node.Inputs[i], one);
    }

    private void Observe(PlanNode<T> node)
    {
        if (_goal.ObservesGradients && node.Index >= 0)
            Steps.Add(new(StepKind.ObserveGradient, node) { Inputs = node.Inputs, Output = node.Output, GradOutput = _gradients[node.Output] });
    }

    /// <summary>The gradient by a value is that by another, as it is.</summary>
    private void PassOn(PlanValue<T> value, PlanValue<T> gradient, bool mayShare)
    {
        if (!_needed.Contains(value)) return;
        if (_gradients.TryGetValue(value, out PlanValue<T>? sum))
        {
            Steps.Add(new(StepKind.Add) { Inputs = [gradient], Output = sum });
            return;
        }
        var own = new PlanValue<T>($"d {value.Name}", value.Shape, value.Layout);
        if (mayShare) own.ShareMemoryOf(gradient);
        else Steps.Add(new(StepKind.Copy) { Inputs = [gradient], Output = own });
        _gradients.Add(value, own);
    }

    /// <summary>A gradient has been worked out: the first by its value is it, others are added to that.</summary>
    private void Contribute(PlanValue<T> value, PlanValue<T> gradient)
    {
        if (!_gradients.TryAdd(value, gradient)) Steps.Add(new(StepKind.Add) { Inputs = [gradient], Output = _gradients[value] });
    }
}
