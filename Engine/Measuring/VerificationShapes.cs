using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Measuring;

/// <summary>A convolution of some images.</summary>
internal sealed record Conv2dShape(Conv2dGeometry Geometry, int Images)
{
    public override string ToString() =>
        $"{Images}x{Geometry.InChannels}x{Geometry.Rows.Input}x{Geometry.Columns.Input} to {Geometry.OutChannels}, groups {Geometry.Groups}, "
            + $"{VerificationShapes.Text(Geometry.Rows, Geometry.Columns)}";
}

/// <summary>A matrix product [m, k] · [k, n], its operands as they are or transposed.</summary>
internal sealed record ProductShape(int M, int N, int K, bool TransposeA, bool TransposeB)
{
    public override string ToString() => $"{M}x{K}{(TransposeA ? " transposed" : "")} by {K}x{N}{(TransposeB ? " transposed" : "")}";
}

/// <summary>Pooling of some images.</summary>
internal sealed record PoolShape(int Images, int Channels, WindowAxis Rows, WindowAxis Columns, bool CountIncludePad)
{
    public int InputLength => Channels * Rows.Input * Columns.Input;

    public int OutputLength => Channels * Rows.Output * Columns.Output;

    public override string ToString() =>
        $"{Images}x{Channels}x{Rows.Input}x{Columns.Input}, {VerificationShapes.Text(Rows, Columns)}{(CountIncludePad ? ", padding counts" : "")}";
}

/// <summary>Some numbers of each of some images: the pixels of a channel, or the classes of a softmax.</summary>
internal sealed record ChannelShape(int Images, int Length)
{
    public override string ToString() => $"{Images} images, {Length} numbers each";
}

/// <summary>The shapes at which kernels are compared: some that have gone wrong somewhere before, then random ones.</summary>
internal static class VerificationShapes
{
    private static readonly Conv2dShape[] _convolutions =
    [
        new(new(3, 4, new(9, 3, 2, 1, 2), new(5, 2, 2, 1, 2)), 2),           // no two sizes that could be mixed up are equal
        new(new(1, 8, new(28, 5, 2, 2), new(28, 5, 2, 2)), 33), new(new(8, 16, new(14, 3, 2, 1), new(14, 3, 2, 1)), 5),
        new(new(17, 13, new(7, 3, 1, 1), new(6, 3, 1, 1)), 1), new(new(5, 5, new(14, 3, Padding: 1), new(19, 3, Padding: 1), 5), 3),
        new(new(9, 15, new(4, 3, Padding: 1), new(6, 3, 2, 1), 3), 31), new(new(3, 4, new(5, 1, 2), new(7, 1, 3)), 32),
        new(new(2, 4, new(3, 2), new(53, 2)), 4), new(new(4, 5, new(1, 3, Padding: 1), new(1, 3, Padding: 1)), 6),
        .. Enum.GetValues<PaddingMode>().Select(mode => new Conv2dShape(new(3, 4, new(5, 3, 2, 4, 3, mode), new(7, 4, 2, 3, 1, mode)), 3)),
    ];

    private static readonly ProductShape[] _products =
    [
        new(1, 1, 1, false, false), new(10, 32, 512, false, true), new(8, 25, 2000, false, true), new(241, 33, 257, false, false),
        new(5, 2049, 3, true, false), new(12, 32, 256, true, true), new(13, 31, 300, false, false),
    ];

    /// <summary>How many cases have a shape that was chosen.</summary>
    public static int FixedCount => _convolutions.Length;

    /// <summary>Every option of a convolution; up to three blocks' worth of channels' tiles, up to 40 images.</summary>
    public static Conv2dShape Convolution(int number, RandomGenerator random)
    {
        if (number < _convolutions.Length) return _convolutions[number];
        var mode = (PaddingMode)random.NextInt(4);
        int groups = random.NextInt(3) == 0 ? From(2, 4, random) : 1, most = groups == 1 ? 20 : 5;
        return new(new(groups * From(1, most, random), groups * From(1, most, random), Axis(mode, random), Axis(mode, random), groups),
            From(1, random.NextInt(4) == 0 ? 40 : 4, random));
    }

    /// <summary>Windows of 3x3 that move pixel by pixel; images of up to twelve pixels each way, up to 40 channels.</summary>
    public static Conv2dShape Winograd(RandomGenerator random) =>
        new(new(From(1, 40, random), From(1, 40, random), new(From(3, 12, random), 3, Padding: From(0, 3, random)),
            new(From(3, 12, random), 3, Padding: From(0, 3, random))), From(1, 4, random));

    /// <summary>Products of up to 70 rows, columns and terms.</summary>
    public static ProductShape Product(int number, RandomGenerator random) => number < _products.Length
        ? _products[number]
        : new(From(1, 70, random), From(1, 70, random), From(1, 70, random), random.NextInt(2) == 0, random.NextInt(2) == 0);

    /// <summary>Windows that pooling allows: padding is at most half of one.</summary>
    public static PoolShape Pooling(RandomGenerator random)
    {
        bool ceil = random.NextInt(2) == 0;
        return new(From(1, 40, random), From(1, 5, random), PoolAxis(ceil, random), PoolAxis(ceil, random), random.NextInt(2) == 0);
    }

    /// <summary>Up to 300 numbers of up to 32 images.</summary>
    public static ChannelShape Channel(RandomGenerator random) =>
        new(From(1, Lanes.Count, random), From(1, random.NextInt(2) == 0 ? 20 : 300, random));

    /// <summary>The window in words.</summary>
    public static string Text(WindowAxis rows, WindowAxis columns) =>
        $"kernel {rows.Kernel}x{columns.Kernel}, stride {rows.Stride}x{columns.Stride}, padding {rows.Padding}x{columns.Padding}"
        + $"{(rows.Mode == PaddingMode.Zeros ? "" : $" {rows.Mode}")}, dilation "
            + $"{rows.Dilation}x{columns.Dilation}{(rows.CeilMode ? ", ceil mode" : "")}";

    // No more padding than the mode can make, and an image on which the window fits.
    private static WindowAxis Axis(PaddingMode mode, RandomGenerator random)
    {
        int input = From(1, 12, random), kernel = From(1, 5, random), dilation = From(1, 3, random), most = mode switch
        {
            PaddingMode.Reflect => input - 1,
            PaddingMode.Circular => input,
            _ => 3,
        };
        var axis = new WindowAxis(input, kernel, From(1, 3, random), Math.Min(random.NextInt(4), most), dilation, mode);
        return axis with { Input = Math.Max(input, (int)axis.Span - 2 * axis.Padding) };
    }

    private static WindowAxis PoolAxis(bool ceil, RandomGenerator random)
    {
        int kernel = From(1, 4, random);
        var axis = new WindowAxis(From(1, 12, random), kernel, From(1, 3, random), random.NextInt(kernel / 2 + 1), CeilMode: ceil);
        return axis with { Input = Math.Max(axis.Input, (int)axis.Span - 2 * axis.Padding) };
    }

    private static int From(int least, int most, RandomGenerator random) => least + random.NextInt(most - least + 1);
}
