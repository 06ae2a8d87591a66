using System.Numerics;
using Scratch.Layers;

namespace Scratch.Plans;

/// <summary>Gives every value its place: it lives from the first to the last step that names it. A life between two barriers lies in the memory of
/// the worker who has the block at the moment, a life across one in the block's own; values that do not live at the same time share places.</summary>
/// <remarks>A step whose layer may write over its input does so where nobody needs that any more, on the way back included. Places are found by first
/// fit, the largest first.</remarks>
/// <param name="steps">The list.</param>
/// <param name="goal">What the plan is for.</param>
internal sealed class Places<T>(List<Step<T>> steps, PlanGoal goal) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dictionary<PlanValue<T>, (int First, int Last)> _lives = new(ReferenceEqualityComparer.Instance);
    private readonly int[] _segments = new int[steps.Count];

    /// <summary>Numbers of a worker's memory.</summary>
    public int WorkerLength { get; private set; }

    /// <summary>Numbers of a block's memory.</summary>
    public int BlockLength { get; private set; }

    /// <summary>Places all values.</summary>
    public void Run()
    {
        for (int i = 1; i < steps.Count; i++) _segments[i] = _segments[i - 1] + (steps[i - 1].IsBarrier ? 1 : 0);
        foreach (Step<T> step in steps)
            if (step.Kind is StepKind.Forward or StepKind.Repeat && step.Node.IsView) step.Output!.ShareMemoryOf(step.Inputs[0]);
        FindLives();
        if (!goal.Observed && !goal.ObservesGradients)
            for (int i = 0; i < steps.Count; i++) TryInPlace(i);
        WorkerLength = Fit(inBlock: false);
        BlockLength = Fit(inBlock: true);
    }

    private void FindLives()
    {
        for (int i = 0; i < steps.Count; i++)
        {
            // what goes band by band is there together
            var (first, last) = steps[i].Bands is { } bands ? (steps.IndexOf(bands.Steps[0]), steps.IndexOf(bands.Steps[^1])) : (i, i);
            foreach (PlanValue<T> value in steps[i].Reads.Concat(steps[i].Writes))
            {
                PlanValue<T> owner = value.Owner;
                _lives[owner] = _lives.TryGetValue(owner, out var life) ? (Math.Min(life.First, first), Math.Max(life.Last, last)) : (first, last);
            }
        }
    }

    // Only if the step is the last use of what it would write over, and what it writes is not there yet.
    private void TryInPlace(int i)
    {
        Step<T> step = steps[i];
        if (step.Kind is not (StepKind.Forward or StepKind.Repeat or StepKind.Backward)) return;
        if (step.Kind == StepKind.Backward ? !step.Node.Layer.GradientMayReplaceGradient
            : step.Node.Layer.OutputMemory != OutputMemory.MayReplaceInput) return;
        var (from, to) = step.Kind == StepKind.Backward ? (step.GradOutput!.Owner, step.GradInputs[0]?.Owner)
            : (step.Inputs[0].Owner, step.Output!.Owner);
        if (to is null || to == from || _lives[from].Last != i || _lives[to].First != i || from.Length(goal.Images) != to.Length(goal.Images)) return;
        if (step.Kind != StepKind.Backward && step.Inputs.Skip(1).Any(input => input.Owner == from)) return;
        _lives[from] = (_lives[from].First, _lives[to].Last);
        _lives.Remove(to);
        to.ShareMemoryOf(from);
    }

    private int Fit(bool inBlock)
    {
        var placed = new List<PlanValue<T>>();
        int length = 0;
        var order = _lives.Where(entry => _segments[entry.Value.First] != _segments[entry.Value.Last] == inBlock)
            .OrderByDescending(entry => entry.Key.Length(goal.Images)).ThenBy(entry => entry.Value.First).ThenBy(entry => entry.Value.Last);
        foreach (var (value, life) in order)
        {
            int at = 0, own = value.Length(goal.Images);
            foreach (PlanValue<T> other in placed.Where(other => _lives[other].First <= life.Last
                && life.First <= _lives[other].Last).OrderBy(other => other.Offset))
            {
                if (at + own <= other.Offset) break;
                at = Math.Max(at, other.Offset + other.Length(goal.Images));
            }
            value.PlaceAt(inBlock, at);
            length = Math.Max(length, checked(at + own));
            placed.Add(value);
        }
        return length;
    }
}
