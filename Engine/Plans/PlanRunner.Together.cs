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
        if (_cut.Division == Division.None && !gathers || _cut.Division == Division.Pixels && _cut.Pieces == 1)
        {
            Do(_step, block, group, owner, worker);
            return;
        }
        if (StepCut.IsTurn(_step))
        {
            Turn(_step, block, owner, part / _cut.PerImage, part % _cut.PerImage, _cut.PerImage);
            return;
        }
        if (_step.Kind == StepKind.Loss)
        {
            TakeLossOfPositions(_step, _cut, block, owner, worker, part);
            return;
        }
        Pass<T> pass = PassOf(_step, block, group, owner, worker);
        if (_cut.Division == Division.None)
        {
            if (part < WholeBatch<T>.PartsOf(_step.Node.Site, pass.Images))
                GatherPart(_step, part, pass with { IsContinued = Continues(worker) });
            return;
        }
        if (_cut.ByRows)
        {
            DoRows(pass, part / _cut.PerImage, part % _cut.PerImage);
            return;
        }
        if (_cut.Division == Division.Pixels)
        {
            DoPixels(pass, part / _cut.PerImage, part % _cut.PerImage, worker);
            return;
        }
        int units = UnitsOf(pass), first = Parts.Begin(units, part, _cut.Pieces), end = Parts.Begin(units, part + 1, _cut.Pieces);
        if (first == end) return;
        pass = (_cut.Pieces == 1 ? pass : Cut(pass, first, end, worker)) with { IsContinued = Continues(worker) };
        if (gathers) GatherPart(_step, 0, pass);
        else Apply(_step, pass);
    }

    // Some rows of the output of an image, channels-last.
    private void DoRows(scoped in Pass<T> pass, int image, int part)
    {
        if (image >= pass.Images) return;
        int rows = pass.OutputShape[1];
        var band = new RowBand(Parts.Begin(rows, part, _cut.PerImage), Parts.Begin(rows, part + 1, _cut.PerImage), 0, 0);
        _step.Node.Layer.ForwardRows<V>(pass with
        {
            Images = 1, Input = ImageOf(pass.Input, pass.InputShape.Length, image), Output = ImageOf(pass.Output, pass.OutputShape.Length, image),
        }, band);
    }

    // Some pixels: of one image channels-last, of all images in lanes.
    private void DoPixels(scoped in Pass<T> pass, int image, int part, int worker)
    {
        bool isLanes = pass.Layout == Layout.Lanes;
        if (!isLanes && image >= pass.Images) return;
        int pixels = pass.OutputExtent.Pixels, first = Parts.Begin(pixels, part, _cut.PerImage), end = Parts.Begin(pixels, part + 1, _cut.PerImage);
        Pass<T> some = isLanes ? pass : Slice(pass, new(Division.Pixels, first, end - first, image), worker) with { Images = 1, IsStretch = true };
        Apply(_step, some with { FirstPixel = first, PixelCount = end - first, IsContinued = Continues(worker) });
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

    private Pass<T> Cut(scoped in Pass<T> pass, int first, int end, int worker)
    {
        Pass<T> some = Slice(pass, new(_cut.Division, first, end - first), worker);
        return _cut.Division == Division.Anywhere ? some with { FirstRow = first } : some with
        {
            FirstPlane = first, PlaneCount = end - first, Images = pass.Layout == Layout.ChannelsLast ? end - first : pass.Images,
        };
    }

    private Pass<T> Slice(scoped in Pass<T> pass, Stretch stretch, int worker)
    {
        for (int i = 0; i < pass.Inputs.Length; i++)
        {
            var (from, length) = stretch.Of(Extent.Of(pass.Layout, pass.InputShapes[i], pass.Images));
            _memory.Inputs[worker][i] = Part(_memory.Inputs[worker][i], from, length);
            if (pass.GradInputs.Length > 0) _memory.GradInputs[worker][i] = Part(_memory.GradInputs[worker][i], from, length);
        }
        var (input, inputLength) = stretch.Of(pass.InputExtent);
        var (output, outputLength) = stretch.Of(pass.OutputExtent);
        return pass with
        {
            Input = pass.Input.IsEmpty ? [] : pass.Input.Slice(input, inputLength),
            Output = pass.Output.IsEmpty ? [] : pass.Output.Slice(output, outputLength),
            GradOutput = pass.GradOutput.IsEmpty ? [] : pass.GradOutput.Slice(output, outputLength),
            GradBefore = pass.GradBefore.IsEmpty ? [] : pass.GradBefore.Slice(output, outputLength),
            GradInput = pass.GradInput.IsEmpty ? [] : pass.GradInput.Slice(input, inputLength),
            GradAddend = pass.GradAddend.IsEmpty ? [] : pass.GradAddend.Slice(input, inputLength),
            Addend = pass.Addend.IsEmpty ? [] : pass.Addend.Slice(output, outputLength),
        };

        static Region<T> Part(Region<T> region, int from, int length) =>
            region.Memory is null ? region : new(region.Memory, region.Offset + from, length);
    }

    /// <summary>Some of a block: vectors, planes, or pixels of one image.</summary>
    private readonly record struct Stretch(Division Division, int First, int Count, int Image = 0)
    {
        /// <summary>Where they begin in a value, and how many numbers they are; a single pixel goes with all.</summary>
        public (int From, int Length) Of(Extent extent) => Division switch
        {
            Division.Anywhere => (First * Lanes.Count, Count * Lanes.Count),
            Division.Planes => (First * extent.PlaneLength, Count * extent.PlaneLength),
            _ => extent.Pixels == 1 ? (Image * extent.Pitch, extent.Pitch)
                : ((Image * extent.Pixels + First) * extent.Pitch, Count * extent.Pitch),
        };
    }
}
