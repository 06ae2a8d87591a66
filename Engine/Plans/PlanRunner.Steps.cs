using Scratch.Data;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Plans;

// What each kind of step does.
internal sealed partial class PlanRunner<T, V>
{
    /// <summary>One step for one block.</summary>
    /// <param name="step">The step.</param>
    /// <param name="block">The block.</param>
    /// <param name="group">Whose gradients it adds to.</param>
    /// <param name="owner">The worker in whose memory it lies.</param>
    /// <param name="worker">The one who does it.</param>
    private void Do(Step<T> step, int block, int group, int owner, int worker)
    {
        if (step.Bands is { } bands)
        {
            if (step == bands.Steps[0]) DoBands(bands, block, group, owner, worker);
            return;
        }
        switch (step.Kind)
        {
            case StepKind.Load: Load(step, block, owner, worker, threads: 1); break;
            case StepKind.Forward or StepKind.Repeat or StepKind.Backward or StepKind.Copy or StepKind.Add:
                Apply(step, PassOf(step, block, group, owner, worker));
                break;
            case StepKind.Gather or StepKind.GatherGradient:
                for (int part = 0; part < WholeBatch<T>.PartsOf(step.Node.Site, Filled(block)); part++)
                    GatherPart(step, part, PassOf(step, block, group, owner, worker) with { IsContinued = part > 0 });
                break;
            case StepKind.Observe: Observe(step, block, owner, worker); break;
            case StepKind.Loss: TakeLoss(step, block, owner, worker); break;
            case StepKind.Store or StepKind.Seed or StepKind.StoreGradient:
                for (int image = 0; image < Filled(block); image++) Turn(step, block, owner, image, part: 0, parts: 1);
                break;
            case StepKind.ObserveGradient: ObserveGradient(step, block, owner, worker); break;
        }
    }

    private static void Apply(Step<T> step, in Pass<T> pass)
    {
        switch (step.Kind)
        {
            case StepKind.Forward or StepKind.Repeat:
                if (!step.IsView) step.Node.Layer.Forward<V>(pass);
                break;
            case StepKind.Backward: step.Node.Layer.Backward<V>(pass); break;
            case StepKind.Copy: pass.Input.CopyTo(pass.Output); break;
            case StepKind.Add: TensorPrimitives.Add(pass.Output, pass.Input, pass.Output); break;
        }
    }

    private void GatherPart(Step<T> step, int part, in Pass<T> pass)
    {
        WholeBatch<T> whole = _ready.WholeBatches[step.Node.Number]!;
        if (step.Kind == StepKind.Gather) whole.Gather<V>(part, pass);
        else whole.GatherGradient<V>(part, pass);
    }

    /// <summary>One step for the whole batch.</summary>
    private void Barrier(Step<T> step)
    {
        switch (step.Kind)
        {
            case StepKind.Combine: _ready.WholeBatches[step.Node.Number]!.Combine(_workers); break;
            case StepKind.CombineGradient:
                _ready.WholeBatches[step.Node.Number]!.CombineGradient(PassOf(step, block: 0, group: 0, owner: 0, worker: 0));
                break;
            case StepKind.Reduce: Reduce(); break;
        }
    }

    // Layers of many weights one after the other, by all threads; the rest a thread each.
    private void Prepare()
    {
        foreach (PlanNode<T> node in _plan.Nodes)
            if (SharesPreparation(node)) node.Layer.Prepare<V>(node.Site, node.Folded, _ready.PreparedOf(node), _workers);
        WorkerPool.Shared.Run(_ready.PreparedLength >= Plan<T>.WorthPreparing ? _workers : 1, _plan.Nodes.Count, _prepareNode);
    }

    // Wherever the layer stands.
    private void Freeze(Layer<T> layer)
    {
        foreach (PlanNode<T> node in _plan.Nodes)
            if (node.Layer != layer) continue;
            else if (node.PreparedLength == 0) _ready.TakeSnapshot(node);
            else node.Layer.Prepare<V>(node.Site, node.Folded, _ready.PreparedOf(node), SharesPreparation(node) ? _workers : 1);
    }

    private bool SharesPreparation(PlanNode<T> node) => _workers > 1 && node.PreparedLength >= Plan<T>.WorthPacking;

    private void PrepareNode(int number, int worker)
    {
        PlanNode<T> node = _plan.Nodes[number];
        if (node.PreparedLength > 0 && !SharesPreparation(node)) node.Layer.Prepare<V>(node.Site, node.Folded, _ready.PreparedOf(node), threads: 1);
    }

    private void Load(Step<T> step, int block, int owner, int worker, int threads)
    {
        Span<T> to = Span(step.Output!, block, owner);
        Batch<T> batch = _batch.InputAt(step.Way);
        Shape shape = step.Output!.Shape;
        bool isLast = step.Output.Layout == Layout.ChannelsLast;
        if (isLast && batch.TryImages(block, out ReadOnlySpan<T> images))
        {
            Extent extent = Extent.Of(Layout.ChannelsLast, shape, Filled(block));
            ChannelLayout.ToChannelsLast(images, extent.Pitch, extent.Pixels, to[..images.Length], threads);
            return;
        }
        if (threads == 1) batch.CopyBlock(block, Laid(step, block, owner, worker));
        else
            for (_phase = 0; _phase < batch.Phases; _phase++) WorkerPool.Shared.Run(threads, Plan<T>.LoadParts, _layPart);
        if (isLast) ConvertLayout<T>.Convert(Layout.ChannelsLast, shape, Filled(block), Laid(step, block, owner, worker), to, threads);
    }

    // Of the only block of a round: of several each is one thread's.
    private void LayPart(int part, int worker)
    {
        int block = _round[_firstOfRound].Block;
        _batch.InputAt(_step.Way).CopyPart(block, _phase, part, Plan<T>.LoadParts, Laid(_step, block, owner: 0, worker: 0));
    }

    // Where a block's images come to lie side by side: where the plan wants them, or in what a worker lends.
    private Span<T> Laid(Step<T> step, int block, int owner, int worker) => step.Output!.Layout == Layout.Lanes ? Span(step.Output, block, owner)
        : _memory.ScratchOf(worker)[..Extent.Length(Layout.Lanes, step.Output.Shape, Lanes.Count)];

    // Some numbers of a block from the layout of a tensor to the plan's, or back: of one image channels-last, of all in lanes.
    private void Turn(Step<T> step, int block, int owner, int image, int part, int parts)
    {
        var (value, tensor) = step.Kind switch
        {
            StepKind.Store => (step.Inputs[0], _outputs[step.Way]),
            StepKind.Seed => (step.GradOutput!, _gradOutputs[step.Way]),
            _ => (step.GradOutput!, _gradInputs[step.Way]),
        };
        int size = value.Shape.Length, images = Filled(block);
        bool isLanes = value.Layout == Layout.Lanes, comes = step.Kind == StepKind.Seed;
        if (tensor is null || image >= (isLanes ? 1 : images)) return;
        Span<T> rows = tensor.Span.Slice(block * Lanes.Count * size, images * size), values = Span(value, block, owner);
        Extent extent = Extent.Of(Layout.ChannelsLast, value.Shape, images);
        int whole = isLanes ? size : extent.Pixels, first = Parts.Begin(whole, part, parts), end = Parts.Begin(whole, part + 1, parts);
        if (isLanes && comes) Lanes.Interleave(rows, size, values, first, end);
        else if (isLanes) Lanes.Deinterleave(values, size, rows, first, end);
        else if (comes) ChannelLayout.ToChannelsLast(ImageOf(rows, size, image), extent.Pitch, ImageOf(values, size, image), first, end);
        else ChannelLayout.ToChannelsFirst(ImageOf(values, size, image), extent.Pitch, ImageOf(rows, size, image), first, end);
    }

    private void Observe(Step<T> step, int block, int owner, int worker)
    {
        Pass<T> pass = InLanes(step, PassOf(step, block, 0, owner, worker), worker, step.Output!);
        foreach (BlockObserver<T> observer in Observers) observer.Observe<V>(step.Node.Index, pass);
    }

    private void ObserveGradient(Step<T> step, int block, int owner, int worker)
    {
        Pass<T> pass = InLanes(step, PassOf(step, block, 0, owner, worker), worker, step.GradOutput!);
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
        WorkerPool.Shared.Run(ThreadsFor(_groupCount), Plan<T>.Slices, _reduceSlice);
    }

    private void ReduceSlice(int slice, int worker)
    {
        int from = SliceStart(slice), count = SliceStart(slice + 1) - from;
        Span<T> sum = _vector.Gradients.Span.Slice(from, count);
        if (!_accumulate) sum.Clear();
        for (int group = 0; group < _groupCount; group++) TensorPrimitives.Add(sum, _memory.Groups[group].Span.Slice(from, count), sum);
    }

    private int SliceStart(int slice) => Parts.Begin(_vector.Shape.Length, slice, Plan<T>.Slices);

    // To go through the gradients of so many groups.
    private int ThreadsFor(int groups) => (long)groups * _vector.Shape.Length >= WorthSharing ? _workers : 1;

    /// <summary>What a layer is handed: values of the worker who has the block, and what the worker who does the work lends.</summary>
    private Pass<T> PassOf(Step<T> step, int block, int group, int owner, int worker)
    {
        int images = Filled(block);
        if (step.Kind is StepKind.Copy or StepKind.Add)
            return new() { Layout = step.Output!.Layout, Images = images, Input = Span(step.Inputs[0], block, owner),
                Output = Span(step.Output, block, owner) };
        PlanNode<T> node = step.Node;
        LayerSite site = node.Site;
        WholeBatch<T>? whole = _ready.WholeBatches[node.Number];
        bool isBackward = step.Kind is StepKind.Backward or StepKind.GatherGradient or StepKind.CombineGradient;
        Span<T> gradOutput = step.GradOutput is { } gradient ? Span(gradient, block, owner) : [];
        Region<T>[] inputs = _memory.Inputs[worker], gradInputs = _memory.GradInputs[worker];
        int several = step.Inputs.Length > 1 ? step.Inputs.Length : 0;
        for (int i = 0; i < several; i++)
        {
            inputs[i] = _memory.RegionOf(step.Inputs[i], block, owner, images);
            gradInputs[i] = step.GradInputs.Length > i && step.GradInputs[i] is { } one ? _memory.RegionOf(one, block, owner, images) : default;
        }
        return new()
        {
            Block = block,
            Images = images,
            Layout = site.Layout,
            Training = _plan.Goal.Training,
            RandomBits = _plan.Goal.Training ? RandomGenerator.Mix(RandomGenerator.Mix(_randomBits, (ulong)node.Index), (ulong)block) : 0,
            InputShape = site.Inputs[0],
            OutputShape = site.Output,
            Input = step.Inputs.Length > 0 ? Span(step.Inputs[0], block, owner) : [],
            Inputs = inputs.AsSpan(0, several),
            InputShapes = several > 0 ? site.Inputs : [],
            Output = step.Output is { } output ? Span(output, block, owner) : [],
            GradOutput = gradOutput,
            GradInput = step.GradInputs.Length > 0 && step.GradInputs[0] is { } first ? Span(first, block, owner) : [],
            GradInputs = gradInputs.AsSpan(0, isBackward ? several : 0),
            Gradients = isBackward ? GradientsOf(group) : [],
            GradBefore = isBackward && node.WritesGradBefore ? gradOutput : [],
            HasAddend = node.Addend is not null,
            GradAddend = step.GradAddend is { } sum ? Span(sum, block, owner) : [],
            Prepared = _ready.PreparedOf(node),
            Snapshot = _ready.Snapshots[node.Number] is { } copy ? copy.Span : [],
            Owner = node.Layer,
            Site = site,
            Statistics = whole?.Whole,
            GradStatistics = whole?.GradWhole,
            Scratch = _memory.ScratchOf(worker),
            Threads = 1,
            Activation = node.Activation,
            Maxima = node.Maxima,
            Addend = step.Kind == StepKind.Forward && node.Addend is { } addend ? Span(addend, block, owner) : [],
        };
    }

    private int Filled(int block) => Lanes.Filled(block, _images);

    private Span<T> Span(PlanValue<T> value, int block, int worker) => _memory.RegionOf(value, block, worker, Filled(block)).Span;
}
