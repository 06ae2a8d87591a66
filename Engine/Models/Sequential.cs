using System.Collections.Concurrent;
using System.Numerics;
using Scratch.Data;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Models;

/// <summary>Modules in a row: each one's output is the next one's input.</summary>
/// <remarks>
/// Makes one <see cref="ParameterVector"/> of all parameters below it. Names are PyTorch's: <c>0.weight</c> is the weight of the first module,
/// <c>2.0.bias</c> the bias of the first module within the third. <see cref="Forward"/> and <see cref="Backward"/> take whole tensors, for
/// learning and for tests; a learner trains. <see cref="Infer"/> may be called from many threads at once, the other methods from one.
/// </remarks>
public sealed class Sequential<T> : Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ConcurrentBag<(Shape Input, BlockRunner<T> Runner)> _idle = [];
    private (Shape Input, BlockRunner<T> Runner)? _runner;
    private Shape _forwardShape;

    /// <summary>Puts modules in a row. A layer whose parameters are all zero, as a new convolution's are, starts as PyTorch starts
    /// it, from seed 0; others keep their values. To start all anew, call <see cref="Initialize(Initialization, long)"/>.</summary>
    /// <exception cref="InvalidOperationException">A layer with parameters or running statistics stands in it twice.</exception>
    public Sequential(params IReadOnlyList<Module<T>> modules)
    {
        Children = modules;
        Unroll(Graph, 0, "");
        List<Layer<T>> buffered = [.. Layers.Where(layer => layer.Buffers.Count > 0 && layer.Parameters.Count == 0)];
        if (buffered.Distinct().Count() != buffered.Count)
            ShapeGuard.WrongOrder("Model", "a layer with running statistics stands in it twice. Make a second layer.");
        ParameterVector = new([.. Layers.SelectMany(layer => layer.Parameters)]);
        var random = new RandomGenerator(0);
        foreach (Layer<T> layer in Layers.Where(IsAllZero))
            layer.Initialize(Initialization.Default, random);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Module<T>> Children { get; }

    /// <summary>The single layers, in the order in which they run.</summary>
    public IReadOnlyList<Layer<T>> Layers => Graph.Layers;

    /// <summary>The same, with what each of them reads.</summary>
    internal LayerGraph<T> Graph { get; } = new();

    /// <summary>All parameters of the model, in one vector.</summary>
    public ParameterVector<T> ParameterVector { get; }

    /// <summary>How many threads work on a batch. All cores by default; results have the same bits for any number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public int Threads
    {
        get;
        init
        {
            ShapeGuard.Positive(TypeName, value, nameof(Threads));
            field = value;
        }
    } = Environment.ProcessorCount;

    /// <summary>From which all chance in training follows, such as what <see cref="Dropout{T}"/> drops. <see cref="Initialize(Initialization, long)"/> sets it.</summary>
    public long Seed { get; set; }

    /// <summary>How many training steps the model has gone back through: what chance decides differs from step to step.
    /// <see cref="Backward"/> and a learner count it; to go on where another run stopped, set it.</summary>
    public long Step { get; set; }

    /// <summary>Which vectors to compute with; the widest by default. Only the last bits depend on it.</summary>
    public SimdWidth Width { get; init; } = Processor.Widest;

    /// <summary>Every parameter with its full name, as in PyTorch's <c>named_parameters()</c>.</summary>
    public IEnumerable<(string Name, Parameter<T> Parameter)> NamedParameters() =>
        Layers.SelectMany(layer => layer.Parameters.Select(parameter => ($"{layer.Path}.{parameter.Name}", parameter)));

    /// <summary>Everything that makes up the model's state, parameters and buffers, layer by layer, as in PyTorch's <c>state_dict()</c>.</summary>
    public IEnumerable<(string Name, Tensor<T> Value, bool IsCount)> State() => Layers.SelectMany(layer =>
        layer.Parameters.Select(parameter => ($"{layer.Path}.{parameter.Name}", parameter.Value, false))
            .Concat(layer.Buffers.Select(buffer => ($"{layer.Path}.{buffer.Name}", buffer.Value, buffer.IsCount))));

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        foreach (Module<T> module in Children) input = module.OutputShape(input);
        return input;
    }

    /// <summary>Gives all parameters new first values, layer by layer from one generator, so that a seed says everything.</summary>
    public void Initialize(Initialization initialization, long seed)
    {
        (Seed, Step) = (seed, 0);
        var random = new RandomGenerator(seed);
        foreach (Layer<T> layer in Layers) layer.Initialize(initialization, random);
    }

    /// <summary>The outputs of some images, with everything kept that <see cref="Backward"/> needs.</summary>
    /// <param name="input">[N, C, H, W], or [N, ...] as the first layer takes it.</param>
    /// <param name="training">Whether batch normalisation uses the batch's own statistics, and updates its running ones.</param>
    /// <returns>[N, ...].</returns>
    /// <exception cref="ShapeMismatchException">A layer does not take what comes to it.</exception>
    public Tensor<T> Forward(Tensor<T> input, bool training = true)
    {
        CheckIsBatch(input);
        BlockRunner<T> runner = RunnerFor(input.Shape.Tail());
        var output = new Tensor<T>(OutputShape(input.Shape.Tail()).Prepend(input.Shape[0]));
        runner.Forward(new TensorBatch<T>(input), training, backwardFollows: true, output);
        _forwardShape = input.Shape;
        return output;
    }

    /// <summary>After <see cref="Forward"/>: carries a gradient from the outputs
    /// back to the inputs, and adds the parameters' gradients to theirs.</summary>
    /// <param name="gradOutput">[N, ...], like Forward's result.</param>
    /// <returns>[N, ...], like Forward's input.</returns>
    /// <exception cref="InvalidOperationException">There was no Forward before, or another Backward since.</exception>
    /// <exception cref="ShapeMismatchException">The gradient has another shape than the output.</exception>
    public Tensor<T> Backward(Tensor<T> gradOutput)
    {
        if (_runner is not { } runner || _forwardShape.Rank == 0)
        {
            ShapeGuard.WrongOrder(Who, "Backward was called before Forward.");
            throw null!;
        }
        ShapeGuard.Same(Who, "the gradient by the output", OutputShape(_forwardShape.Tail()).Prepend(_forwardShape[0]), gradOutput.Shape);
        var gradInput = new Tensor<T>(_forwardShape);
        runner.Runner.Backward(gradOutput, gradInput);
        Step++;
        return gradInput;
    }

    /// <summary>The outputs of some images, as in use: nothing is learned or kept. May be called from many threads at once.</summary>
    /// <param name="input">[N, C, H, W], or [N, ...] as the first layer takes it.</param>
    /// <returns>[N, ...].</returns>
    /// <exception cref="ShapeMismatchException">A layer does not take what comes to it.</exception>
    public Tensor<T> Infer(Tensor<T> input)
    {
        CheckIsBatch(input);
        CheckOwnsItsParameters();
        Shape image = input.Shape.Tail();
        var output = new Tensor<T>(OutputShape(image).Prepend(input.Shape[0]));
        if (!_idle.TryTake(out var idle) || idle.Input != image) idle = (image, BlockRunner<T>.Create(this, image, Threads, Width));
        idle.Runner.Forward(new TensorBatch<T>(input), training: false, backwardFollows: false, output);
        _idle.Add(idle);
        return output;
    }

    /// <summary>A table of its layers: with the sizes of the images that it saw last, or before that only with what it learns.
    /// <see cref="ModelSummary.Of"/> knows more.</summary>
    public override string ToString() => _runner is var (image, _) ? SummaryText.Of(ModelSummary.Of(this, image, batchSize: 1)) : SummaryText.Of(this);

    /// <summary>16 hexadecimal digits that differ if any number of the model's state does: to see whether two runs gave the same bits.</summary>
    /// <remarks>FNV-1a in 64 bits, over the bytes of <see cref="State"/>, in order.</remarks>
    public string Hash() => StateHash.Of(State().Select(entry => entry.Value));

    /// <summary>Sets all gradients to zero.</summary>
    public void ZeroGrad() => ParameterVector.ZeroGrad();

    /// <summary>Who looks on at Forward, at training and at evaluation; not at <see cref="Infer"/>. To be changed between passes.</summary>
    public List<BlockObserver<T>> Observers { get; } = [];

    /// <summary>The runner of this model's own thread of control, for images of one shape.</summary>
    internal BlockRunner<T> RunnerFor(Shape image)
    {
        CheckOwnsItsParameters();
        if (_runner is { } known && known.Input == image) return known.Runner;
        BlockRunner<T> runner = BlockRunner<T>.Create(this, image, Threads, Width);
        runner.Observers = Observers;
        _runner = (image, runner);
        return runner;
    }

    private void CheckIsBatch(Tensor<T> input)
    {
        if (input.Shape.Rank < 2)
            ShapeGuard.Mismatch(Who, $"input {input.Shape} is not a batch. Give it as [N, ...], for one image [1, ...].", new Shape(1, 0),
                input.Shape);
    }

    private void CheckOwnsItsParameters()
    {
        for (int i = 0; i < ParameterVector.Parameters.Count; i++)           // every batch comes by: no enumerator
            if (ParameterVector.Parameters[i].Vector != ParameterVector)
                ShapeGuard.WrongOrder(Who, "its layers have joined another model since. Use that one, or make new layers.");
    }

    private static bool IsAllZero(Layer<T> layer) =>
        layer.Parameters.Count > 0 && layer.Parameters.All(parameter => parameter.Value.MaxMagnitude() == T.Zero);
}
