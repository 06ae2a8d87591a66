using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Bench;

/// <summary>A named model on a batch of random images.</summary>
/// <param name="Model">Its name in <see cref="ModelCatalog"/>.</param>
/// <param name="Batch">Images.</param>
/// <param name="Passes">How often the multiplications of the forward pass are done: three times in a training step, counting both gradients.</param>
public sealed record ModelCase(string Model, int Batch, int Passes) : ICountedCase
{
    /// <summary>How many classes the models tell apart.</summary>
    internal const int Classes = 10;

    /// <summary>[C, H, W] of an image.</summary>
    internal static Shape Image { get; } = new(1, 28, 28);

    /// <inheritdoc/>
    public long OperationCount { get; } = 2L * Passes * Batch * ModelSummary.Of(Build(Model, 1), Image, Batch).MultiplyAdds;

    /// <summary>The name in tables and filters.</summary>
    public override string ToString() => $"{Model} b{Batch}";

    internal static Model<float> Build(string name, int threads)
    {
        Model<float> model = ModelCatalog.Build<float>(name, Image, Classes);
        model.Threads = threads;
        return model;
    }

    internal Model<float> Build(int threads) => Build(Model, threads);
}
