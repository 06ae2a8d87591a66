namespace Scratch.Kernels;

/// <summary>What of a convolution is computed.</summary>
internal enum Conv2dDirection
{
    /// <summary>The output, bias included.</summary>
    Forward,

    /// <summary>The gradient of the input.</summary>
    BackwardInput,

    /// <summary>The gradients of weight and bias.</summary>
    BackwardWeight,
}
