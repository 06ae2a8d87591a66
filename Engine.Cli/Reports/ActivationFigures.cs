using System.Globalization;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;

namespace Scratch.Cli.Reports;

/// <summary>What the layers put out while they learned: the lesson's plots.</summary>
internal static class ActivationFigures
{
    private const int FirstSteps = 10, MostLayers = 12, MostColumns = 354, Colors = 8;

    /// <summary>Adds a section.</summary>
    public static void Add(PageWriter page, ActivationData data, int perEpoch)
    {
        LayerSeries[] all = [.. data.Layers.Where((layer,
            i) => layer.IsActivation || i == data.Layers.Count - 1 || !data.Layers.Any(other => other.IsActivation))];
        LayerSeries[] shown = Some(all), active = Some([.. data.Layers.Where(layer => layer.IsActivation)]);
        string left = shown.Length < all.Length ? $" Of {all.Length} layers {shown.Length} are shown; report.json has all." : "";
        page.Section("activations", "Inside the layers", "A network learns well where numbers stay of one size from layer to layer: a mean near 0 "
            + "and a deviation near 1. "
            + "Violet lines are layers near the image, yellow ones layers near the answer." + left);
        page.BeginGrid();
        foreach (var (id, name, of, caption) in new (string, string, Func<LayerSeries, float[]>, string)[]
        {
            ("mean", "Means", layer => layer.Mean, "A mean that leaps up and falls back is training that went wrong for a moment."),
            ("deviation", "Standard deviations", layer => layer.Deviation, "Near 0 from the start, a layer puts out the same whatever it sees, and "
                + "the next ones have nothing to learn from."),
        })
        {
            page.Chart($"{id}-first", Over(shown, data, $"{name}, the first ten steps", name.ToLowerInvariant(), of, FirstSteps, perEpoch),
                $"{caption} How the start went decides much.");
            page.Chart($"{id}-all", Over(shown, data, $"{name}, all of training", name.ToLowerInvariant(), of, int.MaxValue, perEpoch), caption);
        }
        page.EndGrid();
        if (active.Length == 0) return;
        AddHistograms(page, data, active);
        AddNearZero(page, data, active, perEpoch);
    }

    private static LayerSeries[] Some(LayerSeries[] layers) => layers.Length <= MostLayers ? layers
        : [.. Enumerable.Range(0, MostLayers).Select(i => layers[i * (layers.Length - 1) / (MostLayers - 1)])];

    private static LineChart Over(LayerSeries[] layers, ActivationData data, string title, string what, Func<LayerSeries, float[]> of, int steps,
        int perEpoch)
    {
        int[] iterations = [.. data.Iterations.TakeWhile(step => step < steps)];
        double[] x = [.. iterations.Select(step => (double)step)];
        return new(title, "step", what)
        {
            Lines = [.. layers.Select((layer, i) => new Line($"{layer.Path} "
                + $"{layer.Type}", $"d{(layers.Length == 1 ? 0 : i * (Colors - 1) / (layers.Length - 1))}", x,
                [.. of(layer).Take(x.Length).Select(value => (double)value)]) { HasMarks = x.Length <= FirstSteps })],
            Marks = steps == int.MaxValue ? [.. Enumerable.Range(1, x.Length == 0 ? 0 : Math.Min(iterations[^1] / Math.Max(perEpoch, 1),
                20)).Select(epoch => (double)epoch * perEpoch)] : [],
        };
    }

    private static void AddHistograms(PageWriter page, ActivationData data, LayerSeries[] layers)
    {
        page.Part("The colourful dimension",
            $"""Each column is a histogram of what a layer put out at one step, {data.Bins} bins upwards, lighter where there are more numbers """
                + $"""(the logarithm of one more than the count). A healthy layer spreads upwards and stays; one that shows a bright line at zero """
                + $"""and darkness above has died. {Scale()}""");
        page.BeginGrid();
        foreach (LayerSeries layer in layers)
        {
            page.Figure($"histogram-{Id(layer)}", $"{layer.Path} {layer.Type}", Histogram(layer, data),
                string.Create(CultureInfo.InvariantCulture, $"At the last step {Share(layer.Lesson2019)} of its outputs lie in the bins at zero."));
        }
        page.EndGrid();
    }

    /// <summary>A picture of the counts: right the steps, up the bins, with the origin below.</summary>
    public static string Histogram(LayerSeries layer, ActivationData data)
    {
        int last = data.Iterations.Length == 0 ? 0 : data.Iterations[^1], width = Math.Min(last + 1, MostColumns);
        var steps = new LinearAxis { Minimum = 0, Maximum = Math.Max(last, 1), MinimumMajorStep = 1 };
        var plot = new Plot($"Histograms of {layer.Path} {layer.Type} over the steps of training", steps, "step",
            new LinearAxis { Minimum = data.Low, Maximum = data.High }, "output");
        plot.Model.Annotations.Add(new ImageAnnotation
        {
            ImageSource = new(PngImage.FileOfPalette(width, data.Bins, Levels(data, layer.Histogram, width), ColorScale.Viridis)),
            Width = new(1, PlotLengthUnit.RelativeToPlotArea), Height = new(1, PlotLengthUnit.RelativeToPlotArea),
        });
        return plot.Svg();
    }

    /// <summary>The pixels of that picture: [bins, width], the highest bin first; 255 is the largest logarithm. A column of the data is as wide as
    /// the steps that it stands for.</summary>
    public static byte[] Levels(ActivationData data, long[] counts, int width)
    {
        int last = data.Iterations.Length == 0 ? 0 : data.Iterations[^1], column = 0;
        byte[] levels = new byte[data.Bins * width];
        double most = Math.Log(1 + (double)counts.DefaultIfEmpty(0).Max());
        for (int x = 0; x < width && most > 0; x++)
        {
            double step = width == 1 ? 0 : (double)x / (width - 1) * last;
            while (column + 1 < data.Columns.Length && data.Columns[column + 1] <= step) column++;
            for (int bin = 0; bin < data.Bins; bin++)
                levels[(data.Bins - 1 - bin) * width + x] = (byte)Math.Round(byte.MaxValue * Math.Log(1 + (double)counts[column * data.Bins
                    + bin]) / most);
        }
        return levels;
    }

    private static void AddNearZero(PageWriter page, ActivationData data, LayerSeries[] layers, int perEpoch)
    {
        page.Part("Near zero", "The share of outputs that say next to nothing. Half is what a rectifier leaves of numbers around zero; 90 % is a "
            + "layer mostly asleep. Three definitions are in use, and they differ.");
        page.BeginGrid("grid3");
        (string, string, Func<LayerSeries, float[]>, string)[] definitions =
        [
            ("lesson", "fast.ai 2019", layer => layer.Lesson2019, "Of the histogram's numbers those in the bin that holds zero or beside it: lesson "
                + "10, <code>h[:2]</code>."),
            ("miniai", "miniai 2022", layer => layer.Miniai2022, "Of magnitudes within the histogram's range those in its first bin."),
            ("fastai", "fastai 2", layer => layer.Fastai2, "Of all numbers those up to 0.05, negative ones too: <code>ActivationStats</code>."),
        ];
        foreach (var (id, name, of, caption) in definitions)
            page.Chart($"near-zero-{id}", Over(layers, data, $"Near zero, "
                + $"{name}", "share", of, int.MaxValue, perEpoch) with { Range = (0, 1) }, caption);
        page.EndGrid();
    }

    private static string Scale()
    {
        byte[] ramp = [.. Enumerable.Range(0, 256).Select(level => (byte)level)];
        return $"""<span class="scale">none <img alt="dark violet to yellow" src="{PngImage.OfPalette(256, 1, ramp, ColorScale.Viridis)}"/> """
            + $"""most</span>""";
    }

    private static string Id(LayerSeries layer) => string.Concat(layer.Path.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-'));

    private static string Share(float[] shares) => shares.Length == 0 ? "none" : PageWriter.Percent(shares[^1]);
}
