using System.Numerics;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Tensors;

namespace Scratch.Models;

/// <summary>The engine's heart: layers over blocks, depth first, in segments; gradients in groups.</summary>
/// <remarks>
/// A segment is a stretch of layers that need no more than their own block, so a block goes through all of it, and in the last segment
/// straight back again, while it is in the cache. A layer that needs the whole batch (<see cref="BatchLayer{T}"/>) starts a new
/// segment; only then is something kept of every block (<see cref="KeptValues{T}"/>). Blocks belong to a fixed number of groups, by shape. One
/// worker does a group, in order, into that group's gradients; the groups are added in order. So every sum has one order, whatever the number of
/// threads. A layer and the activation after it run as one where nobody looks at the value between them; both ways give the same bits.
/// </remarks>
internal sealed partial class BlockRunner<T, V> : BlockRunner<T> where T : unmanaged, IBinaryFloatingPointIeee754<T> where V : unmanaged, IVector<V, T>
{
    private const int Slices = 16, WorthSharing = 1 << 17;                   // numbers to add up before a second thread is called for it
    private readonly IReadOnlyList<Layer<T>> _layers;
    private readonly ParameterVector<T> _vector;
    private readonly Sequential<T> _model;
    private readonly ModelPlan<T> _plan;
    private readonly BatchStatistics<T, V> _statistics;
    private readonly int _threads;
    private readonly Worker[] _workers;
    private readonly Action<int, int> _forwardGroup, _backwardGroup, _reduceSlice;
    private readonly List<Tensor<T>> _values = [];                           // of a worker's block of the moment, or of every block
    private readonly List<Tensor<T>> _kept = [];                             // of every block, what training keeps of it between segments
    private readonly List<Tensor<T>[]> _boundaries = [];                     // of a block: gradients by the output of each segment's first layer
    private readonly List<double> _losses = [];
    private readonly List<Tensor<T>> _groups = [];
    private readonly Tensor<T>[] _targets;                                   // of a worker's block of the moment

    // The batch at hand.
    private int[] _starts;                                                   // first layer of every segment, and the end
    private Batch<T> _batch = null!;
    private Loss<T>? _loss;
    private Tensor<T>? _output, _gradOutput, _gradInput;
    private int _images, _blocks, _groupCount, _segment;
    private double _divisor;                                                 // of the sum of the losses
    private ulong _randomBits;
    private bool _training, _keepBlocks, _accumulate, _hasForward;

    public BlockRunner(Sequential<T> model, Shape input, int threads)
    {
        (_model, _layers, _vector, _threads) = (model, model.Layers, model.ParameterVector, threads);
        _plan = new(model.Graph, input);
        _statistics = new(_layers, _plan);
        _starts = _plan.WholeModel;
        _workers = new Worker[threads];
        _targets = new Tensor<T>[threads];
        for (int i = 0; i < threads; i++)                                    // a block that is alone goes to worker 0, and all threads to it
            _workers[i] = new(new(new Shape(_plan.Largest)), new(new Shape(_plan.Largest)), new(new Shape(_plan.ScratchLength<V>(i == 0 ? threads : 1))));
        (_forwardGroup, _backwardGroup, _reduceSlice) = (ForwardGroup, BackwardGroup, ReduceSlice);
    }

    /// <summary>Memory of one thread: two gradients to go to and fro between layers, and what layers borrow.</summary>
    private sealed record Worker(Tensor<T> Even, Tensor<T> Odd, Tensor<T> Scratch);

    public override void Forward(Batch<T> batch, bool training, bool backwardFollows, Tensor<T> output)
    {
        (_loss, _output, _keepBlocks, _hasForward) = (null, output, backwardFollows, false);
        Begin(batch, training);
        RunForward();
        _hasForward = backwardFollows;
    }

    public override void Backward(Tensor<T> gradOutput, Tensor<T>? gradInput)
    {
        if (!_hasForward) ShapeGuard.WrongOrder("Model", "Backward was called before Forward, or twice after one.");
        (_gradOutput, _gradInput, _accumulate, _hasForward) = (gradOutput, gradInput, true, false);
        _segment = _starts.Length - 2;
        WorkerPool.Shared.Run(_threads, _groupCount, _backwardGroup);
        RunBackward();
        (_gradOutput, _gradInput) = (null, null);
    }

    public override double Train(Batch<T> batch, Loss<T> loss, Tensor<T> output)
    {
        BeginLoss(batch, loss);
        (_loss, _output, _keepBlocks, _accumulate, _hasForward) = (loss, output, false, false, false);
        Begin(batch, training: true);
        RunForward();
        RunBackward();
        _model.Step++;
        return MeanLoss();
    }

    public override double Evaluate(Batch<T> batch, Loss<T> loss, Tensor<T> output)
    {
        BeginLoss(batch, loss);
        (_loss, _output, _keepBlocks, _hasForward) = (loss, output, false, false);
        Begin(batch, training: false);
        RunForward();
        return MeanLoss();
    }

    private void BeginLoss(Batch<T> batch, Loss<T> loss)
    {
        _divisor = loss.Begin(batch, _plan.Shapes[^1]);
        if (batch.TargetShape is not { } target) return;
        int length = target.Length * Lanes.Count;
        for (int i = 0; i < _threads; i++)
            if (_targets[i]?.Length != length) _targets[i] = new(new Shape(length));
    }

    private void Begin(Batch<T> batch, bool training)
    {
        ShapeGuard.Same("Model", "an image of the batch", _plan.Shapes[0], batch.ImageShape);
        ShapeGuard.Positive("Model", batch.Count, "batch size");
        (_batch, _training, _images, _blocks) = (batch, training, batch.Count, Lanes.Blocks(batch.Count));
        (_gradOutput, _gradInput) = (null, null);                            // a Backward that threw has left its own
        _randomBits = RandomGenerator.Mix((ulong)_model.Seed, (ulong)_model.Step);
        _starts = training ? _plan.Segments : _plan.WholeModel;
        _groupCount = ModelPlan<T>.GroupCount(_blocks, _vector.Values.Length);
        while (_values.Count < (KeepsAll ? _blocks : _threads)) _values.Add(new(new Shape(_plan.ValueLength)));
        while (_kept.Count < (KeepsSome ? _blocks : 0)) _kept.Add(new(new Shape(_plan.Kept.Length)));
        while (_losses.Count < _blocks) _losses.Add(0);
        if (training || _keepBlocks)
        {
            while (_groups.Count < _groupCount) _groups.Add(new(_vector.Values.Shape));
            while (_plan.Graph.Branches && _gradients.Count < (_plan.KeepsEverything ? _blocks : _threads)) _gradients.Add(new(new Shape(_plan.ValueLength)));
            while (_boundaries.Count < (_starts.Length > 2 && !_plan.Graph.Branches ? _blocks : 0))
                _boundaries.Add([.. _plan.Segments[1..^1].Select(first => new Tensor<T>(new Shape(_plan.Length(first + 1))))]);
        }
        _statistics.Begin(_blocks, training);
    }

    private void RunForward()
    {
        foreach (BlockObserver<T> observer in Observers)
        {
            observer.Watch(_plan.Graph);
            observer.BeginPass(_layers.Count, _images, _training);
        }
        for (_segment = 0; _segment < _starts.Length - 1; _segment++)
        {
            if (_segment > 0) _statistics.Combine(_starts[_segment], _images);
            WorkerPool.Shared.Run(_threads, _groupCount, _forwardGroup);
        }
        foreach (BlockObserver<T> observer in Observers) observer.EndPass();
    }

    /// <summary>The segments before the last, which has been done, from back to front; then the sum of the groups.</summary>
    private void RunBackward()
    {
        for (_segment = _starts.Length - 3; _segment >= 0; _segment--)
        {
            int layer = _starts[_segment + 1];
            _statistics.CombineGradient(layer, Pass(0, 0, layer, activates: false, gradients: _groups[0].Span), _images);
            WorkerPool.Shared.Run(_threads, _groupCount, _backwardGroup);
        }
        bool isLarge = (long)_groupCount * _vector.Values.Length >= WorthSharing;
        WorkerPool.Shared.Run(isLarge ? _threads : 1, Slices, _reduceSlice);
        foreach (BlockObserver<T> observer in Observers)
            if (observer.ObservesGradients) observer.EndGradients();
    }

    private double MeanLoss()
    {
        double sum = 0;
        for (int block = 0; block < _blocks; block++) sum += _losses[block];
        return _divisor > 0 ? sum / _divisor : 0;
    }

    private void ForwardGroup(int group, int worker)
    {
        bool last = _segment == _starts.Length - 2;
        if (last && (_training || _keepBlocks)) _groups[group].Span.Clear();
        for (int block = First(group); block < First(group + 1); block++)
        {
            if (_segment == 0) _batch.CopyBlock(block, Value(block, worker, 0));
            for (int i = _starts[_segment]; i < _starts[_segment + 1]; i++)
            {
                bool activates = _plan.ActivationOf(i).IsSome && Observers.Count == 0;     // an observer wants to see the values before it
                Pass<T> pass = Pass(block, worker, i, activates);
                if (_layers[i].OutputMemory != OutputMemory.IsInput) _layers[i].Forward<V>(pass);
                else if (!_plan.SharesMemory[i]) pass.Input.CopyTo(pass.Output);
                foreach (BlockObserver<T> observer in Observers) observer.Observe<V>(i, pass);
                if (activates) i++;
            }
            if (last) Finish(block, group, worker);
            else _statistics.Gather(_starts[_segment + 1], block, Pass(block, worker, _starts[_segment + 1], activates: false));
        }
    }

    /// <summary>A block has come through the last layer: its outputs go to the
    /// caller, its loss is taken, and in training it turns back at once.</summary>
    private void Finish(int block, int group, int worker)
    {
        ReadOnlySpan<T> output = Value(block, worker, _layers.Count);
        int size = _plan.Shapes[^1].Length, images = Lanes.Filled(block, _images);
        if (_output is not null) Lanes.Deinterleave(output, size, _output.Span.Slice(block * Lanes.Count * size, images * size));
        if (_loss is null) return;
        Span<T> gradient = LastGradient(block, worker);
        ReadOnlySpan<int> labels = _batch.Labels;
        int positions = labels.Length / _images;                             // with a label, of one image
        ReadOnlySpan<T> targets = [];
        if (_batch.TargetShape is not null)
        {
            _batch.CopyTargets(block, _targets[worker].Span);
            targets = _targets[worker].Span;
        }
        _losses[block] = _loss.Forward<V>(new LossPass<T> { Output = output, OutputShape = _plan.Shapes[^1], GradOutput = gradient,
            Labels = labels.Slice(block * Lanes.Count * positions, images * positions), Targets = targets, Images = images, Divisor = _divisor });
        if (_training) BackwardSegment(block, group, worker, _layers.Count - 1, gradient, even: true);
    }

    private void BackwardGroup(int group, int worker)
    {
        bool last = _segment == _starts.Length - 2;                          // only after Forward: the gradient comes from the caller
        for (int block = First(group); block < First(group + 1); block++)
        {
            if (!last)
            {
                if (KeepsSome) Repeat(block, worker);
                int first = _starts[_segment + 1];
                BackwardSegment(block, group, worker, first, _plan.Graph.Branches ? [] : _boundaries[block][_segment].Span, even: false);
                continue;
            }
            int size = _plan.Shapes[^1].Length;
            Span<T> gradient = LastGradient(block, worker);
            Lanes.Interleave<T>(_gradOutput!.Span.Slice(block * Lanes.Count * size, Lanes.Filled(block, _images) * size), size, gradient);
            BackwardSegment(block, group, worker, _layers.Count - 1, gradient, even: true);
        }
    }

    /// <summary>Works out anew what the segment's way back reads and was not kept.</summary>
    private void Repeat(int block, int worker)
    {
        for (int i = _starts[_segment]; i < _starts[_segment + 1]; i++)
        {
            if (!_plan.Kept.Repeats(i)) continue;
            bool activates = _plan.ActivationOf(i).IsSome;
            _layers[i].Forward<V>(Pass(block, worker, i, activates));
            if (activates) i++;
        }
    }

    /// <summary>From layer i back to the start of the segment; there a whole-batch layer only looks at the gradient.</summary>
    /// <param name="block">The block.</param>
    /// <param name="group">Whose gradients the parameters' are added to.</param>
    /// <param name="worker">Whose memory is used.</param>
    /// <param name="i">The layer to begin with.</param>
    /// <param name="gradient">By the output of layer i.</param>
    /// <param name="even">Whether that lies in the worker's even memory, so that the next goes to the odd one.</param>
    private void BackwardSegment(int block, int group, int worker, int i, Span<T> gradient, bool even)
    {
        if (_plan.Graph.Branches)
        {
            BackwardBranches(block, group, worker, i);
            return;
        }
        int start = _starts[_segment], stop = start;
        if (_segment > 0) stop += _plan.ActivationOf(start).IsSome ? 2 : 1;
        for (; i >= stop; i--)
        {
            Show(block, worker, i, gradient);
            Span<T> to = gradient;
            bool activates = i > start && _plan.ActivationOf(i - 1).IsSome;  // then layer i is the activation, and the one before it does both
            if (activates) i--;
            if (!_plan.SharesMemory[i])
            {
                even = !even;
                to = i == 0 && _gradInput is null ? [] : (even ? _workers[worker].Even : _workers[worker].Odd).Span[.._plan.Length(i)];
            }
            if (_layers[i].OutputMemory != OutputMemory.IsInput)
                _layers[i].Backward<V>(Pass(block, worker, i, activates, gradient, to, _groups[group].Span, gradBefore: gradient));
            if (activates) Show(block, worker, i, gradient);
            gradient = to;
        }
        if (_segment > 0)
        {
            Span<T> boundary = _boundaries[block][_segment - 1].Span;
            bool activates = stop > start + 1;
            if (activates) Show(block, worker, start + 1, gradient);
            else gradient.CopyTo(boundary);
            _statistics.GatherGradient(start, block, Pass(block, worker, start, activates, activates ? gradient : boundary, gradBefore: boundary));
        }
        else
        {
            WriteGradInput(block, gradient);
        }
    }

    private void WriteGradInput(int block, ReadOnlySpan<T> gradient)
    {
        int size = _plan.Shapes[0].Length;
        if (_gradInput is not null)
            Lanes.Deinterleave(gradient, size, _gradInput.Span.Slice(block * Lanes.Count * size, Lanes.Filled(block, _images) * size));
    }

    /// <summary>The place of the gradient by the model's output; where nobody goes back, of what a loss writes all the same.</summary>
    private Span<T> LastGradient(int block, int worker) =>
        _plan.Graph.Branches && (_training || _keepBlocks) ? Gradient(block, worker, _layers.Count) : _workers[worker].Even.Span[.._plan.Length(_layers.Count)];

    /// <summary>Shows observers the gradient by a layer's output.</summary>
    private void Show(int block, int worker, int layer, ReadOnlySpan<T> gradient)
    {
        foreach (BlockObserver<T> observer in Observers)
            if (observer.ObservesGradients) observer.ObserveGradient<V>(layer, Pass(block, worker, layer, activates: false, gradient));
    }

    private void ReduceSlice(int slice, int worker)
    {
        int length = _vector.Values.Length, from = (int)((long)length * slice / Slices), count = (int)((long)length * (slice + 1) / Slices) - from;
        Span<T> sum = _vector.Gradients.Span.Slice(from, count);
        if (!_accumulate) sum.Clear();
        for (int group = 0; group < _groupCount; group++)
            System.Numerics.Tensors.TensorPrimitives.Add(sum, _groups[group].Span.Slice(from, count), sum);
    }

    private int First(int group) => (int)((long)group * _blocks / _groupCount);

    /// <summary>Whether this is a step of several segments: <see cref="KeptValues{T}"/> of every block stay, all others are a worker's.</summary>
    private bool KeepsSome => !KeepsAll && _starts.Length > 2;

    /// <summary>Whether all values of every block stay.</summary>
    private bool KeepsAll => _keepBlocks || (_training && _plan.KeepsEverything);

    /// <summary>A block's input (0) or the output of layer i (i + 1).</summary>
    private Span<T> Value(int block, int worker, int value) => KeepsSome && _plan.Kept.PlaceOf(value) is >= 0 and var place
        ? _kept[block].Span.Slice(place, _plan.Length(value))
        : _plan.Value(_values[KeepsAll ? block : worker], value);

    private Pass<T> Pass(int block, int worker, int layer, bool activates, ReadOnlySpan<T> gradOutput = default, Span<T> gradInput = default,
        Span<T> gradients = default, Span<T> gradBefore = default, Span<T> gradSecond = default) => new()
    {
        Block = block,
        Images = Lanes.Filled(block, _images),
        Training = _training,
        RandomBits = _training ? RandomGenerator.Mix(RandomGenerator.Mix(_randomBits, (ulong)layer), (ulong)block) : 0,
        InputShape = _plan.Shapes[_plan.Graph.InputOf(layer)],
        OutputShape = _plan.Shapes[layer + 1],
        Input = Value(block, worker, _plan.Graph.InputOf(layer)),
        Second = _plan.Graph.SecondOf(layer) is >= 0 and var second ? Value(block, worker, second) : [],
        GradSecond = gradSecond,
        Output = Value(block, worker, layer + 1),
        GradOutput = gradOutput,
        GradInput = gradInput,
        Gradients = gradients,
        Scratch = _workers[worker].Scratch.Span,
        Threads = _groupCount == 1 ? _threads : 1,
        Statistics = _statistics.Of(layer),
        GradStatistics = _statistics.GradientOf(layer),
        Activation = activates ? _plan.ActivationOf(layer) : default,
        GradBefore = gradBefore,
    };
}
