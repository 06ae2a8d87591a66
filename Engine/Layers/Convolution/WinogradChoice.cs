using Scratch.Kernels;

namespace Scratch.Layers;

/// <summary>How large the tiles of a convolution are where it stands, 2 or 4 outputs along an axis, or 0 where it is not computed by Winograd's
/// method.</summary>
/// <param name="Forward">For the outputs.</param>
/// <param name="BackwardInput">For the gradient by the inputs.</param>
/// <param name="BackwardWeight">For the gradient by the weights.</param>
internal sealed record WinogradChoice(int Forward, int BackwardInput, int BackwardWeight)
{
    /// <summary>Nowhere.</summary>
    public static WinogradChoice None { get; } = new(0, 0, 0);

    /// <summary>The one of a direction.</summary>
    public int this[Conv2dDirection direction] => direction switch
    {
        Conv2dDirection.Forward => Forward,
        Conv2dDirection.BackwardInput => BackwardInput,
        _ => BackwardWeight,
    };
}
