using System.Numerics;

namespace Scratch.Layers;

/// <summary>The largest number under each window of a row: a <see cref="MaxPool2d{T}"/> over images of height 1.</summary>
/// <remarks>Input [C, L], output [C, oL] an image.</remarks>
public sealed class MaxPool1d<T> : MaxPool2d<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Max pooling in PyTorch's words and defaults: the stride is the window unless given.</summary>
    /// <param name="kernelSize">Numbers of a window.</param>
    /// <param name="stride">Numbers from one window to the next.</param>
    /// <param name="padding">Numbers added at the start, and at the end if nothing else is said; they never win.</param>
    /// <param name="dilation">Numbers from one element of the window to the next.</param>
    /// <param name="ceilMode">Whether a last window may hang over the end.</param>
    /// <param name="endPadding">Numbers added at the end.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the padding more than half a window.</exception>
    public MaxPool1d(int kernelSize, int? stride = null, int padding = 0, int dilation = 1, bool ceilMode = false, int? endPadding = null)
        : base(isRow: true, (1, kernelSize), (1, stride ?? kernelSize), (padding, endPadding ?? padding, 0, 0), (1, dilation), ceilMode)
    {
    }
}
