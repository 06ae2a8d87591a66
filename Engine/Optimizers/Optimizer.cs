using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Optimizers;

/// <summary>Turns gradients into steps. Every number is stepped by itself, so the work may be cut anywhere.</summary>
/// <remarks>Frozen parameters are left alone, weight decay included. Zeros stay zeros where the gradient is zero.</remarks>
public abstract class Optimizer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int PieceLength = 16 * 1024;
    private readonly List<(Parameter<T> Parameter, int Start, int Length)> _pieces = [];
    private readonly Action<int, int> _updatePiece;

    /// <summary>An optimiser of all parameters of a vector.</summary>
    /// <param name="parameters">A model's parameters, such as <c>model.ParameterVector</c>.</param>
    /// <param name="learningRate">The length of a step.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is negative or not finite.</exception>
    protected Optimizer(ParameterVector<T> parameters, double learningRate)
    {
        Parameters = parameters;
        LearningRate = learningRate;
        foreach (Parameter<T> parameter in parameters.Parameters)
            for (int start = 0; start < parameter.Value.Length; start += PieceLength)
                _pieces.Add((parameter, start, Math.Min(PieceLength, parameter.Value.Length - start)));
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
            ShapeGuard.Finite(GetType().Name.Split('`')[0], value, 0, nameof(LearningRate));
            field = value;
        }
    }

    /// <summary>How many steps have been made.</summary>
    public int StepCount { get; private set; }

    /// <summary>How many threads share a step of many parameters; the result has the same bits for any number.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Makes one step along the gradients.</summary>
    public void Step()
    {
        BeginStep();
        WorkerPool.Shared.Run(_pieces.Count > 2 * Parameters.Parameters.Count ? Threads : 1, _pieces.Count, _updatePiece);
        StepCount++;
    }

    /// <summary>Sets all gradients to zero.</summary>
    public void ZeroGrad() => Parameters.ZeroGrad();

    /// <summary>Works out what is the same for all numbers of the coming step.</summary>
    protected abstract void BeginStep();

    /// <summary>Steps some numbers of one parameter.</summary>
    /// <param name="offset">Their first place in the parameter vector, where states lie alike.</param>
    /// <param name="value">The numbers, changed.</param>
    /// <param name="gradient">Their gradient.</param>
    protected abstract void Update(int offset, Span<T> value, ReadOnlySpan<T> gradient);

    private void UpdatePiece(int index, int worker)
    {
        var (parameter, start, length) = _pieces[index];
        if (!parameter.Frozen)
            Update(parameter.Offset + start, parameter.Value.Span.Slice(start, length), parameter.Gradient.Span.Slice(start, length));
    }
}
