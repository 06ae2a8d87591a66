using System.Numerics;
using System.Numerics.Tensors;

namespace Scratch.Tensors;

/// <summary>All parameters of a model in one vector, and all gradients in
/// another: reducing, stepping, clipping and hashing are one loop each.</summary>
/// <remarks>Every parameter starts on a cache line; the few numbers of filling between two are zero and stay zero. The values take memory at the
/// first look at one of them: those of a model that only becomes a predictor never do.</remarks>
public sealed class ParameterVector<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Alignment = 16;                                        // numbers; 64 bytes of float, 128 of double

    private readonly Lock _looking = new();                                  // several threads may be the first to look
    private readonly Action _start;
    private Tensor<T>? _values;
    private volatile bool _isStarted;

    /// <summary>Moves the parameters here, in order, with their values and gradients.</summary>
    /// <exception cref="InvalidOperationException">A parameter comes twice.</exception>
    public ParameterVector(IReadOnlyList<Parameter<T>> parameters) : this(parameters, () => { })
    {
    }

    /// <summary>The same, with what gives the parameters their first values, at the first look at one.</summary>
    internal ParameterVector(IReadOnlyList<Parameter<T>> parameters, Action start)
    {
        (Parameters, _start) = (parameters, start);
        if (parameters.Distinct().Count() != parameters.Count)
            ShapeGuard.WrongOrder("Model", "a layer with parameters stands in it twice. Make a second layer, or share none.");
        long length = parameters.Sum(p => (long)Rounded(p.Shape.Length));
        if (length > Array.MaxLength) ShapeGuard.TooManyElements([int.MaxValue]);
        ParameterLimit.Check(parameters.Sum(p => (long)p.Shape.Length));
        Shape = new((int)length);
        Gradients = new(Shape);
        int offset = 0;
        foreach (Parameter<T> parameter in parameters)
        {
            int next = offset + Rounded(parameter.Shape.Length);
            parameter.MoveTo(this, offset);
            offset = next;
        }
    }

    /// <summary>The parameters, in the order of the vector.</summary>
    public IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <summary>The numbers of all parameters.</summary>
    public Tensor<T> Values
    {
        get
        {
            Start();
            return _values!;
        }
    }

    /// <summary>How many numbers these are, filling counted.</summary>
    internal Shape Shape { get; }

    /// <summary>Whether they have their memory and their first values.</summary>
    internal bool IsStarted => _isStarted;

    /// <summary>Whether a parameter may show the numbers that it has: these, or such as are lent to it.</summary>
    /// <remarks>To other threads only when all have theirs: who looks meanwhile waits.</remarks>
    internal bool IsOpen => _isStarted || _looking.IsHeldByCurrentThread;

    /// <summary>Their gradients, place by place.</summary>
    public Tensor<T> Gradients { get; }

    /// <summary>How many numbers all parameters hold, filling not counted.</summary>
    public long ParameterCount => Parameters.Sum(p => (long)p.Shape.Length);

    /// <summary>Takes memory for the values and gives them their first ones, if nobody has looked before.</summary>
    internal void Start()
    {
        if (_isStarted) return;
        lock (_looking)
        {
            if (_values is not null) return;                                 // what starts them looks, too
            var values = new Tensor<T>(Shape);
            foreach (Parameter<T> parameter in Parameters) parameter.MoveInto(values);
            _values = values;
            _start();
            _isStarted = true;
        }
    }

    /// <summary>Lets this thread lend numbers to one parameter after the other, up to <see cref="EndLending"/>. Whoever else comes to look
    /// waits.</summary>
    internal void BeginLending() => _looking.Enter();

    /// <summary>After <see cref="BeginLending"/>.</summary>
    internal void EndLending() => _looking.Exit();

    /// <summary>Sets all gradients to zero.</summary>
    public void ZeroGrad() => Gradients.Span.Clear();

    /// <summary>Shrinks the gradient of all parameters that are not frozen to a length, if it is longer.</summary>
    /// <remarks>As PyTorch's clip_grad_norm_. The sum of squares is taken in double, parameter by parameter in order. A gradient whose
    /// length is not finite is left as it is: there is no telling what to shrink.</remarks>
    /// <param name="longest">The largest length (root of the sum of squares).</param>
    /// <returns>The length before.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative or not finite.</exception>
    public double ClipGradientNorm(double longest)
    {
        ShapeGuard.Finite("ParameterVector", longest, 0);
        double sum = 0;
        for (int i = 0; i < Parameters.Count; i++)                           // every step comes by: no enumerator
            if (!Parameters[i].Frozen) sum += SumOfSquares(Parameters[i].Gradient.Span);
        double norm = Math.Sqrt(sum);
        if (!double.IsFinite(norm) || norm <= longest) return norm;
        T factor = T.CreateTruncating(longest / (norm + 1e-6));
        for (int i = 0; i < Parameters.Count; i++)
            if (!Parameters[i].Frozen) Parameters[i].Gradient.Scale(factor);
        return norm;
    }

    /// <summary>Cuts every number of the gradient to a magnitude. As PyTorch's clip_grad_value_.</summary>
    /// <param name="largest">The largest magnitude.</param>
    /// <exception cref="ArgumentOutOfRangeException">The magnitude is negative or not finite.</exception>
    public void ClipGradientValue(double largest)
    {
        ShapeGuard.Finite("ParameterVector", largest, 0);
        T limit = T.CreateTruncating(largest);
        for (int i = 0; i < Parameters.Count; i++)
            if (!Parameters[i].Frozen) TensorPrimitives.Clamp(Parameters[i].Gradient.Span, -limit, limit, Parameters[i].Gradient.Span);
    }

    internal static double SumOfSquares(ReadOnlySpan<T> values)
    {
        Span<double> some = stackalloc double[256];
        double sum = 0;
        for (int start = 0; start < values.Length; start += some.Length)
        {
            ReadOnlySpan<T> next = values.Slice(start, Math.Min(some.Length, values.Length - start));
            TensorPrimitives.ConvertTruncating(next, some);
            sum += TensorPrimitives.SumOfSquares<double>(some[..next.Length]);
        }
        return sum;
    }

    private static int Rounded(int length) => (length + Alignment - 1) / Alignment * Alignment;
}
