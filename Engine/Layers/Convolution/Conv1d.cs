using System.Numerics;
using Scratch.Kernels;

namespace Scratch.Layers;

/// <summary>Slides <c>outChannels</c> learned windows along every row of numbers, such as a sound: a <see cref="Conv2d{T}"/> over images of height
/// 1.</summary>
/// <remarks>Input [inC, L], weight [outC, inC/groups, k], bias [outC], output [outC, oL] an image; sizes as for <see cref="Conv2d{T}"/>.</remarks>
public sealed class Conv1d<T> : Conv2d<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A convolution in PyTorch's words and defaults.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="kernelSize">Numbers of a window in one channel.</param>
    /// <param name="stride">Numbers from one window to the next.</param>
    /// <param name="padding">Numbers added at the start, and at the end if nothing else is said.</param>
    /// <param name="dilation">Numbers from one element of the window to the next.</param>
    /// <param name="groups">Into how many independent groups the channels are divided.</param>
    /// <param name="bias">Whether there is one.</param>
    /// <param name="paddingMode">What the added numbers hold.</param>
    /// <param name="endPadding">Numbers added at the end: 0, with a padding of dilation·(k - 1), for windows that see only what came before.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, the padding negative, or the groups do not divide both channels.</exception>
    public Conv1d(int inChannels, int outChannels, int kernelSize, int stride = 1, int padding = 0, int dilation = 1, int groups = 1, bool bias =
        true,
        PaddingMode paddingMode = PaddingMode.Zeros, int? endPadding = null)
        : base(isRow: true, inChannels, outChannels, (1, kernelSize), (1, stride), (padding, endPadding ?? padding, 0, 0), (1, dilation), groups,
            bias, paddingMode)
    {
    }
}
