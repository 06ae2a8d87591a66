using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Models;

namespace Scratch.Cli;

/// <summary>One layer, in words and numbers; the fields of <see cref="LayerSummary"/> with shapes as lists.</summary>
internal sealed record LayerReport(
    string Path, string Type, IReadOnlyList<int> Output, string SizeFormula, long Weights, long Biases, long LessonCount, long MultiplyAdds,
    int Inputs, int Outputs, double? Ratio, string RankRemark, Size2? ReceptiveField, Size2? Jump)
{
    /// <summary>The layers whose outputs it reads, by number; -1 for the model's input.</summary>
    public IReadOnlyList<int> Reads { get; init; } = [];
}

/// <summary>Predicted bytes of a training step, see <see cref="MemoryPrediction"/>.</summary>
internal sealed record MemoryReport(int BatchSize, int Threads, long Parameters, long Gradients, long Activations, long Working, long Tables,
    long Total);

/// <summary>One weight and how large a recipe makes it; the fields of <see cref="WeightReport"/>.</summary>
internal sealed record WeightLine(string Name, string Type, IReadOnlyList<int> Shape, int FanIn, int FanOut, double Expected, double Deviation);

/// <summary>What <c>summary</c> prints, as a table or as JSON.</summary>
internal sealed record SummaryReport(
    string Model, string Description, IReadOnlyList<int> Input, IReadOnlyList<LayerReport> Layers, long Weights, long Biases, long Parameters,
        long LessonCount,
    long MultiplyAdds, MemoryReport Memory)
{
    /// <summary>The recipe that <see cref="InitialWeights"/> followed, if one was asked for.</summary>
    public string? Init { get; init; }

    /// <summary>The weights as the recipe drew them.</summary>
    public IReadOnlyList<WeightLine>? InitialWeights { get; init; }

    /// <summary>Gathers it.</summary>
    public static SummaryReport Of(string name, string description, Model<float> model, ModelSummary summary) => new(
        name, description, summary.Inputs[0].Sizes.ToArray(),
        [.. summary.Layers.Select(layer => new LayerReport(
            layer.Path, layer.Type, layer.OutputShape.Sizes.ToArray(), layer.SizeFormula, layer.Weights, layer.Biases, layer.LessonCount,
                layer.MultiplyAdds,
            layer.Inputs, layer.Outputs, layer.Outputs == 0 ? null : layer.Ratio, layer.RankRemark, layer.ReceptiveField,
                layer.Jump) { Reads = layer.Reads })],
        summary.Weights, summary.Biases, summary.Weights + summary.Biases, summary.LessonCount, summary.MultiplyAdds,
        new(summary.BatchSize, model.Threads, summary.Memory.Parameters, summary.Memory.Gradients, summary.Memory.Activations,
            summary.Memory.Working, summary.Memory.Tables, summary.Memory.Total));

    /// <summary>The same, with the weights of a model started by a recipe, from seed 0.</summary>
    public SummaryReport WithWeights(Model<float> model, string init)
    {
        Initialization recipe = SharedOptions.Initializations[init];
        model.Initialize(recipe, seed: 0);
        return this with
        {
            Init = init,
            InitialWeights = [.. WeightReport.Of(model).Select(row => new WeightLine(row.Name, row.Type, row.Shape.Sizes.ToArray(), row.Fans.In,
                row.Fans.Out,
                row.ExpectedDeviation(recipe), row.Deviation))],
        };
    }
}
