using System.Globalization;

namespace Scratch.Cli.Reports;

/// <summary>What the first layer looks for, and what the layers make of an image.</summary>
internal static class PictureFigures
{
    private const int MostWindows = 32, WindowsPerRow = 8, MapsPerRow = 8;

    /// <summary>Adds a section.</summary>
    public static void Add(PageWriter page, RunData run)
    {
        page.Section("pictures", "What it sees", "The first layer's windows are small enough to look at; what later layers do shows "
            + "in what they make of an image.");
        if (run.Kernels is { } kernels) AddKernels(page, kernels);
        if (run.Features is { } features) AddFeatures(page, features, run.Data.Classes);
    }

    private static void AddKernels(PageWriter page, KernelData kernels)
    {
        int[] shape = kernels.Shape;
        float largest = kernels.Before.Concat(kernels.After).Select(MathF.Abs).Where(float.IsFinite).Append(float.Epsilon).Max();
        bool isColor = shape[1] == 3;
        Montage Of(float[] weights) => isColor ? Montage.OfColorWindows(weights, shape, MostWindows, WindowsPerRow, largest)
            : Montage.OfWindows(weights, shape, MostWindows, WindowsPerRow, largest);
        string some = shape[0] > MostWindows ? $" The first {MostWindows} of {shape[0]} are shown." : "";
        string channel = isColor ? " Colours are the weights over red, green and blue; grey is zero." : shape[1] > 1 ? " Over the first input "
            + "channel." : "";
        page.BeginGrid();
        foreach (var (id, when, weights) in new[] { ("kernels-before", "before training", kernels.Before), ("kernels-after", "after "
            + "training", kernels.After) })
        {
            Montage picture = Of(weights);
            page.Figure(id, $"First layer, {when}", Image(picture, $"{shape[0]} windows of {shape[2]} x {shape[3]} weights, "
                + $"{when}", "100%") + (isColor ? "" : Scale(largest)),
                (id.EndsWith("before", StringComparison.Ordinal) ? "Random numbers: what training starts from."
                    : "The same windows at the end: edges and strokes of some direction, found by nothing but the gradient.") + channel + some);
        }
        page.EndGrid();
    }

    private static void AddFeatures(PageWriter page, FeatureData features, IReadOnlyList<string> classes)
    {
        string layers = string.Concat(features.Layers.Select(layer =>
        {
            string more = layer.Of > layer.Maps.Channels ? $"the first {layer.Maps.Channels} of {layer.Of} channels" : $"{layer.Of} channels";
            string what = string.Create(CultureInfo.InvariantCulture, $"{layer.Size[0]} x {layer.Size[1]}, {more}, from {layer.Low:G3} to "
                + $"{layer.High:G3}");
            Montage picture = Montage.OfMaps(layer.Maps, MapsPerRow);
            return $"<div><p><strong>{Html.Text($"{layer.Path} {layer.Type}")}</strong> "
                + $"<span>{what}</span></p>{Image(picture, $"Channels of {layer.Path} {layer.Type}", "100%")}</div>";
        }));
        string image = $"""<div>"""
            + $"""<img class="pixels" alt="{Html.Text(features.Label is { } label ? $"An image of class {label}" : "An image")}" width="140" """
            + $"""height="{140 * features.Image.Height / Math.Max(features.Image.Width, 1)}" src="{PngImage.Of(features.Image)}"/></div>""";
        page.Figure("feature-maps", "One image through the network", $"""<div class="split">{image}<div class="maps">{layers}</div></div>""",
            $"Left the image{(features.Label is { } known ? $" (class {Html.Text(known)})" : "")}; then what each layer makes of it: lighter is "
                + "more, by the square root, each layer by a scale of its own. "
            + $"Maps become smaller and say less of where, more of what. {Answer(features, classes)}");
    }

    private static string Answer(FeatureData features, IReadOnlyList<string> classes)
    {
        if (features.Outputs.Length != classes.Count || features.Label is null) return "";
        int best = Array.IndexOf(features.Outputs, features.Outputs.Max());
        double sum = features.Outputs.Sum(output => Math.Exp(output - features.Outputs[best]));
        return $"In the end it is taken for <strong>{Html.Text(classes[best])}</strong> with probability "
            + $"{(1 / sum).ToString("F4", CultureInfo.InvariantCulture)}.";
    }

    private static string Image(Montage picture, string alt, string width) =>
        $"""<img class="pixels" style="width:{width}" alt="{Html.Text(alt)}" width="{picture.Width}" height="{picture.Height}" """
            + $"""src="{picture.Source}"/>""";

    private static string Scale(float largest)
    {
        byte[] ramp = [.. Enumerable.Range(0, 256).Select(level => (byte)level)];
        string most = largest.ToString("G3", CultureInfo.InvariantCulture);
        return $"""<span class="scale">-{most} <img alt="blue over white to orange" """
            + $"""src="{PngImage.OfPalette(256, 1, ramp, ColorScale.Diverging)}"/> {most}</span>""";
    }
}
