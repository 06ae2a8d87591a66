using System.Numerics;
using System.Runtime.CompilerServices;
using Scratch.Layers;

namespace Scratch.Plans;

/// <summary>What is cheap to make again is not kept across a barrier: the segment that reads it on the way back makes it anew.</summary>
/// <remarks>
/// A value goes through the cache and out of it; what is written must come back. So a normalised, activated or pooled value is made again from what
/// crosses the same barriers anyway, such as a convolution's output, in memory that stays in the cache. Not so what pooling leaves a quarter of:
/// to read all of it again takes longer than to keep that. Nor, channels-last, what is larger than a core's cache: made again it would go to memory,
/// too.
/// </remarks>
internal static class Repeats<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Small = 3;                                             // so many times less than what it is made of is kept
    private const int Cached = 1 << 20;                                      // bytes of a block's values

    /// <summary>Rewrites the list, segment by segment from the end.</summary>
    public static void Insert(List<Step<T>> steps, int images)
    {
        int turn = steps.FindLastIndex(step => step.Kind == StepKind.Loss);
        for (int end = steps.Count, start; end > turn; end = start - 1)
        {
            start = end;
            while (start > 0 && !steps[start - 1].IsBarrier) start--;
            if (start > turn && start < end) InSegment(steps, start, end, images);
            if (start == 0) break;
        }
    }

    private static void InSegment(List<Step<T>> steps, int start, int end, int images)
    {
        var makers = new Dictionary<PlanValue<T>, Step<T>>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < start; i++)
            if (steps[i].Kind is StepKind.Forward) makers[steps[i].Output!] = steps[i];
        // values of before that are read from here on: they are there whatever is done
        HashSet<PlanValue<T>> crossing = new(ReferenceEqualityComparer.Instance);
        for (int i = start; i < steps.Count; i++)
            foreach (PlanValue<T> value in steps[i].Reads) crossing.Add(value);
        var copies = new Dictionary<PlanValue<T>, PlanValue<T>>(ReferenceEqualityComparer.Instance);
        var repeats = new List<Step<T>>();
        List<PlanValue<T>> wanted = [.. steps.GetRange(start, end - start).Where(step => step.Kind is StepKind.Backward or StepKind.GatherGradient)
            .SelectMany(step => step.Reads).Where(makers.ContainsKey).Distinct()];
        foreach (PlanValue<T> value in wanted) TryRepeat(value);
        if (repeats.Count == 0) return;
        for (int i = start; i < end; i++)
        {
            steps[i].Inputs = [.. steps[i].Inputs.Select(Copy)];
            if (steps[i].Output is { } output && steps[i].Kind is StepKind.Backward or StepKind.GatherGradient) steps[i].Output =
                Copy(steps[i].Output!);
        }
        steps.InsertRange(start, repeats);

        PlanValue<T> Copy(PlanValue<T> value) => copies.GetValueOrDefault(value, value);

        static bool IsCheap(PlanNode<T> node) => node.Layer.IsCheap && node.Addend is null
            && (!node.Activation.IsSome || node.Activation.IsRectifier);

        // From a value that crosses the barriers anyway, over cheap layers, to this one.
        bool TryRepeat(PlanValue<T> value)
        {
            if (copies.ContainsKey(value)) return true;
            if (!makers.TryGetValue(value, out Step<T>? maker) || maker.Inputs.Length > 1 || !IsCheap(maker.Node)) return false;
            PlanValue<T> input = maker.Inputs[0];
            if (value.Shape.Length * Small <= input.Shape.Length) return false;
            if (value.Layout == Layout.ChannelsLast && (long)value.Shape.Length * images * Unsafe.SizeOf<T>() > Cached) return false;
            bool isView = maker.Node.IsView;
            if (isView ? !TryRepeat(input) : !(makers.TryGetValue(input, out Step<T>? before) && IsCheap(before.Node) && TryRepeat(input))
                && !crossing.Contains(input)) return false;
            var copy = new PlanValue<T>(value.Name + "'", value.Shape, value.Layout);
            repeats.Add(new(StepKind.Repeat, maker.Node) { Inputs = [Copy(input)], Output = copy });
            copies.Add(value, copy);
            return true;
        }
    }
}
