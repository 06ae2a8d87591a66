using CsCheck;
using Scratch.Kernels;

namespace Scratch.Tests.Kernels;

/// <summary>Random convolutions for CsCheck, which makes a failing one smaller and prints the seed that repeats it.</summary>
internal static class ConvolutionGen
{
    private static Gen<WindowAxis> Axis(PaddingMode mode) =>
        Gen.Select(Gen.Int[1, 8], Gen.Int[1, 4], Gen.Int[1, 3], Gen.Int[0, 3], Gen.Int[1, 3], Gen.Int[-3, 3], (input, kernel, stride, padding,
            dilation, extra) =>
            Possible(new(input, kernel, stride, padding, dilation, mode, ExtraPadding: extra)));

    /// <summary>Up to three groups of up to three channels, every padding mode, one to three images.</summary>
    public static Gen<ConvolutionCase> Case { get; } =
        Gen.Select(Gen.Enum<PaddingMode>(), Gen.Int[1, 3], Gen.Int[1, 3], Gen.Int[1, 3], Gen.Int[1, 3], Gen.Bool).SelectMany(
            (mode, groups, inputs, outputs, images, bias) => Gen.Select(Axis(mode), Axis(mode), (rows, columns) =>
                new ConvolutionCase("random", new(groups * inputs, groups * outputs, rows, columns, groups), images, bias)));

    /// <summary>What a case holds, for the report of a failure.</summary>
    public static string Print(ConvolutionCase which) => $"{which.Geometry}, {which.Images} images{(which.Bias ? "" : ", no bias")}";

    // No more padding than the mode can make, and an image on which the window fits.
    private static WindowAxis Possible(WindowAxis axis)
    {
        int most = axis.Mode switch { PaddingMode.Reflect => axis.Input - 1, PaddingMode.Circular => axis.Input, _ => int.MaxValue };
        int start = Math.Min(axis.Padding, most), end = Math.Clamp(axis.EndPadding, axis.Mode == PaddingMode.Zeros ? -2 : 0, most);
        return axis with { Padding = start, ExtraPadding = end - start, Input = Math.Max(axis.Input, (int)axis.Span - start - end) };
    }
}
