using System.Numerics;
using Scratch.Kernels;
using Scratch.Layers;

namespace Scratch.Plans;

/// <summary>What a step of training takes with so many threads, on paper: every step's expected time, divided as <see cref="PlanRunner{T}"/> divides
/// it.</summary>
/// <remarks>
/// Prices are those by which layouts are chosen, and a few for what is not a layer's. To call threads costs nothing here, and they never wait for
/// memory: so this is what remains of them if all is well, and what it shows are steps that one thread does while the others wait.
/// </remarks>
/// <param name="plan">The list.</param>
/// <param name="images">Of a batch.</param>
/// <param name="parameters">Numbers that learn.</param>
/// <param name="vector">Numbers of a vector.</param>
internal sealed class Scaling<T>(Plan<T> plan, int images, long parameters, int vector) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Nanoseconds, measured: to read or write a number in the cache; to turn one from or into another layout; to reckon with one in double; to pack
    // one; to step one.
    private const double PerNumber = 0.06, PerTurned = 0.3, PerDouble = 4, PerPacked = 0.8, PerStepped = 0.15;
    private const int MostPieces = 32, WorthStepping = 1 << 15;
    private const double PieceWork = 800;                                    // of what a layer cuts itself

    /// <summary>Nanoseconds with so many threads, and of that what one of them does alone, by step; the last two are the preparation and the
    /// optimiser.</summary>
    public (double Time, double[] Alone) With(int threads)
    {
        double[] alone = new double[plan.Steps.Count + 2];
        double time = 0;
        int blocks = Lanes.Blocks(images), groups = plan.Goal.Backward ? Plan<T>.GroupCount(blocks, parameters) : blocks;
        for (int i = 0; i < plan.Steps.Count; i++)
        {
            Step<T> step = plan.Steps[i];
            if (step.IsBarrier)
            {
                var (barrier, pieces) = Barrier(step, groups);
                Add(i, barrier, pieces);
                continue;
            }
            double perBlock = Work(step);
            StepCut cut = StepCut.Of(step, plan.Goal.Images);
            for (int left = blocks; left > 0; left -= groups)
            {
                int turn = Math.Min(left, groups), together = turn % threads;
                time += turn / threads * perBlock;
                if (cut.Division != Division.ByItself) Add(i, together * perBlock, together * cut.Pieces);
                else
                    for (int block = 0; block < together; block++) Add(i, perBlock, (int)Math.Clamp(perBlock / PieceWork, 1, MostPieces));
            }
        }
        int[] packed = [.. plan.Nodes.Select(node => node.PreparedLength)];
        foreach (int length in packed.Where(length => length >= Plan<T>.WorthPacking)) Add(plan.Steps.Count, length * PerPacked, MostPieces);
        int rest = packed.Where(length => length < Plan<T>.WorthPacking).Sum(),
            layers = packed.Count(length => length is > 0 and < Plan<T>.WorthPacking);
        Add(plan.Steps.Count, rest * PerPacked, packed.Sum() >= Plan<T>.WorthPreparing ? Math.Max(1, layers) : 1);
        if (plan.Goal.Backward) Add(plan.Steps.Count + 1, parameters * PerStepped, parameters >= WorthStepping ? MostPieces : 1);
        return (time, alone);

        void Add(int step, double work, int pieces)
        {
            if (work == 0) return;
            double taken = work * ((pieces + threads - 1) / threads) / pieces;
            time += taken;
            if (pieces == 1 && threads > 1) alone[step] += taken;
        }
    }

    private double Work(Step<T> step)
    {
        if (step.Kind is StepKind.Load or StepKind.Store or StepKind.Seed or StepKind.StoreGradient or StepKind.Loss)
        {
            PlanValue<T> value = step.GradOutput ?? step.Output ?? step.Inputs[0];
            return (double)value.Shape.Length * plan.Goal.Images * (step.Kind == StepKind.Loss ? PerDouble : PerTurned);
        }
        if (step.Kind is StepKind.Copy or StepKind.Add) return 2 * PerNumber * step.Output!.Length(plan.Goal.Images);
        LayerSite site = step.Node.Site;
        if (step.Kind is StepKind.Gather or StepKind.GatherGradient) return PerNumber * site.Numbers;
        if (step.Kind is StepKind.Observe or StepKind.ObserveGradient || step.Node.IsView) return 0;
        double forward = step.Node.Layer.Cost(site with { Backward = false }, vector);
        return step.Kind == StepKind.Backward ? step.Node.Layer.Cost(site, vector) - forward : forward;
    }

    private (double Work, int Pieces) Barrier(Step<T> step, int groups)
    {
        if (step.Kind == StepKind.Reduce) return (groups == 1 ? 0 : 2 * PerNumber * groups * parameters, Plan<T>.Slices);
        if (step.Kind == StepKind.Turn) return (0, 1);
        int parts = Lanes.Blocks(images) * WholeBatch<T>.PartsOf(step.Node.Site, plan.Goal.Images), channels = step.Node.Site.Input[0];
        bool shares = step.Kind == StepKind.Combine && WholeBatch<T>.SharesCombine((BatchLayer<T>)step.Node.Layer, parts);
        return step.Kind == StepKind.Combine ? (PerDouble * parts * channels, shares ? WholeBatch<T>.CombinePieces : 1)
            : (channels * (PerDouble + 2 * parts * PerNumber), 1);
    }
}
