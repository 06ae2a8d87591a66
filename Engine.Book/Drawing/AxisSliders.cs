using System.Globalization;
using Scratch.Kernels;

namespace Scratch.Book.Drawing;

/// <summary>An axis whose numbers a reader turns: a slider for each, the picture, and the formula with its numbers.</summary>
/// <remarks>This is how it stands at first; <c>axis.js</c> draws it anew as <see cref="AxisStrip"/> does and writes what
/// <see cref="WindowAxis"/> says, which a test compares in a browser.</remarks>
internal static class AxisSliders
{
    /// <summary>The script of the page.</summary>
    public const string Script = "axis.js";

    /// <summary>Of a pixel's box; as many as there can be fit on a phone.</summary>
    public const double Side = 22;

    /// <summary>The largest numbers that can be chosen.</summary>
    public static WindowAxis Most { get; } = new(12, 7, 4, 3, 3);

    /// <summary>Where the image begins, whatever its padding is.</summary>
    public const double Left = 66;

    /// <summary>Everything: sliders, picture, formula.</summary>
    /// <param name="axis">What they stand at.</param>
    public static string Html(WindowAxis axis) => Text($"""
        <div class="sliders" role="group" aria-label="Numbers to turn">
        {Slider("input", "pixels", 1, Most.Input, axis.Input)}
        {Slider("kernel", "window", 1, Most.Kernel, axis.Kernel)}
        {Slider("stride", "stride", 1, Most.Stride, axis.Stride)}
        {Slider("padding", "padding", 0, Most.Padding, axis.Padding)}
        {Slider("dilation", "dilation", 1, Most.Dilation, axis.Dilation)}
        </div>
        {Picture(axis).Inline()}
        <div role="status"><p><code id="axis-formula">{axis.Formula}</code></p><p id="axis-words"></p></div>
        """);

    /// <summary>The picture, large enough for all numbers, so that nothing moves below it.</summary>
    public static Figure Picture(WindowAxis axis)
    {
        var strip = new AxisStrip(Side);
        var canvas = new Canvas();
        strip.Draw(canvas, Left - axis.Padding * Side, 0, axis);
        return canvas.Done(strip.WidthOf(Most), Height(strip), "An axis and every place of a window on it");
    }

    // The most windows lie over each other where a window is as long as half of the axis.
    private static double Height(AxisStrip strip) => Enumerable.Range(1, Most.Kernel)
        .SelectMany(kernel => Enumerable.Range(1, Most.Dilation).Select(dilation => strip.HeightOf(
            Most with { Kernel = kernel, Stride = 1, Dilation = dilation }))).Max();

    private static string Slider(string id, string name, int least, int most, int value) => Text(
        $"""<label for="axis-{id}">{name}</label><input type="range" id="axis-{id}" min="{least}" max="{most}" value="{value}"/>""")
        + Text($"""<output for="axis-{id}">{value}</output>""");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
