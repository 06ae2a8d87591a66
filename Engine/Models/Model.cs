using System.Collections.Concurrent;
using System.Numerics;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Plans;
using Scratch.Tensors;

namespace Scratch.Models;

/// <summary>Layers wired into a graph, with all their parameters in one vector: what is trained, used, saved and looked into.</summary>
/// <remarks>
/// Parameters are named by their places, as PyTorch's <c>state_dict</c>: <c>layer1.0.conv1.weight</c>. A parameter that stands in two places is one,
/// under the name of the first; its gradients add up. <see cref="Forward"/> and <see cref="Backward"/> take whole tensors, for learning and for
/// tests; a learner trains. Where there are several inputs or outputs, <see cref="ForwardAll"/>, <see cref="BackwardAll"/> and <see cref="InferAll"/>
/// take and give all of them. <see cref="Infer"/> may be called from many threads at once, the other methods from one.
/// </remarks>
public partial class Model<T> : Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly int[] _threadsOnPaper = [2, 4, 8, 16, 64];   // for which a plan says what they would bring

    private readonly ConcurrentBag<(Shape[] Inputs, PlanRunner<T> Runner)> _idle = [];
    private readonly Chance _chance = new();
    private readonly Module<T>[] _roots;
    private readonly bool _isWiredByValues;
    private (Shape[] Inputs, PlanRunner<T> Runner)? _runner;
    private Shape[] _forwardInputs = [];                                     // of the Forward to which no Backward came yet

    /// <summary>Makes a model of one module.</summary>
    /// <remarks>A layer whose parameters are all zero, as a new convolution's are, starts as PyTorch starts it, from seed 0; others keep their
    /// values. To start all anew, call <see cref="Initialize(Initialization, long)"/>.</remarks>
    public Model(Module<T> module) : this([module], null, null)
    {
    }

    /// <summary>Makes a model of what leads from one value to another.</summary>
    public Model(Value<T> input, Value<T> output) : this([input], [output])
    {
    }

    /// <summary>Makes a model of what leads from some values to others.</summary>
    /// <exception cref="InvalidOperationException">An output depends on an input that is not in the list.</exception>
    public Model(IReadOnlyList<Value<T>> inputs, IReadOnlyList<Value<T>> outputs) : this(null, inputs, outputs)
    {
    }

    private protected Model(IReadOnlyList<Module<T>>? modules, IReadOnlyList<Value<T>>? inputs, IReadOnlyList<Value<T>>? outputs)
    {
        (_roots, _isWiredByValues) = ([.. modules ?? []], modules is null);
        if (inputs is null || outputs is null)
        {
            var value = new Value<T>();
            (inputs, outputs) = ([value], [Wire(value)]);
        }
        Graph = new(inputs, outputs);
        CheckNames();
        FirstValues = new([.. Layers.Distinct()]);
        ParameterVector = new([.. NamedParameters().Select(entry => entry.Parameter)], FirstValues.Give);
    }

    /// <summary>The modules it was made of; none if it was wired value by value.</summary>
    public override IReadOnlyList<Module<T>> Children => _roots.Length == 1 && this is not Sequential<T> ? _roots[0].Children : _roots;

    /// <inheritdoc/>
    protected override Value<T> Wire(Value<T> input)
    {
        if (_isWiredByValues)
        {
            ShapeGuard.WrongOrder(Who, "it was wired value by value and cannot be part of another model. Make it a module.");
            throw null!;
        }
        if (this is not Sequential<T>)
        {
            _roots[0].Path = Path;
            return _roots[0].Connect(input);
        }
        for (int i = 0; i < _roots.Length; i++)
        {
            _roots[i].Path = Below(Path, ChildName(i));
            input = _roots[i].Connect(input);
        }
        return input;
    }

    /// <summary>The single layers, in the order in which they run.</summary>
    public IReadOnlyList<Layer<T>> Layers => Graph.Layers;

    /// <summary>The same, with what each of them reads.</summary>
    internal LayerGraph<T> Graph { get; }

    /// <summary>What its parameters start with.</summary>
    internal FirstValues<T> FirstValues { get; }

    /// <summary>All parameters of the model, in one vector.</summary>
    public ParameterVector<T> ParameterVector { get; }

    /// <summary>How many threads work on a batch. All cores by default; results have the same bits for any number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public int Threads
    {
        get;
        set
        {
            ShapeGuard.Positive(nameof(Model<>), value, nameof(Threads));
            (field, _runner) = (value, null);
            _idle.Clear();
        }
    } = Environment.ProcessorCount;

    /// <summary>From which all chance in training follows, such as what <see cref="Dropout{T}"/> drops.
    /// <see cref="Initialize(Initialization, long)"/> sets it.</summary>
    public long Seed
    {
        get => _chance.Seed;
        set => _chance.Seed = value;
    }

    /// <summary>How many training steps the model has gone back through: what chance decides differs from step to step.
    /// <see cref="Backward"/> and a learner count it; to go on where another run stopped, set it.</summary>
    public long Step
    {
        get => _chance.Step;
        set => _chance.Step = value;
    }

    /// <summary>Which vectors to compute with; the widest by default. Only the last bits depend on it.</summary>
    public SimdWidth Width { get; init; } = Processor.Widest;

    /// <summary>Every parameter with its full name, as in PyTorch's <c>named_parameters()</c>.</summary>
    public IEnumerable<(string Name, Parameter<T> Parameter)> NamedParameters()
    {
        var seen = new HashSet<Parameter<T>>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < Layers.Count; i++)
            foreach (Parameter<T> parameter in Layers[i].Parameters)
                if (seen.Add(parameter)) yield return ($"{Graph.PathOf(i)}.{parameter.Name}", parameter);
    }

    /// <summary>Everything that makes up the model's state, parameters and buffers, layer by layer, as in PyTorch's <c>state_dict()</c>; what stands
    /// in two places once.</summary>
    public IEnumerable<(string Name, Tensor<T> Value, bool IsCount)> State() =>
        Entries().Select(entry => entry.Buffer is { } buffer ? (entry.Name, buffer.Value, buffer.IsCount) : (entry.Name, entry.Parameter!.Value,
            false));

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input) => Graph.Shapes(input)[Graph.Outputs[0]];

    /// <summary>The shape of one image's every output.</summary>
    /// <exception cref="ShapeMismatchException">The inputs do not fit the model.</exception>
    public IReadOnlyList<Shape> OutputShapes(params ReadOnlySpan<Shape> inputs)
    {
        Shape[] shapes = Graph.Shapes(inputs);
        return [.. Graph.Outputs.Select(output => shapes[output])];
    }

    /// <summary>Gives all parameters new first values, layer by layer from one generator, so that a seed says everything.</summary>
    public void Initialize(Initialization initialization, long seed)
    {
        (Seed, Step) = (seed, 0);
        var random = new RandomGenerator(seed);
        foreach (Layer<T> layer in Layers.Distinct()) layer.Initialize(initialization, random);
    }

    /// <summary>A table of its layers: with the sizes of the images that it saw last, or before that only with what it learns.
    /// <see cref="ModelSummary.Of{T}(Model{T}, Shape, int)"/> knows more.</summary>
    public override string ToString() => _runner is var (images, _) ? SummaryText.Of(ModelSummary.Of(this, batchSize: 1, images))
        : SummaryText.Of(this);

    /// <summary>16 hexadecimal digits that differ if any number of the model's state does: to see whether two runs gave the same bits.</summary>
    /// <remarks>FNV-1a in 64 bits, over the bytes of <see cref="State"/>, in order.</remarks>
    public string Hash() => StateHash.Of(State().Select(entry => entry.Value));

    /// <summary>What the engine does with a batch, step by step, and where every value lies.</summary>
    /// <param name="image">[C, H, W] of one image.</param>
    /// <param name="batchSize">Images of the batch.</param>
    /// <param name="training">A training step; or the outputs, in use.</param>
    /// <exception cref="ShapeMismatchException">Such images do not fit the model.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The batch size is below 1.</exception>
    public PlanDescription DescribePlan(Shape image, int batchSize, bool training) => DescribePlan(batchSize, training, image);

    /// <summary>The same of a model of several inputs.</summary>
    /// <param name="batchSize">Images of the batch.</param>
    /// <param name="training">A training step; or the outputs, in use.</param>
    /// <param name="inputs">[C, H, W] of one image, for each input.</param>
    /// <exception cref="ShapeMismatchException">Such images do not fit the model.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The batch size is below 1.</exception>
    public PlanDescription DescribePlan(int batchSize, bool training, params ReadOnlySpan<Shape> inputs)
    {
        ShapeGuard.Positive(Who, batchSize);
        Shape[] images = [.. inputs];
        int block = Math.Min(batchSize, Kernels.Lanes.Count);
        PlanRunner<T> runner = NewRunner(images, Threads);
        Plan<T> plan = runner.PlanFor(training ? PlanGoal.Train(block) : PlanGoal.Infer(block));
        var description = PlanDescription.Of(plan, images, batchSize, runner.PreparedBytes);
        var scaling = new Scaling<T>(plan, batchSize, ParameterVector.Shape.Length, runner.VectorLength);
        return description with { Scaling = [.. _threadsOnPaper.Select(threads => PlanScaling.Of(scaling, description, threads))] };
    }

    /// <summary>Says how all of its convolutions are to be computed (<see cref="Conv2d{T}.Algorithm"/>); a <see cref="Predictor{T}"/> made before
    /// stays as it is. Not while the model is in use.</summary>
    public void UseConvolution(ConvolutionAlgorithm algorithm)
    {
        foreach (Layer<T> layer in Layers) layer.Use(algorithm);
        _runner = null;                                                      // its plans were made for what was before
        _idle.Clear();
    }

    /// <summary>Sets all gradients to zero.</summary>
    public void ZeroGrad() => ParameterVector.ZeroGrad();

    /// <summary>Who looks on at Forward, at training and at evaluation; not at <see cref="Infer"/>. To be changed between passes.</summary>
    public List<BlockObserver<T>> Observers { get; } = [];

    /// <summary>The bytes that a batch takes, the model's own included.</summary>
    /// <param name="image">[C, H, W] of one image.</param>
    /// <param name="batchSize">Images of the batch.</param>
    /// <param name="training">A training step; or an evaluation.</param>
    /// <param name="observed">Whether somebody looks on, as telemetry does: then every value is there, and lies by itself.</param>
    /// <exception cref="ShapeMismatchException">Such images do not fit the model.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The batch size is below 1.</exception>
    public MemoryPrediction PredictMemory(Shape image, int batchSize, bool training = true, bool observed = false)
    {
        ShapeGuard.Positive(Who, batchSize);
        return PredictMemory((Shape[])[image], batchSize, training, observed);
    }

    /// <summary>The same of a model of several inputs.</summary>
    internal MemoryPrediction PredictMemory(Shape[] images, int batchSize, bool training, bool observed)
    {
        PlanRunner<T> runner = NewRunner(images, Threads);
        int block = Math.Min(batchSize, Kernels.Lanes.Count);
        PlanGoal goal = training ? PlanGoal.Train(block, observed, observed) : PlanGoal.Evaluate(block, observed);
        var (gradients, values, working, tables) = runner.Bytes(goal, batchSize);
        return new((long)AlignedMemory.SizeOf<T>() * ParameterVector.Shape.Length, training ? gradients : 0, values, working, tables);
    }

    /// <summary>Its numbers, and where its chances stand, into a checkpoint or out of it. Numbers go by their own names.</summary>
    internal void Exchange(SavedState state)
    {
        foreach (var (name, value, isCount) in State())
        {
            if (!isCount)
            {
                state.Exchange(name, value);
                continue;
            }
            long[] counts = Array.ConvertAll(value.Span.ToArray(), long.CreateTruncating);
            state.Exchange(name, value.Shape, counts);
            for (int i = 0; i < counts.Length; i++) value.Span[i] = T.CreateTruncating(counts[i]);
        }
    }

    private void CheckNames()
    {
        var names = new HashSet<string>();
        foreach (var (name, _, _) in Entries())
            if (!names.Add(name))
                ShapeGuard.WrongOrder(Who, $"two of its layers are called '{name[..name.LastIndexOf('.')]}'. Set the Path of "
                    + "the modules that were connected "
                    + "value by value.");
    }

    private IEnumerable<(string Name, Parameter<T>? Parameter, StateBuffer<T>? Buffer)> Entries()
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < Layers.Count; i++)
        {
            foreach (Parameter<T> parameter in Layers[i].Parameters)
                if (seen.Add(parameter)) yield return ($"{Graph.PathOf(i)}.{parameter.Name}", parameter, null);
            foreach (StateBuffer<T> buffer in Layers[i].Buffers)
                if (seen.Add(buffer)) yield return ($"{Graph.PathOf(i)}.{buffer.Name}", null, buffer);
        }
    }

    private void CheckOwnsItsParameters()
    {
        for (int i = 0; i < ParameterVector.Parameters.Count; i++)           // every batch comes by: no enumerator
            if (ParameterVector.Parameters[i].Vector != ParameterVector)
                ShapeGuard.WrongOrder(Who, "its layers have joined another model since. Use that one, or make new layers.");
    }
}
