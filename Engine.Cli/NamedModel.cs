using System.Numerics;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Cli;

/// <summary>Makes models of the catalogue that compute with as many threads as the command line asks for.</summary>
internal static class NamedModel
{
    /// <summary>A model for such images.</summary>
    /// <param name="name">One of <see cref="ModelCatalog.Names"/>.</param>
    /// <param name="input">[C, H, W] of one image.</param>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="threads">How many threads compute.</param>
    /// <exception cref="ShapeMismatchException">Such images are too small for it.</exception>
    public static Sequential<T> Build<T>(string name, Shape input, int classes, int threads) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new(ModelCatalog.Build<T>(name, input, classes).Children) { Threads = threads };
}
