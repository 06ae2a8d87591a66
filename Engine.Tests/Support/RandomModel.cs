using System.Numerics;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Tests.Support;

/// <summary>Models whose every number is random, running statistics too: ones and zeros would hide swapped indices and left-out terms.</summary>
public static class RandomModel
{
    /// <summary>A model of these modules with seeded numbers; the same seed gives the same numbers in float and in double.</summary>
    public static Sequential<T> Of<T>(long seed, IReadOnlyList<Module<T>> modules, int threads = 1, SimdWidth? width = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var model = new Sequential<T>(modules) { Threads = threads, Width = width ?? Processor.Widest };
        Fill(model, seed);
        return model;
    }

    /// <summary>Parameters uniform in ±0.8, running means in ±0.5, running variances and counts in 0.5 to 1.5.</summary>
    public static void Fill<T>(Model<T> model, long seed) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (Parameter<T> parameter in model.ParameterVector.Parameters)
            RandomTensors.Values<T>(parameter.Value.Length, seed++, -0.8, 0.8).CopyTo(parameter.Value.Span);
        long bufferSeed = 1000;
        foreach (StateBuffer<T> buffer in model.Layers.SelectMany(layer => layer.Buffers).Where(buffer => !buffer.IsCount))
        {
            var (low, high) = buffer.Name is "running_var" or "count" ? (0.5, 1.5) : (-0.5, 0.5);
            RandomTensors.Values<T>(buffer.Value.Length, bufferSeed++, low, high).CopyTo(buffer.Value.Span);
        }
    }
}
