using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Book.Chapters;

/// <summary>The image and the window that several chapters work through by pencil: small whole numbers.</summary>
internal static class PencilExample
{
    /// <summary>Pixels of a side of the image, and weights of a side of the window.</summary>
    public const int Side = 3, Kernel = 2;

    /// <summary>The image [3, 3].</summary>
    public static double[] Image { get; } = [1, 3, 2, 4, 0, 5, 2, 6, 1];

    /// <summary>The window [2, 2].</summary>
    public static double[] Weight { get; } = [2, -1, 1, 3];

    /// <summary>What is added to every sum.</summary>
    public static double Bias => 1;

    /// <summary>All sizes.</summary>
    public static Conv2dGeometry Geometry { get; } = new(1, 1, new(Side, Kernel), new(Side, Kernel));

    /// <summary>Pixels of a side of the output.</summary>
    public static int Out => Geometry.Rows.Output;

    /// <summary>The image as the layers take it, [1, 1, 3, 3].</summary>
    public static Tensor<double> Input => new(new(1, 1, Side, Side), Image);

    /// <summary>The layer with these weights.</summary>
    public static Conv2d<double> Layer()
    {
        var layer = new Conv2d<double>(1, 1, Kernel);
        Weight.CopyTo(layer.Weight.Value.Span);
        layer.Bias!.Value.Span[0] = Bias;
        return layer;
    }

    /// <summary>The output [2, 2], by the definition.</summary>
    public static double[] Output()
    {
        double[] output = new double[Out * Out];
        Conv2dNaive.Forward<double>(Geometry, Image, Weight, [Bias], output);
        return output;
    }
}
