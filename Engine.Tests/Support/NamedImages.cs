using Scratch.Tensors;

namespace Scratch.Tests.Support;

/// <summary>Images for tests of every named model: MNIST's size, but smaller for a model that would take minutes without vector instructions.</summary>
internal static class NamedImages
{
    /// <summary>[1, H, W].</summary>
    public static Shape Of(string model) => model switch
    {
        "wide" => new(1, 4, 4),
        "deep" => new(1, 8, 8),
        "mobilenet-mini" => new(1, 12, 12),
        "resnet9" => new(1, 9, 8),
        _ => new(1, 28, 28),
    };
}
