using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;

namespace Scratch.Optimizers;

/// <summary>Turns gradients into steps. Every number is stepped by itself, so the work may be cut anywhere.</summary>
/// <remarks>
/// Frozen parameters are left alone, weight decay included; as in PyTorch their steps do not count. Zeros stay zeros where the gradient is zero.
/// </remarks>
public abstract class Optimizer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int PieceLength = 16 * 1024, WorthSharing = 2 * PieceLength;
    private readonly List<(int Parameter, int Start, int Length)> _pieces = [];
    private readonly List<StateBuffer<T>> _states = [];
    private readonly int[] _counts;                                          // steps of each parameter since the last state began
    private readonly ParameterGroup<T>?[] _groupOf;                          // each parameter's, or none
    private readonly Action<int, int> _updatePiece;
    private string? _name;                                                   // once: every batch asks for it

    /// <summary>An optimiser of all parameters of a vector.</summary>
    /// <param name="parameters">A model's parameters, such as <c>model.ParameterVector</c>.</param>
    /// <param name="learningRate">The length of a step.</param>
    /// <param name="weightDecay">The pull of every weight to zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative or not finite.</exception>
    protected Optimizer(ParameterVector<T> parameters, double learningRate, double weightDecay = 0)
    {
        ShapeGuard.Finite<T>(Name, weightDecay, 0);
        (Parameters, LearningRate, WeightDecay) = (parameters, learningRate, weightDecay);
        (_counts, _groupOf) = (new int[parameters.Parameters.Count], new ParameterGroup<T>?[parameters.Parameters.Count]);
        for (int i = 0; i < parameters.Parameters.Count; i++)
        {
            int length = parameters.Parameters[i].Shape.Length;
            for (int start = 0; start < length; start += PieceLength) _pieces.Add((i, start, Math.Min(PieceLength, length - start)));
        }
        _updatePiece = UpdatePiece;
    }

    /// <summary>What it steps.</summary>
    public ParameterVector<T> Parameters { get; }

    /// <summary>The length of a step; schedules change it between steps.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rate is negative or not finite.</exception>
    public double LearningRate
    {
        get;
        set
        {
            ShapeGuard.Finite<T>(Name, value, 0, nameof(LearningRate));
            field = value;
        }
    }

    /// <summary>How much of the direction of past steps goes into the next; schedules change it between steps.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not a share that this optimiser takes.</exception>
    public abstract double Momentum { get; set; }

    /// <summary>The pull of every weight to zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double WeightDecay
    {
        get;
        set
        {
            ShapeGuard.Finite<T>(Name, value, 0, nameof(WeightDecay));
            field = value;
        }
    }

    /// <summary>Parameters that are stepped differently; those in no group as the optimiser itself says.</summary>
    /// <exception cref="ArgumentException">A parameter is in two groups, or of another model.</exception>
    public IReadOnlyList<ParameterGroup<T>> Groups
    {
        get;
        init
        {
            foreach (ParameterGroup<T> group in value)
                foreach (Parameter<T> parameter in group.Parameters)
                {
                    int index = IndexOf(parameter);
                    if (index < 0)
                        throw new ArgumentException($"{Name}: parameter '{parameter.Name}' {parameter.Shape} of a group is not one of the "
                            + $"{Parameters.Parameters.Count} to be stepped. Take groups from this model.", nameof(value));
                    if (_groupOf[index] is not null)
                        throw new ArgumentException($"{Name}: parameter {index}, '{parameter.Name}' {parameter.Shape}, is in two groups.",
                            nameof(value));
                    _groupOf[index] = group;
                }
            field = value;
        }
    } = [];

    /// <summary>For example <c>Adam, learning rate 0.001, momentum 0.9, weight decay 0, of 10 parameters</c>.</summary>
    public override string ToString() => string.Create(
        null, $"{Name}, learning rate {LearningRate}, momentum {Momentum}, weight decay {WeightDecay}, of {Parameters.Parameters.Count} parameters");

    /// <summary>What is remembered from step to step, under PyTorch's names, each place by place as the parameter vector.</summary>
    public IReadOnlyList<StateBuffer<T>> States => _states;

    /// <summary>How many steps have been made.</summary>
    public int StepCount { get; private set; }

    /// <summary>How many threads share a step of many parameters; the result has the same bits for any number.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Makes one step along the gradients.</summary>
    public void Step()
    {
        for (int i = 0; i < _counts.Length; i++)
            if (!Parameters.Parameters[i].Frozen) _counts[i]++;
        WorkerPool.Shared.Run(Parameters.Shape.Length >= WorthSharing ? Threads : 1, _pieces.Count, _updatePiece);
        StepCount++;
    }

    /// <summary>Sets all gradients to zero.</summary>
    public void ZeroGrad() => Parameters.ZeroGrad();

    /// <summary>What errors call it.</summary>
    protected string Name => _name ??= GetType().Name.Split('`')[0];

    /// <summary>A place of zeros for something to remember of every number; the steps that <see cref="StepNumbers.Count"/> counts begin
    /// anew.</summary>
    /// <param name="name">As PyTorch calls it: <c>momentum_buffer</c>.</param>
    protected Tensor<T> NewState(string name)
    {
        var state = new Tensor<T>(Parameters.Values.Shape);
        _states.Add(new(name, state));
        Array.Clear(_counts);
        return state;
    }

    /// <summary>Steps some numbers of one parameter, with vectors V. Pieces come in any order, from several threads.</summary>
    /// <param name="step">What is the same for all numbers of the parameter.</param>
    /// <param name="offset">Their first place in the parameter vector, where states lie alike.</param>
    /// <param name="value">The numbers, changed.</param>
    /// <param name="gradient">Their gradient.</param>
    protected abstract void Update<V>(StepNumbers step, int offset, Span<T> value, ReadOnlySpan<T> gradient) where V : unmanaged, IVector<V, T>;

    /// <summary>A number of the rule in every place of a vector.</summary>
    private protected static V Splat<V>(double number) where V : unmanaged, IVector<V, T> => V.Splat(T.CreateTruncating(number));

    /// <summary>What it remembers, counts and is set to, for later.</summary>
    /// <returns>Gives all that back.</returns>
    internal Action Remember()
    {
        var (rate, momentum, steps, counts) = (LearningRate, Momentum, StepCount, (int[])_counts.Clone());
        List<(Tensor<T> Live, Tensor<T> Saved)> states = [.. _states.Select(state => (state.Value, state.Value.Clone()))];
        return () =>
        {
            (LearningRate, Momentum, StepCount) = (rate, momentum, steps);
            counts.CopyTo(_counts, 0);
            foreach (var (live, saved) in states) saved.Span.CopyTo(live.Span);
        };
    }

    /// <summary>What it remembers, counts and is set to, into a checkpoint or out of it.</summary>
    internal void Exchange(SavedState state)
    {
        LearningRate = state.Exchange("learning_rate", LearningRate);
        Momentum = state.Exchange("momentum", Momentum);
        WeightDecay = state.Exchange("weight_decay", WeightDecay);
        if (state.IsRestoring) Prepare(state);
        for (int i = 0; i < Groups.Count; i++)
        {
            Groups[i].LearningRateFactor = state.Exchange($"group{i}_learning_rate_factor", Groups[i].LearningRateFactor);
            double decay = state.Exchange($"group{i}_weight_decay", Groups[i].WeightDecay ?? double.NaN);
            Groups[i].WeightDecay = double.IsNaN(decay) ? null : decay;
        }
        foreach (StateBuffer<T> buffer in _states) state.Exchange(buffer.Name, buffer.Value);
        StepCount = state.Exchange("steps", StepCount);
        state.Exchange("steps_of_parameter", _counts.AsSpan());
        int[] frozen = [.. Parameters.Parameters.Select(parameter => parameter.Frozen ? 1 : 0)];
        state.Exchange("frozen", frozen.AsSpan());
        for (int i = 0; i < frozen.Length; i++) Parameters.Parameters[i].Frozen = frozen[i] != 0;
    }

    /// <summary>Makes places for what the checkpoint holds, where they are made only when they are needed.</summary>
    private protected virtual void Prepare(SavedState state)
    {
    }

    private void UpdatePiece(int index, int worker)
    {
        var (i, start, length) = _pieces[index];
        Parameter<T> parameter = Parameters.Parameters[i];
        if (parameter.Frozen) return;
        var step = new StepNumbers(_counts[i], LearningRate * (_groupOf[i]?.LearningRateFactor ?? 1), _groupOf[i]?.WeightDecay ?? WeightDecay);
        Span<T> value = parameter.Value.Span.Slice(start, length);
        ReadOnlySpan<T> gradient = parameter.Gradient.Span.Slice(start, length);
        int offset = parameter.Offset + start;
        if (Processor.Widest == SimdWidth.Bits512) Update<Simd512<T>>(step, offset, value, gradient);
        else if (Processor.Widest == SimdWidth.Bits256) Update<Simd256<T>>(step, offset, value, gradient);
        else Update<SimdPortable<T>>(step, offset, value, gradient);
    }

    private int IndexOf(Parameter<T> parameter)
    {
        for (int i = 0; i < Parameters.Parameters.Count; i++)
            if (Parameters.Parameters[i] == parameter) return i;
        return -1;
    }
}

/// <summary>What one step is made with, the same for all numbers of one parameter.</summary>
/// <param name="Count">The parameter's steps with this one, from 1, since the optimiser's newest state began; those it was frozen in are not
/// counted.</param>
/// <param name="LearningRate">The length of the step.</param>
/// <param name="WeightDecay">The pull to zero.</param>
public readonly record struct StepNumbers(int Count, double LearningRate, double WeightDecay);
