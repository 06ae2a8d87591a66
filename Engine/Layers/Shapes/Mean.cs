using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>The mean over the channels, the rows, the columns, or several of them.</summary>
/// <remarks>Input [C, H, W] an image (or [C, W], or [C], which have no rows, no pixels); the axes that are averaged go, or stay with size 1:
/// PyTorch's <c>x.mean(dim, keepdim)</c>.</remarks>
public sealed class Mean<T> : Layer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PerShape<AveragePlan<T>>? _plans;                        // none over channels alone

    /// <summary>A mean over some axes.</summary>
    /// <param name="axes">Which: for example <c>ImageAxes.Rows | ImageAxes.Columns</c>.</param>
    /// <param name="keepDim">Whether they stay, with size 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is none, or one that is not of an image.</exception>
    public Mean(ImageAxes axes, bool keepDim = false)
    {
        if (axes is <= ImageAxes.None or > (ImageAxes.Channels | ImageAxes.Rows | ImageAxes.Columns))
            throw new ArgumentOutOfRangeException(nameof(axes), axes,
                $"{TypeName}: axes is {axes}, must be one or several of Channels, Rows and Columns.");
        (Axes, KeepDim) = (axes, keepDim);
        if (axes != ImageAxes.Channels) _plans = new(input => AveragePlan<T>.Adaptive(Height(input), Width(input),
            (Has(ImageAxes.Rows) ? 1 : Height(input), Has(ImageAxes.Columns) ? 1 : Width(input))));
    }

    /// <summary>What is averaged over.</summary>
    public ImageAxes Axes { get; }

    /// <summary>Whether these axes stay, with size 1.</summary>
    public bool KeepDim { get; }

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Nothing;

    private bool OverPixels => _plans is not null;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        int least = Has(ImageAxes.Rows) ? 3 : Has(ImageAxes.Columns) ? 2 : 1;
        if (input.Rank < least || input.Rank > 3 || input.Length == 0)
            ShapeGuard.Mismatch(Who, $"input of one image is {input}, a mean over {Axes} needs {least} to 3 axes (C, H, W), none of them empty.",
                new Shape(new int[least]), input);
        Span<int> sizes = stackalloc int[3];
        int count = 0;
        for (int axis = 0; axis < input.Rank; axis++)
        {
            ImageAxes which = axis == 0 ? ImageAxes.Channels : axis == input.Rank - 1 ? ImageAxes.Columns : ImageAxes.Rows;
            if (!Has(which)) sizes[count++] = input[axis];
            else if (KeepDim) sizes[count++] = 1;
        }
        return new(sizes[..count]);
    }

    /// <inheritdoc/>
    /// <remarks>Over channels alone every pixel stays where it is.</remarks>
    public override (WindowAxis Rows, WindowAxis Columns)? SpreadWindow(Shape input) =>
        !OverPixels && KeepDim && input.Rank == 3 ? (new(input[1], 1), new(input[2], 1)) : null;

    /// <inheritdoc/>
    /// <remarks>Where rows become the first axis and columns the second, a mean channels-last would have to exchange them.</remarks>
    public override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => layout == Layout.Lanes || KeepDim || OverPixels || inputs[0].Rank < 3;

    /// <inheritdoc/>
    public override long TableBytes(LayerSite site) => _plans?.For(site.Input).Bytes ?? 0;

    /// <inheritdoc/>
    // Without channels rows are the first axis, and pixels no longer what they were.
    public override Division DivisionAt(LayerSite site) => !OverPixels && KeepDim ? Division.Pixels
        : Has(ImageAxes.Channels) && site.Layout == Layout.Lanes ? Division.None : Division.Planes;

    /// <inheritdoc/>
    /// <remarks>The mean over the channels, if one over pixels follows.</remarks>
    public override int ScratchLength<V>(Shape input) => Has(ImageAxes.Channels) && OverPixels ? Height(input) * Width(input) * Lanes.Count : 0;

    /// <inheritdoc/>
    public override void Forward<V>(in Pass<T> pass)
    {
        ReadOnlySpan<T> input = pass.Input;
        Extent extent = pass.InputExtent;
        if (Has(ImageAxes.Channels))
        {
            int channels = pass.InputShape[0];
            Extent one = OneChannel(pass);
            Span<T> mean = (OverPixels ? pass.Scratch : pass.Output)[..one.Numbers];
            input = input[..(mean.Length * channels)];
            if (pass.Layout == Layout.Lanes) ChannelMean.OfLanes<V, T>(channels, input, mean, First(pass), End(pass));
            else ChannelMean.OfPixels<V, T>(channels, input, mean);
            input = mean;
            extent = one;
        }
        if (_plans is null) return;
        AveragePlan<T> plan = _plans.For(pass.InputShape);
        Pool2d.Average<V, T>(plan.Table, plan.Shares, extent.InPixels, input, pass.Output);
    }

    /// <inheritdoc/>
    public override void Backward<V>(in Pass<T> pass)
    {
        if (pass.GradInput.IsEmpty) return;
        bool overChannels = Has(ImageAxes.Channels);
        Extent extent = overChannels ? OneChannel(pass) : pass.InputExtent;
        int length = extent.Numbers;
        ReadOnlySpan<T> gradient = pass.GradOutput;
        if (_plans is not null)
        {
            AveragePlan<T> plan = _plans.For(pass.InputShape);
            Span<T> back = overChannels ? pass.Scratch[..length] : pass.GradInput;
            Pool2d.AverageBackward<V, T>(plan.Table, plan.Shares, extent.InPixels, gradient, [], back);
            gradient = back;
        }
        if (!overChannels) return;
        int channels = pass.InputShape[0];
        Span<T> gradInput = pass.GradInput[..(length * channels)];
        if (pass.Layout == Layout.Lanes) ChannelMean.BackwardOfLanes(channels, gradient[..length], gradInput, First(pass), End(pass));
        else ChannelMean.BackwardOfPixels(channels, gradient[..length], gradInput);
    }

    private static Extent OneChannel(in Pass<T> pass)
    {
        Extent all = pass.InputExtent;
        return pass.Layout == Layout.Lanes ? all with { Planes = 1 } : all with { Pitch = 1 };
    }

    // The numbers of a plane of lanes to be done.
    private static int First(in Pass<T> pass) => pass.FirstPixel * Lanes.Count;

    private int End(in Pass<T> pass) => OverPixels || !KeepDim ? pass.InputExtent.PlaneLength : (pass.FirstPixel + pass.PixelCount) * Lanes.Count;

    private bool Has(ImageAxes axis) => (Axes & axis) != 0;

    private static int Height(Shape input) => input.Rank == 3 ? input[1] : 1;

    private static int Width(Shape input) => input.Rank > 1 ? input[^1] : 1;
}
