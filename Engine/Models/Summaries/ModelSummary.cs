using System.Numerics;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Models;

/// <summary>What there is to say of one layer, for one image.</summary>
/// <param name="Path">Its place in the model.</param>
/// <param name="Type">What it is called.</param>
/// <param name="OutputShape">[C, H, W] or [features].</param>
/// <param name="SizeFormula">The output-size formula with its numbers; empty for layers that keep sizes, or are told them.</param>
/// <param name="Weights">Numbers it learns, biases left out.</param>
/// <param name="Biases">Biases it learns.</param>
/// <param name="LessonCount">
/// The weights by the lesson's count: one kernel per output channel, input channels left out (k·k·c_out); all of a linear layer's; 0 for others.
/// It is the true number for the same model with groups = in_channels.
/// </param>
/// <param name="MultiplyAdds">Multiplications with an addition.</param>
/// <param name="Inputs">k·k·c_in, the numbers each output is summed from, c_in counted within a group; 0 for layers without weights.</param>
/// <param name="Outputs">c_out, the numbers made from them, again within a group.</param>
/// <param name="ReceptiveField">Pixels of the model's input that one output depends on; none once a layer has looked at the whole image.</param>
/// <param name="Jump">Pixels of the model's input from one output to the next; none where that is no whole number, after a layer that makes images
/// larger.</param>
public sealed record LayerSummary(
    string Path, string Type, Shape OutputShape, string SizeFormula, long Weights, long Biases, long LessonCount, long MultiplyAdds, int Inputs,
        int Outputs,
    Size2? ReceptiveField, Size2? Jump)
{
    /// <summary>Numbers that a layer learns, biases apart.</summary>
    internal static (long Weights, long Biases) CountParameters<T>(Layer<T> layer) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long biases = layer.Parameters.Where(parameter => parameter.Name == "bias").Sum(parameter => (long)parameter.Shape.Length);
        return (layer.Parameters.Sum(parameter => (long)parameter.Shape.Length) - biases, biases);
    }

    /// <summary>The layers whose outputs it reads, by their places in <see cref="ModelSummary.Layers"/>; -1 for the model's first input, -2 for its
    /// second.</summary>
    public IReadOnlyList<int> Reads { get; init; } = [];

    /// <summary>The row and column of the model's input at which the receptive field of output (0, 0) begins, below 0 in padding; that of output
    /// (y, x) begins y and x times <see cref="Jump"/> further on. None where outputs differ in what they see, after a layer that makes images
    /// larger.</summary>
    public Size2? ReceptiveStart { get; init; }

    /// <summary>How hard the layer is made to choose: inputs per output. Near 1 the calculation is wasted, nothing needs to be condensed.</summary>
    public double Ratio => Outputs == 0 ? 0 : (double)Inputs / Outputs;

    /// <summary>What follows from fewer inputs than outputs: so many linear functions of so few numbers depend on each other.</summary>
    public string RankRemark => Outputs > Inputs && Inputs > 0
        ? $"rank at most {Inputs}: at least {Outputs - Inputs} of {Outputs} outputs are combinations of the others"
        : "";
}

/// <summary>Bytes that training takes, as planned: what the engine allocates for a model, beside the data and what the optimiser remembers.</summary>
/// <param name="Parameters">Of the parameters.</param>
/// <param name="Gradients">Of the parameters' gradients: the model's, and those of every group of blocks.</param>
/// <param name="Activations">Of the layers' values: of a block per thread, or of all blocks where a layer needs the whole batch.</param>
/// <param name="Working">Of the gradients that go from layer to layer, of what layers borrow, and of the statistics of a batch.</param>
/// <param name="Tables">Of what layers know of their windows: who reads which pixels.</param>
public readonly record struct MemoryPrediction(long Parameters, long Gradients, long Activations, long Working, long Tables)
{
    /// <summary>All together.</summary>
    public long Total => Parameters + Gradients + Activations + Working + Tables;
}

/// <summary>A model layer by layer: sizes, counts and memory, all asked of the layers themselves.</summary>
/// <param name="Inputs">[C, H, W] of one image, for each of the model's inputs.</param>
/// <param name="Layers">In the order in which they run.</param>
/// <param name="BatchSize">What the memory is for.</param>
/// <param name="Memory">Of a training step.</param>
public sealed record ModelSummary(IReadOnlyList<Shape> Inputs, IReadOnlyList<LayerSummary> Layers, int BatchSize, MemoryPrediction Memory)
{
    /// <summary>Numbers the model learns, biases left out.</summary>
    public long Weights => Layers.Sum(layer => layer.Weights);

    /// <summary>Biases the model learns.</summary>
    public long Biases => Layers.Sum(layer => layer.Biases);

    /// <summary>Weights by the lesson's count.</summary>
    public long LessonCount => Layers.Sum(layer => layer.LessonCount);

    /// <summary>Multiplications with an addition for one image.</summary>
    public long MultiplyAdds => Layers.Sum(layer => layer.MultiplyAdds);

    /// <summary>A table of the layers, then the memory.</summary>
    public override string ToString() =>
        string.Create(null, $"{SummaryText.Of(this)}\nmemory of a training step of {BatchSize} images: {Memory.Total / 1048576.0:F1} MiB");

    /// <summary>Asks a model of one input about itself.</summary>
    /// <exception cref="ShapeMismatchException">Such images do not fit it.</exception>
    public static ModelSummary Of<T>(Model<T> model, Shape input, int batchSize) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Of(model, batchSize, input);

    /// <summary>Asks a model about itself.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batchSize">What the memory is for.</param>
    /// <param name="inputs">[C, H, W] of one image, for each of its inputs.</param>
    /// <exception cref="ShapeMismatchException">Such images do not fit it.</exception>
    public static ModelSummary Of<T>(Model<T> model, int batchSize, params ReadOnlySpan<Shape> inputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ShapeGuard.Positive(nameof(ModelSummary), batchSize);
        var layers = new List<LayerSummary>();
        LayerGraph<T> graph = model.Graph;
        Shape[] shapes = graph.Shapes(inputs);
        var reach = new (Reach Rows, Reach Columns)?[shapes.Length];         // of every value; none once a layer has looked at the whole image
        for (int i = 0; i < graph.InputCount; i++) reach[i] = (Reach.Input, Reach.Input);
        for (int i = 0; i < model.Layers.Count; i++)
        {
            Layer<T> layer = model.Layers[i];
            int[] reads = graph.InputsOf(i);
            Shape shape = shapes[reads[0]], output = shapes[graph.OutputOf(i)];
            bool joins = reads.Length > 1;
            var (window, spread) = joins ? (null, null) : (layer.Window(shape), layer.SpreadWindow(shape));
            ref (Reach Rows, Reach Columns)? own = ref reach[graph.OutputOf(i)];
            own = reach[reads[0]];
            if (own is var (rows, columns))
            {
                if (window is var (downRows, downColumns)) own = (rows.Through(downRows), columns.Through(downColumns));
                else if (spread is var (upRows, upColumns)) own = Both(rows.Spread(upRows), columns.Spread(upColumns));
                else if (!joins && output != shape && !(layer.OutputMemory == OutputMemory.IsInput && shape.Rank == 1 && output.Rank == 3))
                    own = null;                                              // pooled over the whole image, flattened or mixed by a linear layer
            }
            foreach (int read in reads[1..])
                own = own is var (ownRows, ownColumns) && reach[read] is var (otherRows, otherColumns) ? Both(ownRows.With(otherRows),
                    ownColumns.With(otherColumns)) : null;
            bool says = window is not null || spread is not null || joins;
            layers.Add(Describe(layer, shape, output, says ? own : null) with
            {
                Path = graph.PathOf(i),
                Reads = [.. reads.Select(read => read < graph.InputCount ? -1 - read : read - graph.InputCount)],
            });
        }
        Shape[] images = [.. inputs];
        return new(images, layers, batchSize, model.PredictMemory(images, batchSize, training: true, observed: false));
    }

    private static (Reach Rows, Reach Columns)? Both(Reach? rows, Reach? columns) => rows is not null && columns is not null ? (rows, columns) : null;

    private static LayerSummary Describe<T>(Layer<T> layer, Shape input, Shape output, (Reach Rows, Reach Columns)? reach)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (weights, biases) = LayerSummary.CountParameters(layer);
        var (inputs, outputs) = layer.Sums(input) ?? (0, 0);
        long lesson = layer.Window(input) is var (kernelRows, kernelColumns) && inputs > 0
            ? (long)kernelRows.Kernel * kernelColumns.Kernel * output[0]
            : (long)inputs * outputs;
        Size2? field = null, jump = null, start = null;
        if (reach is var (y, x))
        {
            field = new Size2(y.Field, x.Field);
            if (y.Jump is { } jumpY && x.Jump is { } jumpX) jump = new Size2(jumpY, jumpX);
            if (y.Start is { } startY && x.Start is { } startX) start = new Size2(startY, startX);
        }
        return new(layer.Path, layer.TypeName, output, layer.SizeFormula(input), weights, biases, lesson, layer.MultiplyAdds(input), inputs, outputs,
            field, jump)
        {
            ReceptiveStart = start,
        };
    }
}
