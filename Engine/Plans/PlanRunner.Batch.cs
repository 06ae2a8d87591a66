using System.Diagnostics;
using System.Numerics;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Tensors;

namespace Scratch.Plans;

/// <summary>The engine's heart: goes through a plan's steps, from barrier to barrier.</summary>
/// <remarks>
/// Blocks belong to a fixed number of groups, by shape; a group's go through a segment in order, into that group's gradients, and the groups are
/// added in order. A turn is the next block of every group: as many as the threads divide evenly are a worker's each, and the rest go side by side,
/// from step to step, and all threads share every step. Either way every sum has one order, whatever the number of threads.
/// </remarks>
internal sealed partial class PlanRunner<T, V> : PlanRunner<T> where T : unmanaged, IBinaryFloatingPointIeee754<T> where V : unmanaged, IVector<V, T>
{
    private const int WorthSharing = 1 << 17;                                // numbers to add up before a second thread is called for it
    private readonly LayerGraph<T> _graph;
    private readonly ParameterVector<T> _vector;
    private readonly Chance _chance;
    private readonly Shape[] _inputShapes;
    private readonly int _threads;
    private readonly List<(PlanGoal Goal, ulong Frozen, Ready<T> Ready)> _plans = [];
    private readonly PlanMemory<T> _memory;
    private readonly Action<int, int> _runBlock, _clearSlice, _reduceSlice, _prepareNode, _piece, _layPart;

    // The batch at hand.
    private Ready<T> _ready = null!;
    private Plan<T> _plan = null!;
    private Batch<T> _batch = null!;
    private Losses<T>? _losses;
    private readonly Tensor<T>[] _outputs, _gradOutputs;
    private readonly Tensor<T>?[] _gradInputs;
    private readonly double[] _divisors;                                     // of each output's sum of losses
    private (int Block, int Group)[] _round = [];                            // of the turn at hand
    private int _images, _blocks, _groupCount, _from, _to, _share;
    private int _workers;                                                    // that the batch is worth, of the threads
    private bool _turnsBack;                                                 // whether a worker takes its blocks from the last to the first
    private ulong _randomBits;
    private bool _accumulate;
    private int _turn = -1;                                                  // where Backward goes on; below 0 if there was no Forward

    public PlanRunner(LayerGraph<T> graph, ParameterVector<T> vector, Chance chance, Shape[] inputs, int threads)
    {
        (_graph, _vector, _chance, _inputShapes, _threads) = (graph, vector, chance, inputs, threads);
        graph.Shapes(inputs);                                                // what does not fit is said at once
        (_memory, _lastShared) = (new(threads), new long[threads]);
        int outputs = graph.Outputs.Length;
        (_outputs, _gradOutputs, _gradInputs, _divisors) = (new Tensor<T>[outputs], new Tensor<T>[outputs], new Tensor<T>?[inputs.Length],
            new double[outputs]);
        (_runBlock, _clearSlice, _reduceSlice, _prepareNode, _piece, _layPart) = (RunBlock, ClearSlice, ReduceSlice, PrepareNode, RunPiece, LayPart);
    }

    public override int VectorLength => V.Count;

    public override Plan<T> PlanFor(PlanGoal goal) => ReadyFor(goal).Plan;

    public override void Forward(Batch<T> batch, bool training, bool backwardFollows, params ReadOnlySpan<Tensor<T>> outputs)
    {
        int images = Math.Min(batch.Count, Lanes.Count);
        outputs.CopyTo(_outputs);
        Begin(batch, backwardFollows ? PlanGoal.ForwardBackward(images, training, IsObserved(training), ObservesGradients)
            : PlanGoal.Infer(images, training, IsObserved(training)), null);
        int end = _plan.Steps.FindIndex(IsTurn);
        Run(0, end < 0 ? _plan.Steps.Count : end);
        _turn = end;
    }

    public override void Backward(ReadOnlySpan<Tensor<T>> gradOutputs, ReadOnlySpan<Tensor<T>> gradInputs)
    {
        if (_turn < 0) ShapeGuard.WrongOrder("Model", "Backward was called before Forward, or twice after one.");
        gradOutputs.CopyTo(_gradOutputs);
        for (int i = 0; i < gradInputs.Length; i++) _gradInputs[i] = gradInputs[i];
        (int from, _turn, _accumulate) = (_turn, -1, true);
        Run(from, _plan.Steps.Count);
        Array.Clear(_gradInputs);
    }

    public override double Train(Batch<T> batch, Losses<T> losses, params ReadOnlySpan<Tensor<T>> outputs)
    {
        outputs.CopyTo(_outputs);
        Begin(batch, PlanGoal.Train(Math.Min(batch.Count, Lanes.Count), IsObserved(training: true), ObservesGradients) with
        {
            LossByPosition = TakePositions(batch, losses),
        }, losses);
        _accumulate = false;
        Run(0, _plan.Steps.Count);
        _chance.Step++;
        return MeanLoss();
    }

    public override double Evaluate(Batch<T> batch, Losses<T> losses, params ReadOnlySpan<Tensor<T>> outputs)
    {
        outputs.CopyTo(_outputs);
        Begin(batch, PlanGoal.Evaluate(Math.Min(batch.Count, Lanes.Count), IsObserved(training: false)) with
        {
            LossByPosition = TakePositions(batch, losses),
        }, losses);
        Run(0, _plan.Steps.Count);
        return MeanLoss();
    }

    public override void Freeze(int images, FirstValues<T> firstValues)
    {
        _vector.BeginLending();
        try
        {
            Ready<T> ready = ReadyFor(PlanGoal.Infer(images));
            (_ready, _plan, _workers) = (ready, ready.Plan, _threads);
            ready.PrepareIn(new(new Shape(ready.PreparedLength)));           // for good
            foreach (Layer<T> layer in firstValues.OneByOne(_vector)) Freeze(layer);
            foreach (WholeBatch<T>? whole in ready.WholeBatches) whole?.TakeRunning();
        }
        finally
        {
            _vector.EndLending();
        }
    }

    public override void Infer(Batch<T> batch, params ReadOnlySpan<Tensor<T>> outputs)
    {
        outputs.CopyTo(_outputs);
        Begin(batch, _plans[0].Ready, null);
        Run(0, _plan.Steps.Count);
    }

    public override PlanRunner<T> Share()
    {
        var other = new PlanRunner<T, V>(_graph, _vector, _chance, _inputShapes, _threads);
        other._plans.Add(_plans[0]);
        return other;
    }

    public override (long Gradients, long Values, long Working, long Tables) Bytes(PlanGoal goal, int images)
    {
        Ready<T> ready = ReadyFor(goal);
        int blocks = Lanes.Blocks(images), groups = Plan<T>.GroupCount(blocks, _vector.Shape.Length);
        long number = AlignedMemory.SizeOf<T>(), scratch = ready.WorkerScratch[0] + (_threads - 1L) * ready.WorkerScratch[1];
        return (number * _vector.Shape.Length * (groups == 1 ? 1 : 1 + groups),
            number * ((long)ready.Plan.WorkerLength * _threads + (long)ready.Plan.BlockLength * blocks),
            number * (scratch + ready.PreparedLength) + ready.WholeBatches.Sum(whole => whole?.Bytes(images) ?? 0),
            ready.Plan.Nodes.Sum(node => node.Layer.TableBytes(node.Site) + (node.Maxima?.Bytes ?? 0)));
    }

    public override long PreparedBytes => _plans.Count == 0 ? 0 : (long)AlignedMemory.SizeOf<T>() * _plans[^1].Ready.PreparedLength;

    private bool IsObserved(bool training)
    {
        foreach (BlockObserver<T> observer in Observers)
            if (observer.LooksNext(training)) return true;
        return false;
    }

    private bool ObservesGradients
    {
        get
        {
            foreach (BlockObserver<T> observer in Observers)
                if (observer.ObservesGradients) return true;
            return false;
        }
    }

    private static bool IsTurn(Step<T> step) => step.Kind == StepKind.Turn;

    private Ready<T> ReadyFor(PlanGoal goal)
    {
        ulong frozen = 14695981039346656037;                                 // what is frozen changes what is to be done on the way back
        for (int i = 0; i < _vector.Parameters.Count && goal.Backward; i++) frozen = (frozen ^ (_vector.Parameters[i].Frozen ? 1UL
            : 0)) * 1099511628211;
        for (int i = 0; i < _plans.Count; i++)
        {
            var (known, knownFrozen, ready) = _plans[i];
            if (known != goal || knownFrozen != frozen) continue;
            if (!ready.Plan.IsOutdated) return ready;
            _plans.RemoveAt(i);
            break;
        }
        var made = new Ready<T>(PlanCompiler<T>.Compile(_graph, _inputShapes, goal, V.Count));
        made.Place<V>(_threads);
        _plans.Add((goal, frozen, made));
        return made;
    }

    private void Begin(Batch<T> batch, PlanGoal goal, Losses<T>? losses)
    {
        for (int i = 0; i < _inputShapes.Length; i++)
            ShapeGuard.Same("Model", "an image of the batch", _inputShapes[i], batch.InputAt(i).ImageShape);
        ShapeGuard.Positive("Model", batch.Count, "batch size");
        if (losses is not null && losses.Count != _outputs.Length)
            ShapeGuard.Mismatch("Model", $"it has {_outputs.Length} outputs, there are {losses.Count} losses. Give one for each.",
                new Shape(_outputs.Length), new Shape(losses.Count));
        _vector.Start();                                                     // before threads look at their layers' numbers
        Ready<T> ready = ReadyFor(goal);
        for (int i = 0; i < _outputs.Length && losses is not null; i++) _divisors[i] = losses[i].Loss.Begin(batch.TargetAt(i),
            ready.Plan.Outputs[i].Shape);
        Begin(batch, ready, losses);
        _ready.PrepareIn(_memory.Prepared(_ready.PreparedLength));
        Prepare();
        foreach (WholeBatch<T>? whole in _ready.WholeBatches)
            if (!_plan.Goal.Training) whole?.TakeRunning();
            else whole?.Begin(_images);
    }

    private void Begin(Batch<T> batch, Ready<T> ready, Losses<T>? losses)
    {
        (_batch, _losses, _ready, _plan, _turn) = (batch, losses, ready, ready.Plan, -1);
        (_images, _blocks, _randomBits) = (batch.Count, Lanes.Blocks(batch.Count), _chance.Bits);
        _workers = _blocks > 1 || _plan.IsWorthSharing ? _threads : 1;
        _groupCount = _plan.Goal.Backward ? Plan<T>.GroupCount(_blocks, _vector.Shape.Length) : _blocks;
        if (_round.Length < _groupCount) _round = new (int, int)[_groupCount];
        _memory.Reserve(_plan, _blocks, _plan.Goal.Backward && _groupCount > 1 ? _groupCount : 0, _vector.Shape, ready.WorkerScratch,
            _plan.Goal.Backward && _groupCount == 1 ? 1 : 0);
        ReserveBands();
        Array.Clear(_memory.Losses);
        for (int i = 0; i < _outputs.Length && losses is not null; i++)
            if (batch.TargetAt(i).TargetShape is { } target && _plan.Outputs[i].Layout == Layout.Lanes)
                _memory.ReserveTargets(Extent.Length(Layout.Lanes, target, Lanes.Count));
    }

    private static bool TakePositions(Batch<T> batch, Losses<T> losses)
    {
        for (int i = 0; i < losses.Count; i++)
        {
            Batch<T> known = batch.TargetAt(i);
            if (!losses[i].Loss.IsByPosition || (known.TargetShape is not null && !known.TryTarget(0, out _))) return false;
        }
        return true;
    }

    private double MeanLoss()
    {
        double all = 0;
        for (int i = 0; i < _outputs.Length; i++)
        {
            double sum = 0;
            for (int block = 0; block < _blocks; block++)
                for (int part = 0; part < _plan.LossParts; part++) sum += _memory.Losses[LossAt(block, i, part)];
            all += (_divisors[i] > 0 ? sum / _divisors[i] : 0) * _losses![i].Weight;
        }
        return all;
    }

    /// <summary>From step to step, from barrier to barrier.</summary>
    private void Run(int from, int to)
    {
        if (from == 0) _turnsBack = false;
        if (from == 0)
            foreach (BlockObserver<T> observer in Observers)
            {
                observer.Watch(_graph);
                observer.BeginPass(_graph.Layers.Count, _images, _plan.Goal.Training);
            }
        for (_from = from; _from < to; _from = _to)
        {
            if (_plan.Steps[_from].IsBarrier)
            {
                long start = Clock is null ? 0 : Stopwatch.GetTimestamp();
                Barrier(_plan.Steps[_from]);
                if (Clock is { } clock) clock[_from] += Stopwatch.GetTimestamp() - start;
                _to = _from + 1;
                continue;
            }
            for (_to = _from + 1; _to < to && !_plan.Steps[_to].IsBarrier;) _to++;
            RunSegment();
        }
        if (from == 0)
            foreach (BlockObserver<T> observer in Observers) observer.EndPass();
        if (to == _plan.Steps.Count && _plan.Goal.Backward)
            foreach (BlockObserver<T> observer in Observers)
                if (observer.ObservesGradients) observer.EndGradients();
    }

    /// <summary>All blocks through the steps up to the next barrier.</summary>
    private void RunSegment()
    {
        if (BeginsGradients) _turnsBack = false;                             // losses see the blocks in order
        for (int turn = 0, count; (count = FindRound(turn)) > 0; turn++)
        {
            int alone = count / _workers * _workers;
            _share = alone / _workers;
            WorkerPool.Shared.Run(_workers, alone, _runBlock);
            if (alone < count) RunTogether(alone, count - alone);
        }
        _turnsBack = !_turnsBack;
    }

    // The blocks of a turn. Groups are of one size, or differ by a block.
    private int FindRound(int turn)
    {
        int count = 0;
        for (int group = 0; group < _groupCount; group++)
            if (First(group) + turn < First(group + 1)) _round[count++] = (First(group) + turn, group);
        return count;
    }

    // Every other segment from a worker's last block to its first: what the segment before did last still lies in the core's own cache. Blocks of a
    // turn belong to groups of their own, so no sum changes its order.
    private void RunBlock(int index, int worker)
    {
        int first = index / _share * _share;
        var (block, group) = _round[_turnsBack ? first + first + _share - 1 - index : index];
        if (BeginsGradients && block == First(group)) GradientsOf(group).Clear();
        for (int i = _from; i < _to; i++)
        {
            long start = Clock is null ? 0 : Stopwatch.GetTimestamp();
            Do(_plan.Steps[i], block, group, worker, worker);
            if (Clock is { } clock && _plan.Steps[i].Bands is null) Interlocked.Add(ref clock[i], Stopwatch.GetTimestamp() - start);
        }
    }

    private bool BeginsGradients => _from <= _plan.FirstBackward && _plan.FirstBackward < _to;

    private int First(int group) => Parts.Begin(_blocks, group, _groupCount);

    /// <summary>One group's gradients are the model's own, unless these are to be added to.</summary>
    private Span<T> GradientsOf(int group) => !_plan.Goal.Backward ? [] : _groupCount == 1 && !_accumulate ? _vector.Gradients.Span
        : _memory.Groups[group].Span;
}
