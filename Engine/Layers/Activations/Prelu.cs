using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>x where it is positive, else weight · x, with a weight that is learned: one for all numbers, or one a channel.</summary>
/// <remarks>
/// Input [C, ...], weight [1] or [C]. dx = dy where x is positive, else weight · dy; dweight = the sum of x · dy where x is not positive.
/// Source: He et al., "Delving deep into rectifiers", 2015.
/// </remarks>
public sealed class Prelu<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Parameter<T> _weight;

    /// <summary>With PyTorch's words and defaults.</summary>
    /// <param name="numParameters">1, or the channels.</param>
    /// <param name="init">Where the weights start.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no weight, or init is not finite.</exception>
    public Prelu(int numParameters = 1, double init = 0.25)
    {
        ShapeGuard.Positive(TypeName, numParameters);
        ShapeGuard.Finite(TypeName, init, double.MinValue);
        (NumParameters, Init) = (numParameters, init);
        _weight = new("weight", new Tensor<T>(new Shape(numParameters)).Fill(T.CreateTruncating(init)));
        Parameters = [_weight];
    }

    /// <summary>1, or the channels.</summary>
    public int NumParameters { get; }

    /// <summary>Where the weights start.</summary>
    public double Init { get; }

    /// <summary>[1] or [C].</summary>
    public Parameter<T> Weight => _weight;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Input;

    /// <inheritdoc/>
    public override OutputMemory OutputMemory => OutputMemory.MayReplaceInput;

    private bool IsPerChannel => NumParameters > 1;

    /// <inheritdoc/>
    public override bool IsActivation => true;

    /// <inheritdoc/>
    public override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

    /// <inheritdoc/>
    // Threads never add to one weight's gradient at once.
    public override Division DivisionAt(LayerSite site) => (IsPerChannel, site.Layout, site.Backward) switch
    {
        (true, Layout.Lanes, _) => Division.Planes,
        (true, _, false) => Division.Pixels,
        (false, _, false) => Division.Anywhere,
        _ => Division.None,
    };

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        int channels = input.Rank == 0 ? 0 : input[0];
        if (IsPerChannel && channels != NumParameters)
            ShapeGuard.Mismatch(Who, $"input of one image {input} has {channels} channels, weight takes {NumParameters}. Give it as many, "
                + "or one for all.", new Shape(NumParameters), input);
        return input;
    }

    /// <inheritdoc/>
    public override void Initialize(Initialization initialization, RandomGenerator random) => _weight.Value.Fill(T.CreateTruncating(Init));

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass)
    {
        ReadOnlySpan<T> weight = pass.Values(_weight);
        if (IsPerChannel) LearnedSlope.Forward<V, T>(pass.InputExtent.InPixels, OfPlanes(weight, pass), IsPerNumber(pass), pass.Input, pass.Output);
        else LearnedSlope.Forward<V, T>(pass.Input.Length, weight[0], pass.Input, pass.Output);
    }

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        ReadOnlySpan<T> weight = pass.Values(_weight);
        Span<T> gradWeight = pass.Wants(_weight) ? pass.Gradient(_weight) : [];
        if (IsPerChannel)
        {
            LearnedSlope.Backward<V, T>(pass.InputExtent.InPixels, OfPlanes(weight, pass), IsPerNumber(pass), pass.Input, pass.GradOutput,
                pass.GradInput, OfPlanes(gradWeight, pass));
            return;
        }
        LearnedSlope.Backward<V, T>(pass.InputExtent.Numbers, weight[0], pass.Input, pass.GradOutput, pass.GradInput, gradWeight);
    }

    private static bool IsPerNumber(in Pass<T> pass) => pass.Layout == Layout.ChannelsLast;

    private static ReadOnlySpan<T> OfPlanes(ReadOnlySpan<T> weight, in Pass<T> pass) => IsPerNumber(pass) || weight.IsEmpty ? weight
        : weight[pass.FirstPlane..];

    private static Span<T> OfPlanes(Span<T> weight, in Pass<T> pass) => IsPerNumber(pass) || weight.IsEmpty ? weight : weight[pass.FirstPlane..];
}
