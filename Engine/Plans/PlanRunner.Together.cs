using System.Diagnostics;
using Scratch.Kernels;
using Scratch.Layers;

namespace Scratch.Plans;

// Fewer blocks than threads: they go from step to step side by side, and the threads share every step, cut by shape.
internal sealed partial class PlanRunner<T, V>
{
    // The step at hand; its blocks are some of the round, each in the memory of a worker of its own.
    private Step<T> _step = null!;
    private StepCut _cut;
    private int _firstOfRound;
    private int _phase;                                                      // of loading
    private long _stepsShared;                                               // so far, the one at hand included
    private readonly long[] _lastShared;                                     // of which each worker did a piece

    private void RunTogether(int first, int count)
    {
        _firstOfRound = first;
        if (BeginsGradients && _round[first].Block == First(_round[first].Group))
            WorkerPool.Shared.Run(ThreadsFor(count), count * Plan<T>.Slices, _clearSlice);
        for (int i = _from; i < _to; i++)
        {
            long start = Clock is null ? 0 : Stopwatch.GetTimestamp();
            Share(_plan.Steps[i], count);
            if (Clock is { } clock && _plan.Steps[i].Bands is null) clock[i] += Stopwatch.GetTimestamp() - start;
        }
    }

    private void ClearSlice(int piece, int worker)
    {
        int slice = piece % Plan<T>.Slices;
        GradientsOf(_round[_firstOfRound + piece / Plan<T>.Slices].Group)[SliceStart(slice)..SliceStart(slice + 1)].Clear();
    }

    private void Share(Step<T> step, int count)
    {
        (_step, _cut) = (step, StepCut.Of(step, _plan.Goal.Images));
        _stepsShared++;
        if (step.Bands is { } bands)
        {
            if (step != bands.Steps[0]) return;
            foreach (BandState state in _bandStates) state.Next = -1;
        }
        if (step.Kind == StepKind.Load && count > 1) _cut = new(Division.None, 1);           // a thread lays a block of its own
        if (_cut.Division != Division.ByItself)
        {
            WorkerPool.Shared.Run(_workers, count * _cut.Pieces, _piece);
            return;
        }
        for (int i = 0; i < count; i++)
        {
            var (block, group) = _round[_firstOfRound + i];
            if (step.Kind == StepKind.Load) Load(step, block, owner: i, worker: 0, _workers);
            else Apply(step, PassOf(step, block, group, i, 0) with { Threads = _workers });
        }
    }

    // A last block of fewer images may have fewer pieces: those that it lacks are empty.
    private void RunPiece(int piece, int worker)
    {
        int owner = piece / _cut.Pieces, part = piece % _cut.Pieces;
        var (block, group) = _round[_firstOfRound + owner];
        if (_step.Bands is { } bands)
        {
            if (part < Filled(block) * bands.Count) DoBand(bands, block, group, owner, worker, part, piece);
            return;
        }
        bool gathers = StepCut.IsGather(_step);
        if (_cut.Division == Division.None && !gathers)
        {
            Do(_step, block, group, owner, worker);
            return;
        }
        Pass<T> pass = PassOf(_step, block, group, owner, worker);
        if (_cut.Division == Division.None)
        {
            if (part < WholeBatch<T>.PartsOf(_step.Node.Site.Layout, pass.Images))
                GatherPart(_step, part, pass with { IsContinued = Continues(worker) });
            return;
        }
        int units = UnitsOf(pass), first = Parts.Begin(units, part, _cut.Pieces), end = Parts.Begin(units, part + 1, _cut.Pieces);
        if (first == end) return;
        pass = (_cut.Pieces == 1 ? pass : Cut(pass, first, end, worker)) with { IsContinued = Continues(worker) };
        if (gathers) GatherPart(_step, 0, pass);
        else Apply(_step, pass);
    }

    // Whether the worker has done a piece of this step before the one that it begins.
    private bool Continues(int worker)
    {
        bool does = _lastShared[worker] == _stepsShared;
        _lastShared[worker] = _stepsShared;
        return does;
    }

    // What is cut nowhere: a plane, or some numbers that fill vectors.
    private int UnitsOf(in Pass<T> pass) => _cut.Division == Division.Planes ? pass.OutputExtent.Planes
        : (_step.Kind == StepKind.Backward ? pass.GradOutput.Length : pass.Output.Length) / Lanes.Count;

    private Pass<T> Cut(scoped in Pass<T> pass, int first, int end, int worker) =>
        _cut.Division == Division.Anywhere ? Slice(pass, first, end, planes: false, worker) with { FirstRow = first }
        : Slice(pass, first, end, planes: true, worker) with
        {
            FirstPlane = first, PlaneCount = end - first, Images = pass.Layout == Layout.ChannelsLast ? end - first : pass.Images,
        };

    private Pass<T> Slice(scoped in Pass<T> pass, int first, int end, bool planes, int worker)
    {
        int input = planes ? pass.InputExtent.PlaneLength : Lanes.Count, output = planes ? pass.OutputExtent.PlaneLength : Lanes.Count,
            count = end - first;
        for (int i = 0; i < pass.Inputs.Length; i++)
        {
            int plane = planes ? Extent.Of(pass.Layout, pass.InputShapes[i], pass.Images).PlaneLength : Lanes.Count;
            _memory.Inputs[worker][i] = Part(_memory.Inputs[worker][i], first * plane, count * plane);
            if (pass.GradInputs.Length > 0) _memory.GradInputs[worker][i] = Part(_memory.GradInputs[worker][i], first * plane, count * plane);
        }
        return pass with
        {
            Input = pass.Input.IsEmpty ? [] : pass.Input.Slice(first * input, count * input),
            Output = pass.Output.IsEmpty ? [] : pass.Output.Slice(first * output, count * output),
            GradOutput = pass.GradOutput.IsEmpty ? [] : pass.GradOutput.Slice(first * output, count * output),
            GradBefore = pass.GradBefore.IsEmpty ? [] : pass.GradBefore.Slice(first * output, count * output),
            GradInput = pass.GradInput.IsEmpty ? [] : pass.GradInput.Slice(first * input, count * input),
            GradAddend = pass.GradAddend.IsEmpty ? [] : pass.GradAddend.Slice(first * input, count * input),
            Addend = pass.Addend.IsEmpty ? [] : pass.Addend.Slice(first * output, count * output),
        };

        static Region<T> Part(Region<T> region, int from, int length) =>
            region.Memory is null ? region : new(region.Memory, region.Offset + from, length);
    }
}
