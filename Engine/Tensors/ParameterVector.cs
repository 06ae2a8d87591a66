using System.Numerics;

namespace Scratch.Tensors;

/// <summary>All parameters of a model in one vector, and all gradients in
/// another: reducing, stepping, clipping and hashing are one loop each.</summary>
/// <remarks>Every parameter starts on a cache line; the few numbers of filling between two are zero and stay zero.</remarks>
public sealed class ParameterVector<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Alignment = 16;                                        // numbers; 64 bytes of float, 128 of double

    /// <summary>Moves the parameters here, in order, with their values and gradients.</summary>
    /// <exception cref="InvalidOperationException">A parameter comes twice.</exception>
    public ParameterVector(IReadOnlyList<Parameter<T>> parameters)
    {
        Parameters = parameters;
        if (parameters.Distinct().Count() != parameters.Count)
            ShapeGuard.WrongOrder("Model", "a layer with parameters stands in it twice. Make a second layer, or share none.");
        long length = parameters.Sum(p => (long)Rounded(p.Value.Length));
        if (length > Array.MaxLength) ShapeGuard.TooManyElements([int.MaxValue]);
        (Values, Gradients) = (new Tensor<T>(new Shape((int)length)), new Tensor<T>(new Shape((int)length)));
        int offset = 0;
        foreach (Parameter<T> parameter in parameters)
        {
            int next = offset + Rounded(parameter.Value.Length);
            parameter.MoveTo(this, offset);
            offset = next;
        }
    }

    /// <summary>The parameters, in the order of the vector.</summary>
    public IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <summary>The numbers of all parameters.</summary>
    public Tensor<T> Values { get; }

    /// <summary>Their gradients, place by place.</summary>
    public Tensor<T> Gradients { get; }

    /// <summary>How many numbers all parameters hold, filling not counted.</summary>
    public long ParameterCount => Parameters.Sum(p => (long)p.Value.Length);

    /// <summary>Sets all gradients to zero.</summary>
    public void ZeroGrad() => Gradients.Span.Clear();

    private static int Rounded(int length) => (length + Alignment - 1) / Alignment * Alignment;
}
