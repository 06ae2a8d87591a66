using System.Numerics;

namespace Scratch.Layers;

/// <summary>The mean under each window of a row: an <see cref="AvgPool2d{T}"/> over images of height 1.</summary>
/// <remarks>Input [C, L], output [C, oL] an image.</remarks>
public sealed class AvgPool1d<T> : AvgPool2d<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Average pooling in PyTorch's words and defaults: the stride is the window unless given.</summary>
    /// <param name="kernelSize">Numbers of a window.</param>
    /// <param name="stride">Numbers from one window to the next.</param>
    /// <param name="padding">Zeros added at the start, and at the end if nothing else is said.</param>
    /// <param name="ceilMode">Whether a last window may hang over the end.</param>
    /// <param name="countIncludePad">Whether padding counts in the divisor.</param>
    /// <param name="endPadding">Zeros added at the end.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the padding more than half a window.</exception>
    public AvgPool1d(int kernelSize, int? stride = null, int padding = 0, bool ceilMode = false, bool countIncludePad = true, int? endPadding = null)
        : base(isRow: true, (1, kernelSize), (1, stride ?? kernelSize), (padding, endPadding ?? padding, 0, 0), ceilMode, countIncludePad)
    {
    }
}
