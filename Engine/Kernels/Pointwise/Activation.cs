using System.Numerics;
using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary>Which activation a kernel applies to its results before it writes them.</summary>
internal enum ActivationKind
{
    None,
    Relu,
    LeakyRelu,
    Relu6,
    Sigmoid,
    Tanh,
    Silu,
    Gelu,
    GeluTanh,
    Hardswish,
}

/// <summary>An activation as data, as layers hand it on; a kernel turns it into a type, once, before its loops.</summary>
/// <param name="Kind">Which one.</param>
/// <param name="Slope">Of a leaky one: what negative values are multiplied by; not negative itself.</param>
internal readonly record struct Activation<T>(ActivationKind Kind, T Slope = default) where T : unmanaged, INumber<T>
{
    /// <summary>Whether there is one.</summary>
    public bool IsSome => Kind != ActivationKind.None;

    /// <summary>Whether it only compares and selects: so cheap that the innermost loops of a convolution have room for it.</summary>
    public bool IsRectifier => Kind is ActivationKind.Relu or ActivationKind.LeakyRelu or ActivationKind.Relu6;

    /// <summary>Whether all it does is to raise what is below 0 to that, and perhaps to lower what is above 6.</summary>
    public bool IsClamp => Kind is ActivationKind.Relu or ActivationKind.Relu6;

    /// <summary>Between what numbers a clamp keeps its results; without any activation they may be anything.</summary>
    public (T Least, T Most) Bounds => (IsClamp ? T.Zero : T.CreateSaturating(double.NegativeInfinity),
        Kind == ActivationKind.Relu6 ? T.CreateTruncating(6) : T.CreateSaturating(double.PositiveInfinity));

    /// <summary>Whether its gradient can be told from its output, so that training need not keep its input.</summary>
    public bool GradientFromOutput => IsRectifier || Kind is ActivationKind.Sigmoid or ActivationKind.Tanh;

    /// <summary>Does a job with the activation as a type: the only place that knows all of them.</summary>
    public void Do<J>(ref J job) where J : struct, IActivationJob<T>
    {
        switch (Kind)
        {
            case ActivationKind.None: job.With<Identity<T>>(default); break;
            case ActivationKind.Relu: job.With<Rectifier<T>>(default); break;
            case ActivationKind.LeakyRelu: job.With<LeakyRectifier<T>>(new(Slope)); break;
            case ActivationKind.Relu6: job.With<Rectifier6<T>>(default); break;
            case ActivationKind.Sigmoid: job.With<Mapped<SigmoidFunction<T>, T>>(default); break;
            case ActivationKind.Tanh: job.With<Mapped<TanhFunction<T>, T>>(default); break;
            case ActivationKind.Silu: job.With<Mapped<SiluFunction<T>, T>>(default); break;
            case ActivationKind.Gelu: job.With<Mapped<GeluFunction<T>, T>>(default); break;
            case ActivationKind.GeluTanh: job.With<Mapped<GeluTanhFunction<T>, T>>(default); break;
            default: job.With<Mapped<HardswishFunction<T>, T>>(default); break;
        }
    }
}

/// <summary>An activation as a type: what becomes of every vector of results, still in registers. Without one, nothing is left of the call.</summary>
internal interface IActivation<T> where T : unmanaged
{
    /// <summary>The activated vector.</summary>
    V Of<V>(V x) where V : unmanaged, IVector<V, T>;

    /// <summary>The gradient before the activation, told from the value before it.</summary>
    V Gradient<V>(V x, V gradOutput) where V : unmanaged, IVector<V, T>;

    /// <summary>The same told from the value after it, if <see cref="Activation{T}.GradientFromOutput"/> says that one can.</summary>
    V GradientFromOutput<V>(V y, V gradOutput) where V : unmanaged, IVector<V, T>;
}

/// <summary>A kernel's loops, waiting for the type of the activation.</summary>
internal interface IActivationJob<T> where T : unmanaged
{
    /// <summary>Does the job.</summary>
    void With<A>(A activation) where A : struct, IActivation<T>;
}
