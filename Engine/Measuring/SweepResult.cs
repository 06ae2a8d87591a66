using Scratch.Kernels;
using Scratch.Layers;

namespace Scratch.Measuring;

/// <summary>One random convolution. The window is square, the images need not be.</summary>
public sealed record SweepShape(
    int Batch, int InChannels, int OutChannels, int Height, int Width, int Kernel, int Stride, int Padding, int Dilation, int Groups)
{
    /// <summary>Its sizes.</summary>
    public Conv2dGeometry Geometry => new(InChannels, OutChannels, new(Height, Kernel, Stride, Padding, Dilation), new(Width, Kernel, Stride, Padding,
        Dilation), Groups);

    /// <summary>For example <c>n8 64→128 28x28 k3 s2 p1 d2 g4</c>; what is 1, or no padding, is left out.</summary>
    public override string ToString() => $"n{Batch} {InChannels}→{OutChannels} {Height}x{Width} "
        + $"k{Kernel}{Part("s", Stride, 1)}{Part("p", Padding, 0)}{Part("d", Dilation, 1)}{Part("g", Groups, 1)}";

    private static string Part(string name, int value, int usual) => value == usual ? "" : $" {name}{value}";
}

/// <summary>How long each algorithm took for one direction of a convolution, and what was chosen.</summary>
/// <param name="Shape">The convolution.</param>
/// <param name="Direction">forward, or backward: both gradients.</param>
/// <param name="Seconds">Of each algorithm that was tried; the naive one only is where it ends soon.</param>
/// <param name="Chosen">What Auto takes for the full blocks and for the rest of the batch, each named once.</param>
/// <param name="ChosenSeconds">How long that took.</param>
public sealed record SweepResult(
    SweepShape Shape, string Direction, IReadOnlyDictionary<ConvolutionAlgorithm, double> Seconds, IReadOnlyList<ConvolutionAlgorithm> Chosen,
        double ChosenSeconds)
{
    /// <summary>The chosen time to the best: 1 at best; below 1 where blocks of one batch go different ways.</summary>
    public double Ratio => ChosenSeconds / Seconds.Values.Min();
}
