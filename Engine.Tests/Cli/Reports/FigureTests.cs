using System.Globalization;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Cli.Reports;
using Scratch.Pictures;

namespace Scratch.Tests.Cli.Reports;

/// <summary>What figures draw, by hand-worked data.</summary>
public sealed partial class FigureTests
{
    // The plot is 354 wide from 46, and 178 high down to 204.
    [Test]
    public void LineChart_LinearAxes_PutsPointsWhereTheyBelong()
    {
        var chart = new LineChart("t", "x", "y") { Lines = [new("a", "s0", [0, 5, 10], [0, 1, 4])], Range = (0, 4) };
        Assert.That(Path(chart), Is.EqualTo("M46 204L223 159.5L400 26"));
    }

    // Two decades, and a twentieth of them above and below: 178 / 2.2 for each.
    [Test]
    public void LineChart_LogarithmicAxis_GivesEachPowerOfTenTheSameRoom()
    {
        var chart = new LineChart("t", "x", "y") { Lines = [new("a", "s0", [0, 1, 2], [0.01, 0.1, 1])], IsLogarithmic = true };
        Assert.That(Path(chart), Is.EqualTo("M46 195.9L223 115L400 34.1"));
    }

    [Test]
    public void LineChart_NotANumber_LeavesAGap()
    {
        var chart = new LineChart("t", "x", "y") { Lines = [new("a", "s0", [0, 1, 2, 3, 4], [0, 1, double.NaN, 1, double.PositiveInfinity])],
            Range = (0, 1) };
        Assert.That(Path(chart), Is.EqualTo("M46 204L134.5 26M311.5 26h0"), "a point alone is drawn, too");
    }

    [Test]
    public void LineChart_BeyondItsRange_StaysWithin()
    {
        var chart = new LineChart("t", "x", "y") { Lines = [new("a", "s0", [0, 1, 2], [-1, 0.5, 3])], Range = (0, 1) };
        Assert.That(Path(chart), Is.EqualTo("M46 204L223 115L400 26"));
    }

    [Test]
    public void LineChart_Lines_HaveTheClassesOfTheStyleSheetInTheirOrder()
    {
        Line line = new("a", "s0", [0, 1], [0, 1]);
        string svg = new LineChart("t", "x", "y") { Lines = [line with { IsFaint = true }, line with { Color = "d7", IsDashed = true }, line] }.Svg();
        Assert.That(LineClass().Matches(svg).Select(match => match.Groups[1].Value), Is.EqualTo(["line s0 faint", "line d7 dashed", "line s0"]));
        Assert.That(svg, Does.Not.Contain("stroke").And.Not.Contain("fill").And.Not.Contain("font"), "how they look is the page's matter");
    }

    [Test]
    public void LineChart_Marks_SayTheirNumbersUnderAPointer()
    {
        Line line = new("a < b", "s1", [0, 1, 2], [0, double.NaN, 12345.678]);
        string svg = new LineChart("t", "x", "y") { Lines = [line with { HasMarks = true }], Range = (0, 20000) }.Svg();
        Assert.That(Regex.Matches(svg, "<circle .*?</circle>").Select(match => match.Value), Is.EqualTo([
            """<circle class="dot s1" cx="46" cy="204" r="3"><title>a &lt; b 0: 0</title></circle>""",
            """<circle class="dot s1" cx="400" cy="94.1" r="3"><title>a &lt; b 2: 1.235E+04</title></circle>"""]));
    }

    [Test]
    public void LineChart_EndsOfEpochs_AreLinesUpwardsWithinTheSteps()
    {
        string svg = new LineChart("t", "x", "y") { Lines = [new("a", "s0", [0, 10], [0, 1])], Marks = [5, 11] }.Svg();
        Assert.That(svg, Does.Contain("""<path class="mark" d="M223 26L223 204"/>""").Or.Contain("""<path class="mark" d="M223 204L223 26"/>"""));
    }

    [TestCase(0, 1, false, new[] { "0", "0.2", "0.4", "0.6", "0.8", "1" })]
    [TestCase(0.1, 1.9, false, new[] { "0", "0.5", "1", "1.5" })]
    [TestCase(10.1, 11.9, false, new[] { "10.5", "11", "11.5" })]
    [TestCase(3, 3, false, new[] { "2", "3", "4" })]
    [TestCase(0, 60000, false, new[] { "0", "20k", "40k", "60k" })]
    [TestCase(0.005, 200, true, new[] { "0.01", "0.1", "1", "10", "100" })]
    [TestCase(0.2, 0.9, true, new[] { "0.2", "0.3", "0.5", "0.7", "0.9" })]
    public void LineChart_NumbersUpwards_AreRoundAndFew(double low, double high, bool isLogarithmic, string[] expected) =>
        Assert.That(Texts(new LineChart("t", "x", "y") { Lines = [new("a", "s0", [0, 1], [low, high])], IsLogarithmic = isLogarithmic }.Svg(), "end"),
            Is.EqualTo(expected));

    [TestCase(new double[] { 0, 293 }, new[] { "0", "50", "100", "150", "200", "250" })]
    [TestCase(new double[] { 1, 3 }, new[] { "1", "2", "3" })]
    [TestCase(new double[] { 1 }, new[] { "1" })]
    [TestCase(new[] { 0.2, 0.7 }, new[] { "0.2", "0.3", "0.4", "0.5", "0.6", "0.7" })]
    public void LineChart_NumbersToTheRight_AreWholeWherePointsAre(double[] x, string[] expected)
    {
        LineChart chart = new("t", "x", "y") { Lines = [new("a", "s0", x, [.. x.Select(_ => 1.0)])] };
        Assert.That(Texts(chart.Svg(), "mid"), Is.EqualTo([.. expected, "x"]));
    }

    [Test]
    public void LineChart_LongNumbers_GetTheRoomThatTheyTake()
    {
        string path = Path(new LineChart("t", "x", "y") { Lines = [new("a", "s0", [0, 1], [0.12345, 0.12346])] });
        Assert.That(path, Does.StartWith("M70 "), "0.123452 has eight signs of eight pixels, and six are left between");
    }

    [TestCase(new double[0])]
    [TestCase(new[] { double.NaN })]
    [TestCase(new[] { 3.0 })]
    [TestCase(new[] { 0.0, 0 })]
    [TestCase(new[] { -1.0, -1 })]
    [TestCase(new[] { 1e-320, 1e308 })]
    [TestCase(new[] { -1e308, 1e308 })]
    public void LineChart_HardlyAnything_DrawsOnlyNumbers(double[] y)
    {
        foreach (bool isLogarithmic in new[] { false, true })
        {
            double[] steps = [.. y.Select((_, i) => (double)i)], times = [.. y.Select((_, i) => i * 1e308)];
            string svg = string.Concat(new[] { steps, times }.Select(x => new LineChart("t", "x", "y") { Lines = [new("a", "s0", x, y)],
                IsLogarithmic = isLogarithmic }.Svg()));
            Assert.That(svg, Does.Not.Contain("NaN").And.Not.Contain("∞").And.Not.Contain("Infinity"));
        }
    }

    [Test]
    public void Smoothed_Line_IsTheWeightedMeanOfWhatCameBefore()
    {
        Line line = new Line("a", "s0", [0, 1, 2, 3], [4, 0, double.NaN, 8]).Smoothed(2);
        Assert.That(line.Y, Is.EqualTo([4, 4.0 / 3, 4.0 / 3, (0.5 * 1 + 0.5 * 8) / 0.875]).Within(1e-12));
    }

    [TestCase(0, "0")]
    [TestCase(0.25, "0.25")]
    [TestCase(1500, "1,500")]
    [TestCase(25000, "25k")]
    [TestCase(2e6, "2M")]
    [TestCase(0.0001, "1e-4")]
    [TestCase(-2.5e19, "-2.5e19")]
    public void NumberText_Number_HasFewDigits(double number, string expected) => Assert.That(Plot.NumberText(number), Is.EqualTo(expected));

    [TestCase(0, new[] { "0", "1", "step" })]
    [TestCase(3, new[] { "0", "1", "2", "3", "step" })]
    public void Histogram_OfALayer_FillsThePlotBetweenItsNumbers(int last, string[] steps)
    {
        var data = new ActivationData([.. Enumerable.Range(0, last + 1)], 0, 10, 2, [0], []);
        string svg = ActivationFigures.Histogram(new LayerSeries("1", "Relu", true, [], [], [], [], [], [7, 1]), data);
        Assert.That(svg, Does.Contain("""<image class="pixels" x="46" y="26" width="354" height="178" preserveAspectRatio="none" href="data:"""));
        Assert.That(Texts(svg, "mid"), Is.EqualTo(steps));
        Assert.That(Texts(svg, "end"), Is.EqualTo(["0", "2", "4", "6", "8", "10"]));
    }

    // Two columns of two bins, at steps 0 and 2 of 0 to 3: the first holds until the second begins; log(1 + 3) is two thirds of log(1 + 7).
    [Test]
    public void Levels_Histogram_HasTheOriginBelowAndTheLogarithmOfTheCounts()
    {
        var data = new ActivationData([0, 1, 2, 3], 0, 10, 2, [0, 2], []);
        Assert.That(ActivationFigures.Levels(data, [7, 0, 3, 1], 4), Is.EqualTo(new byte[] { 0, 0, 85, 85, 255, 255, 170, 170 }));
    }

    [Test]
    public void Pairs_Confusion_AreMistakesTheMostFrequentFirst() =>
        Assert.That(MistakeFigures.Pairs([[9, 1, 0], [4, 9, 4], [0, 1, 9]]), Is.EqualTo([(1, 0), (1, 2), (0, 1), (2, 1)]));

    [Test]
    public void Png_ReadByAnother_HasTheSamePixels()
    {
        byte[] colors = [.. Enumerable.Range(0, 3 * 2 * 5).Select(i => (byte)(i * 37))];
        Picture read = Read(PngImage.Of(new(3, 2, 5, colors)));
        Assert.That((read.Shape.ToString(), read.Pixels.ToArray()), Is.EqualTo(("[3, 2, 5]", colors)));
        Picture grey = Read(PngImage.Of(new(1, 3, 2, [0, 50, 100, 150, 200, 255])));
        Assert.That(grey.Pixels.ToArray(), Is.EqualTo(new byte[] { 0, 50, 100, 150, 200, 255 }));
    }

    [Test]
    public void Montage_Maps_StandSideBySideAPixelApart()
    {
        Montage montage = Montage.OfMaps(new(3, 28, 28, [.. Enumerable.Repeat((byte)0, 28 * 28), .. Enumerable.Repeat((byte)64, 28 * 28),
            .. Enumerable.Repeat((byte)255, 28 * 28)]), perRow: 2);
        Assert.That((montage.Width, montage.Height), Is.EqualTo((57, 57)));
        Picture picture = Read(montage.Source);
        byte[] Color(int level) => ColorScale.Viridis[(3 * level)..(3 * level + 3)];
        byte[] At(int x, int y) => [.. Enumerable.Range(0, 3).Select(c => picture.Pixels[(c * 57 + y) * 57 + x])];
        Assert.That((At(0, 0), At(29, 5), At(3, 40)), Is.EqualTo((Color(0), Color(127), Color(254))));    // the root of 64 · 255 is 127.7
    }

    [Test]
    public void Viridis_Ends_AreDarkVioletAndYellow() =>
        Assert.That((ColorScale.Viridis[..3], ColorScale.Viridis[^3..]), Is.EqualTo((new byte[] { 71, 1, 85 }, new byte[] { 255, 231,
            36 })).Using<byte>((a, b) => Math.Abs(a - b) <= 8));

    [TestCase("a & b <c> \"d\"", "a &amp; b &lt;c&gt; &quot;d&quot;")]
    [TestCase("line\nnext\u0001", "line next?")]
    public void Text_Anything_CanStandInAPage(string text, string expected) => Assert.That(Html.Text(text), Is.EqualTo(expected));

    [Test]
    public void Text_HalfOfAPair_BecomesTheSignForWhatCannotBeRead() => Assert.That(Html.Text("\ud83d\ude00 \ud83d"),
        Is.EqualTo("\ud83d\ude00 \ufffd"));

    [Test]
    public void Graph_Shortcut_GoesRoundOnTheRight()
    {
        LayerReport Layer(string path, params int[] reads) => new(path, "Relu", [4, 2, 2], "", 0, 0, 0, 0, 0, 0, null, "", null,
            null) { Reads = reads };
        var summary = SampleRun.Data.Summary with { Layers = [Layer("a", -1), Layer("b", 0), Layer("add", 1, 0)] };
        string svg = ModelGraph.Svg(summary);
        Assert.That(Regex.Count(svg, "class=\"flow\""), Is.EqualTo(3));
        Assert.That(Regex.Count(svg, "class=\"skip\""), Is.EqualTo(1));
    }

    [Test]
    public void Summary_Layers_SayWhatTheyRead()
    {
        IReadOnlyList<LayerReport> layers = SampleRun.Data.Summary.Layers;
        Assert.That(layers.Select(layer => layer.Reads.Single()), Is.EqualTo(Enumerable.Range(-1, layers.Count)));
    }

    private static Picture Read(string address)
    {
        using var stream = new MemoryStream(Convert.FromBase64String(address["data:image/png;base64,".Length..]));
        return Picture.Load(stream, name: "figure");
    }

    private static IEnumerable<string> Texts(string svg, string side) =>
        Regex.Matches(svg, $"<text class=\"{side}\"[^>]*>([^<]*)</text>").Select(match => match.Groups[1].Value);

    private static string Path(LineChart chart) => LinePath().Match(chart.Svg()).Groups[1].Value.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("class=\"line [^\"]*\" d=\"([^\"]*)\"")]
    private static partial Regex LinePath();

    [GeneratedRegex("class=\"(line [^\"]*)\"")]
    private static partial Regex LineClass();
}
