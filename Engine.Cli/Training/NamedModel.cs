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
    /// <param name="convolution">How convolutions are computed: a word of <see cref="SharedOptions.Convolutions"/>.</param>
    /// <param name="dropout">The share of the inputs of its last layer that training leaves out.</param>
    /// <param name="mostParameters">How many numbers it may learn: what its file can hold.</param>
    /// <exception cref="ShapeMismatchException">Such images are too small for it.</exception>
    /// <exception cref="UsageException">There is to be dropout, and no linear layer at the end.</exception>
    public static Model<T> Build<T>(string name, Shape input, int classes, int threads, string convolution = "auto", double dropout = 0,
        long mostParameters = long.MaxValue)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        try
        {
            Model<T> model = ModelCatalog.Build<T>(name, input, classes, dropout, mostParameters);
            model.Threads = threads;
            model.UseConvolution(SharedOptions.Convolutions[convolution]);
            return model;
        }
        catch (ArgumentException e) when (dropout > 0 && e is not ShapeMismatchException)
        {
            throw new UsageException($"--{e.Message}");
        }
    }
}
