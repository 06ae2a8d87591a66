using System.Numerics;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Tests.Vectors;

/// <summary>The normalisations of each image by itself, with vectors of every width.</summary>
internal static class NormReplays<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void LayerNorm(Replay<T> replay)
    {
        int[] sizes = [.. replay.File.Text("normalized_shape").Split(',').Select(int.Parse)];
        Norm(replay, (eps, affine) => new LayerNorm<T>(new Shape(sizes), eps, affine));
    }

    public static void GroupNorm(Replay<T> replay)
    {
        int groups = replay.File.WholeNumber("groups"), channels = replay.Get("x").Shape[1];
        Norm(replay, (eps, affine) => new GroupNorm<T>(groups, channels, eps, affine));
    }

    public static void InstanceNorm(Replay<T> replay)
    {
        int channels = replay.Get("x").Shape[1];
        Norm(replay, (eps, affine) => new InstanceNorm2d<T>(channels, eps, affine));
    }

    private static void Norm(Replay<T> replay, Func<double, bool, ImageNorm<T>> make)
    {
        Tensor<T>? gamma = replay.GetIfThere("gamma"), beta = replay.GetIfThere("beta");
        foreach (SimdWidth width in Enum.GetValues<SimdWidth>())
        {
            string by = $" ({width})";
            ImageNorm<T> layer = make(replay.File.Number("eps"), gamma is not null);
            var model = new Sequential<T>(layer) { Width = width };
            gamma?.Span.CopyTo(layer.Weight!.Value.Span);
            beta?.Span.CopyTo(layer.Bias!.Value.Span);
            replay.Forward("y", model.Forward(replay.Get("x")), by);
            replay.Backward("dx", model.Backward(replay.Get("dy")), by);
            if (layer.Weight is null) continue;
            replay.Backward("dgamma", layer.Weight.Gradient, by);
            replay.Backward("dbeta", layer.Bias!.Gradient, by);
        }
    }
}
