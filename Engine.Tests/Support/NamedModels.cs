using System.Numerics;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Tests.Support;

/// <summary>The named models for tests that go through all of them.</summary>
internal static class NamedModels
{
    /// <summary>All but the large ones, of which what every model is asked takes minutes: <c>TorchvisionModelTests</c> asks them what is their
    /// own. And but for <c>resnet9-wide</c>, which is <c>resnet9</c> with other numbers.</summary>
    public static IEnumerable<string> Small { get; } = ModelCatalog.Names.Except([.. ModelCatalog.Large, "resnet9-wide"]);

    /// <summary>MNIST's size, but smaller for a model that would take minutes without vector instructions: [1, H, W].</summary>
    public static Shape Image(string model) => model switch
    {
        "wide" => new(1, 4, 4),
        "deep" => new(1, 8, 8),
        "mobilenet-mini" => new(1, 12, 12),
        "resnet9" => new(1, 9, 8),
        "densenet-mini" or "unet-mini" => new(1, 8, 4),
        _ => new(1, 28, 28),
    };

    /// <summary>A model of ten classes.</summary>
    public static Model<T> Build<T>(string name, int threads, Shape? image = null) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Model<T> model = ModelCatalog.Build<T>(name, image ?? Image(name), 10);
        model.Threads = threads;
        return model;
    }

    /// <summary>The same at a width of vectors.</summary>
    public static Sequential<T> Build<T>(string name, SimdWidth width, Shape image) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new((Module<T>)ModelCatalog.Build<T>(name, image, 10)) { Width = width };
}
