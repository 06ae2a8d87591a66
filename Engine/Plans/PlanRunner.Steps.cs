using Scratch.Data;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Plans;

// What each kind of step does.
internal sealed partial class PlanRunner<T, V>
{
    private const int WorthCutting = 1 << 13, MostPieces = 32;               // numbers of a step before threads share it

    // The step that threads share at the moment.
    private Step<T> _step = null!;
    private Division _division;
    private int _block, _group, _pieces;

    /// <summary>One step for one block.</summary>
    private void Do(Step<T> step, int block, int group, int worker)
    {
        switch (step.Kind)
        {
            case StepKind.Load: Load(step, block, worker); break;
            case StepKind.Forward or StepKind.Repeat:
                if (!step.Node.IsView) DoShared(step, block, group, worker);
                break;
            case StepKind.Observe: Observe(step, block, worker); break;
            case StepKind.Gather or StepKind.GatherGradient or StepKind.Backward or StepKind.Copy or StepKind.Add: DoShared(step, block, group, worker); break;
            case StepKind.Store: Store(step.Inputs[0], _outputs[step.Way], block, worker); break;
            case StepKind.Loss: TakeLoss(step, block, worker); break;
            case StepKind.Seed: Seed(step, block, worker); break;
            case StepKind.ObserveGradient: ObserveGradient(step, block, worker); break;
            case StepKind.StoreGradient:
                if (_gradInputs[step.Way] is { } gradInput) Store(step.GradOutput!, gradInput, block, worker);
                break;
        }
    }

    /// <summary>One step for the whole batch.</summary>
    private void Barrier(Step<T> step)
    {
        switch (step.Kind)
        {
            case StepKind.Combine: _ready.WholeBatches[step.Node.Number]!.Combine(); break;
            case StepKind.CombineGradient:
                _ready.WholeBatches[step.Node.Number]!.CombineGradient(Prefilled(step.Node, 0) with { Gradients = GradientsOf(0) });
                break;
            case StepKind.Reduce: Reduce(); break;
        }
    }

    private void PrepareNode(int number, int worker)
    {
        PlanNode<T> node = _plan.Nodes[number];
        if (node.PreparedLength > 0) node.Layer.Prepare<V>(node.Site, node.Folded, _ready.PreparedOf(node));
    }

    private void Load(Step<T> step, int block, int worker)
    {
        Span<T> to = Span(step.Output!, block, worker);
        Batch<T> batch = _batch.InputAt(step.Way);
        if (step.Output!.Layout == Layout.Lanes)
        {
            batch.CopyBlock(block, to);
            return;
        }
        Shape shape = step.Output.Shape;
        Extent extent = Extent.Of(Layout.ChannelsLast, shape, Filled(block));
        if (batch.TryImages(block, out ReadOnlySpan<T> images))
        {
            ChannelLayout.ToChannelsLast(images, extent.Pitch, extent.Pixels, to[..images.Length]);
            return;
        }
        Span<T> lanes = _memory.ScratchOf(worker)[..Extent.Length(Layout.Lanes, shape, Lanes.Count)];
        batch.CopyBlock(block, lanes);
        ConvertLayout<T>.Convert(Layout.ChannelsLast, shape, extent.Planes, lanes, to);
    }

    private void Store(PlanValue<T> value, Tensor<T> to, int block, int worker)
    {
        int size = value.Shape.Length, images = Filled(block);
        Span<T> from = Span(value, block, worker), rows = to.Span.Slice(block * Lanes.Count * size, images * size);
        Extent extent = Extent.Of(Layout.ChannelsLast, value.Shape, images);
        if (value.Layout == Layout.Lanes) Lanes.Deinterleave(from, size, rows);
        else ChannelLayout.ToChannelsFirst(from[..rows.Length], extent.Pitch, extent.Pixels, rows);
    }

    private void Seed(Step<T> step, int block, int worker)
    {
        PlanValue<T> value = step.GradOutput!;
        int size = value.Shape.Length, images = Filled(block);
        ReadOnlySpan<T> rows = _gradOutputs[step.Way].Span.Slice(block * Lanes.Count * size, images * size);
        Span<T> to = Span(value, block, worker);
        Extent extent = Extent.Of(Layout.ChannelsLast, value.Shape, images);
        if (value.Layout == Layout.Lanes) Lanes.Interleave(rows, size, to);
        else ChannelLayout.ToChannelsLast(rows, extent.Pitch, extent.Pixels, to[..rows.Length]);
    }

    private void TakeLoss(Step<T> step, int block, int worker)
    {
        Batch<T> batch = _batch.TargetAt(step.Way);
        var (loss, weight) = _losses![step.Way];
        PlanValue<T> output = step.Inputs[0];
        int images = Filled(block), positions = batch.Labels.Length / _images;           // with a label, of one image
        ReadOnlySpan<T> targets = [];
        if (batch.TargetShape is { } shape)
        {
            Span<T> lanes = _memory.TargetsOf(worker, Extent.Length(Layout.Lanes, shape, Lanes.Count));
            batch.CopyTargets(block, lanes);
            targets = lanes;
        }
        _memory.Losses[block * _outputs.Length + step.Way] = loss.Forward<V>(new LossPass<T>
        {
            Output = Span(output, block, worker), OutputShape = output.Shape, GradOutput = Span(step.GradOutput!, block, worker),
            Labels = batch.Labels.Slice(block * Lanes.Count * positions, images * positions), Targets = targets, Images = images,
            Divisor = weight == 1 ? _divisors[step.Way] : weight == 0 ? 0 : _divisors[step.Way] / weight,
        });
    }

    private void Observe(Step<T> step, int block, int worker)
    {
        Pass<T> pass = InLanes(step, PassOf(step, block, 0, worker), worker, step.Output!);
        foreach (BlockObserver<T> observer in Observers) observer.Observe<V>(step.Node.Index, pass);
    }

    private void ObserveGradient(Step<T> step, int block, int worker)
    {
        Pass<T> pass = InLanes(step, PassOf(step, block, 0, worker), worker, step.GradOutput!);
        foreach (BlockObserver<T> observer in Observers)
            if (observer.ObservesGradients) observer.ObserveGradient<V>(step.Node.Index, pass);
    }

    /// <summary>Who looks on sees images in lanes, however they lie.</summary>
    private Pass<T> InLanes(Step<T> step, in Pass<T> pass, int worker, PlanValue<T> seen)
    {
        if (seen.Layout == Layout.Lanes) return pass;
        Span<T> lanes = _memory.ScratchOf(worker)[..Extent.Length(Layout.Lanes, seen.Shape, Lanes.Count)];
        if (seen != step.Output)
        {
            ConvertLayout<T>.Convert(Layout.Lanes, seen.Shape, pass.Images, pass.GradOutput, lanes);
            return pass with { Layout = Layout.Lanes, Input = [], Inputs = [], Output = [], GradOutput = lanes };
        }
        ConvertLayout<T>.Convert(Layout.Lanes, seen.Shape, pass.Images, pass.Output, lanes);
        Region<T>[] inputs = _memory.Inputs[worker];
        for (int i = 0, at = lanes.Length; i < step.Inputs.Length; at += inputs[i++].Length)
        {
            ReadOnlySpan<T> input = pass.InputAt(i);                         // which itself may lie where inputs[i] says
            inputs[i] = _memory.RegionOfScratch(worker, at, Extent.Length(Layout.Lanes, step.Inputs[i].Shape, Lanes.Count));
            ConvertLayout<T>.Convert(Layout.Lanes, step.Inputs[i].Shape, pass.Images, input, inputs[i].Span);
        }
        return pass with
        {
            Layout = Layout.Lanes, Input = inputs[0].Span, Inputs = inputs.AsSpan(0, pass.Inputs.Length), Output = lanes, GradOutput = [],
        };
    }

    private void Reduce()
    {
        if (_groupCount == 1 && !_accumulate) return;                        // the gradients were the model's own
        bool isLarge = (long)_groupCount * _vector.Values.Length >= WorthSharing;
        WorkerPool.Shared.Run(isLarge ? _threads : 1, Slices, _reduceSlice);
    }

    private void ReduceSlice(int slice, int worker)
    {
        int length = _vector.Values.Length, from = (int)((long)length * slice / Slices), count = (int)((long)length * (slice + 1) / Slices) - from;
        Span<T> sum = _vector.Gradients.Span.Slice(from, count);
        if (!_accumulate) sum.Clear();
        for (int group = 0; group < _groupCount; group++) TensorPrimitives.Add(sum, _memory.Groups[group].Span.Slice(from, count), sum);
    }

    /// <summary>A step on the values of a block: by this worker alone, or cut into pieces that threads share.</summary>
    private void DoShared(Step<T> step, int block, int group, int worker)
    {
        Division division = Division.None;
        int pieces = 0;
        if (step.Kind is StepKind.Gather or StepKind.GatherGradient) pieces = _ready.WholeBatches[step.Node.Number]!.PartsOf(Filled(block));
        else if (_stepThreads > 1)
        {
            division = step.Kind is StepKind.Copy or StepKind.Add ? Division.Anywhere : step.Node.Layer.DivisionAt(step.Node.Site);
            PlanValue<T> value = step.Kind == StepKind.Backward ? step.GradOutput! : step.Output!;
            int length = value.Length(Filled(block));
            pieces = division switch
            {
                _ when length < WorthCutting => 0,
                Division.Anywhere => Math.Min(MostPieces, length / (WorthCutting / 4)),
                Division.Planes => Math.Min(MostPieces, Extent.Of(value.Layout, value.Shape, Filled(block)).Planes),
                _ => 0,
            };
        }
        if (pieces < 2 && step.Kind is not (StepKind.Gather or StepKind.GatherGradient))
        {
            Apply(step, PassOf(step, block, group, worker));
            return;
        }
        if (_stepThreads == 1)
        {
            for (int part = 0; part < pieces; part++) Part(step, part, block, group, worker);
            return;
        }
        (_step, _division, _block, _group, _pieces) = (step, division, block, group, pieces);
        WorkerPool.Shared.Run(_stepThreads, pieces, _piece);
    }

    private void RunPiece(int piece, int worker)
    {
        if (_division == Division.None)
        {
            Part(_step, piece, _block, _group, worker);
            return;
        }
        // Values of one block lie in the memory of worker 0, who has the block; what is borrowed is this worker's.
        Pass<T> pass = PassOf(_step, _block, _group, 0, worker);
        Apply(_step, Cut(_step, pass, piece, worker));
    }

    private void Part(Step<T> step, int part, int block, int group, int worker)
    {
        Pass<T> pass = PassOf(step, block, group, _stepThreads > 1 ? 0 : worker, worker);
        WholeBatch<T> whole = _ready.WholeBatches[step.Node.Number]!;
        if (step.Kind == StepKind.Gather) whole.Gather<V>(part, pass);
        else whole.GatherGradient<V>(part, pass);
    }

    private static void Apply(Step<T> step, in Pass<T> pass)
    {
        switch (step.Kind)
        {
            case StepKind.Forward or StepKind.Repeat: step.Node.Layer.Forward<V>(pass); break;
            case StepKind.Backward: step.Node.Layer.Backward<V>(pass); break;
            case StepKind.Copy: pass.Input.CopyTo(pass.Output); break;
            case StepKind.Add: TensorPrimitives.Add(pass.Output, pass.Input, pass.Output); break;
        }
    }

    /// <summary>A piece of a pass: some of the numbers, or some planes.</summary>
    private Pass<T> Cut(Step<T> step, in Pass<T> pass, int piece, int worker)
    {
        if (_division == Division.Anywhere)
        {
            int length = (step.Kind == StepKind.Backward ? pass.GradOutput.Length : pass.Output.Length) / Lanes.Count;
            return Slice(step, pass, (int)((long)length * piece / _pieces), (int)((long)length * (piece + 1) / _pieces), planes: false, worker);
        }
        int planes = pass.OutputExtent.Planes, first = (int)((long)planes * piece / _pieces), end = (int)((long)planes * (piece + 1) / _pieces);
        return Slice(step, pass, first, end, planes: true, worker) with
        {
            FirstPlane = first, PlaneCount = end - first, Images = pass.Layout == Layout.ChannelsLast ? end - first : pass.Images,
        };
    }

    private Pass<T> Slice(Step<T> step, in Pass<T> pass, int first, int end, bool planes, int worker)
    {
        int input = planes ? pass.InputExtent.PlaneLength : Lanes.Count, output = planes ? pass.OutputExtent.PlaneLength : Lanes.Count, count = end - first;
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
        };

        static Region<T> Part(Region<T> region, int from, int length) => region.Memory is null ? region : new(region.Memory, region.Offset + from, length);
    }

    private Pass<T> PassOf(Step<T> step, int block, int group, int worker) => PassOf(step, block, group, worker, worker);

    /// <summary>What a layer is handed: values of the worker who has the block, and what the worker who does the work lends.</summary>
    private Pass<T> PassOf(Step<T> step, int block, int group, int owner, int worker)
    {
        int images = Filled(block);
        if (step.Kind is StepKind.Copy or StepKind.Add)
            return new() { Layout = step.Output!.Layout, Images = images, Input = Span(step.Inputs[0], block, owner), Output = Span(step.Output, block, owner) };
        PlanNode<T> node = step.Node;
        bool isBackward = step.Kind is StepKind.Backward or StepKind.GatherGradient;
        Span<T> gradOutput = step.GradOutput is { } gradient ? Span(gradient, block, owner) : [];
        Region<T>[] inputs = _memory.Inputs[worker], gradInputs = _memory.GradInputs[worker];
        int several = step.Inputs.Length > 1 ? step.Inputs.Length : 0;
        for (int i = 0; i < several; i++)
        {
            inputs[i] = _memory.RegionOf(step.Inputs[i], block, owner, images);
            gradInputs[i] = step.GradInputs.Length > i && step.GradInputs[i] is { } one ? _memory.RegionOf(one, block, owner, images) : default;
        }
        return Prefilled(node, block) with
        {
            Images = images,
            RandomBits = _plan.Goal.Training ? RandomGenerator.Mix(RandomGenerator.Mix(_randomBits, (ulong)node.Index), (ulong)block) : 0,
            Input = Span(step.Inputs[0], block, owner),
            Inputs = inputs.AsSpan(0, several),
            InputShapes = several > 0 ? node.Site.Inputs : [],
            Output = step.Output is { } output ? Span(output, block, owner) : [],
            GradOutput = gradOutput,
            GradInput = step.GradInputs.Length > 0 && step.GradInputs[0] is { } first ? Span(first, block, owner) : [],
            GradInputs = gradInputs.AsSpan(0, isBackward ? several : 0),
            Gradients = isBackward ? GradientsOf(group) : [],
            GradBefore = isBackward && node.Activation.IsSome ? gradOutput : [],
            Scratch = _memory.ScratchOf(worker),
            Threads = _stepThreads > 1 && node.IsWorthSharing ? _stepThreads : 1,
            Activation = node.Activation,
            Addend = step.Kind == StepKind.Forward && node.Addend is { } addend ? Span(addend, block, owner) : [],
        };
    }

    /// <summary>What is the same for every block.</summary>
    private Pass<T> Prefilled(PlanNode<T> node, int block) => new()
    {
        Block = block,
        Layout = node.Site.Layout,
        Training = _plan.Goal.Training,
        InputShape = node.Site.Inputs[0],
        OutputShape = node.Site.Output,
        Prepared = _ready.PreparedOf(node),
        Snapshot = _ready.Snapshots[node.Number] is { } copy ? copy.Span : [],
        Owner = node.Layer,
        Site = node.Site,
        Statistics = _ready.WholeBatches[node.Number]?.Whole,
        GradStatistics = _ready.WholeBatches[node.Number]?.GradWhole,
    };

    private int Filled(int block) => Lanes.Filled(block, _images);

    private Span<T> Span(PlanValue<T> value, int block, int worker) => _memory.RegionOf(value, block, worker, Filled(block)).Span;
}
