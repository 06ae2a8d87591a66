using System.Numerics;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Models;

/// <summary>What there is to say of one layer, for one image.</summary>
/// <param name="Path">Its place in the model.</param>
/// <param name="Type">What it is called.</param>
/// <param name="OutputShape">[C, H, W] or [features].</param>
/// <param name="SizeFormula">The output-size formula with its numbers; empty for layers without a window.</param>
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
/// <param name="Jump">Pixels of the model's input from one output to the next.</param>
public sealed record LayerSummary(
    string Path, string Type, Shape OutputShape, string SizeFormula, long Weights, long Biases, long LessonCount, long MultiplyAdds, int Inputs, int Outputs,
    Size2? ReceptiveField, Size2? Jump)
{
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
/// <param name="Input">[C, H, W] of one image.</param>
/// <param name="Layers">In the order in which they run.</param>
/// <param name="BatchSize">What the memory is for.</param>
/// <param name="Memory">Of a training step.</param>
public sealed record ModelSummary(Shape Input, IReadOnlyList<LayerSummary> Layers, int BatchSize, MemoryPrediction Memory)
{
    /// <summary>Numbers the model learns, biases left out.</summary>
    public long Weights => Layers.Sum(layer => layer.Weights);

    /// <summary>Biases the model learns.</summary>
    public long Biases => Layers.Sum(layer => layer.Biases);

    /// <summary>Weights by the lesson's count.</summary>
    public long LessonCount => Layers.Sum(layer => layer.LessonCount);

    /// <summary>Multiplications with an addition for one image.</summary>
    public long MultiplyAdds => Layers.Sum(layer => layer.MultiplyAdds);

    /// <summary>Asks a model about itself.</summary>
    /// <exception cref="ShapeMismatchException">Such images do not fit it.</exception>
    public static ModelSummary Of<T>(Model<T> model, Shape input, int batchSize) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ShapeGuard.Positive(nameof(ModelSummary), batchSize);
        var layers = new List<LayerSummary>();
        LayerGraph<T> graph = model.Graph;
        Shape[] shapes = graph.Shapes(input);
        var reach = new (Size2? Field, Size2? Jump)[shapes.Length];          // of every value; none once a layer has looked at the whole image
        for (int i = 0; i < graph.InputCount; i++) reach[i] = (1, 1);
        for (int i = 0; i < model.Layers.Count; i++)
        {
            Layer<T> layer = model.Layers[i];
            int[] reads = graph.InputsOf(i);
            Shape shape = shapes[reads[0]], output = shapes[graph.OutputOf(i)];
            ref (Size2? Field, Size2? Jump) own = ref reach[graph.OutputOf(i)];
            var window = reads.Length == 1 ? layer.Window(shape) : null;
            own = reach[reads[0]];
            if (reads.Length > 1)
                foreach (int read in reads) own.Field = Larger(own.Field, reach[read].Field);
            else if (window is var (rows, columns) && own is ({ } field, { } jump))
                own = (new Size2(Pixels(field.Height, rows.Span - 1, jump.Height), Pixels(field.Width, columns.Span - 1, jump.Width)),
                    new Size2(Pixels(0, rows.Stride, jump.Height), Pixels(0, columns.Stride, jump.Width)));
            else if (window is null && output != shape && !(layer.OutputMemory == OutputMemory.IsInput && output.Rank == 3))
                own = (null, null);                                          // pooled over the whole image, flattened or mixed by a linear layer
            bool says = window is not null || reads.Length > 1;
            layers.Add(Describe(layer, shape, output, says ? own.Field : null, says ? own.Jump : null) with { Path = graph.PathOf(i) });
        }
        return new(input, layers, batchSize, model.PredictMemory(input, batchSize));
    }

    // Both grow from layer to layer by factors: what an int cannot say is as large as it can.
    private static int Pixels(int before, long steps, int jump) => (int)Int128.Min(int.MaxValue, before + (Int128)steps * jump);

    private static Size2? Larger(Size2? a, Size2? b) =>
        a is { } x && b is { } y ? new Size2(Math.Max(x.Height, y.Height), Math.Max(x.Width, y.Width)) : null;

    private static LayerSummary Describe<T>(Layer<T> layer, Shape input, Shape output, Size2? field, Size2? jump)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long biases = layer.Parameters.Where(parameter => parameter.Name == "bias").Sum(parameter => (long)parameter.Value.Length);
        long weights = layer.Parameters.Sum(parameter => (long)parameter.Value.Length) - biases;
        var (lesson, inputs, outputs) = layer switch
        {
            Conv2d<T> conv =>
                ((long)conv.KernelSize.Height * conv.KernelSize.Width * conv.OutChannels, conv.Geometry(input).WindowLength,
                    conv.Geometry(input).GroupOutputs),
            Linear<T> linear => ((long)linear.InFeatures * linear.OutFeatures, linear.InFeatures, linear.OutFeatures),
            _ => (0L, 0, 0),
        };
        string formula = layer.Window(input) is var (rows, columns) ? rows == columns ? rows.Formula : rows == new WindowAxis(1, 1) ? columns.Formula : $"{rows.Formula}, {columns.Formula}" : "";
        return new(layer.Path, layer.TypeName, output, formula, weights, biases, lesson, layer.MultiplyAdds(input), inputs, outputs, field, jump);
    }
}
