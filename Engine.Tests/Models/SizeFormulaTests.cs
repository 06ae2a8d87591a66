using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Models;

/// <summary>The size formulas that summaries print, worked out: both sides of each are equal, and are the size of what the layer puts out.</summary>
public sealed class SizeFormulaTests
{
    private const int Accepted = 150, MostTries = 4000;

    private static readonly Dictionary<string, Func<RandomGenerator, Layer<float>>> _layers = new()
    {
        ["Conv2d"] = random => new Conv2d<float>(4, 2, Pair(random, 1, 4), Pair(random, 1, 4), Sides(random, 4), Pair(random, 1, 3)),
        ["Conv1d"] = random => new Conv1d<float>(4, 2, Whole(random, 1, 4), Whole(random, 1, 4), Whole(random, 0, 4), Whole(random, 1, 3),
            endPadding: Whole(random, 0, 4)),
        ["MaxPool2d"] = random => new MaxPool2d<float>(Pair(random, 1, 5), Pair(random, 1, 4), Sides(random, 2), Pair(random, 1, 3),
            Coin(random)),
        ["MaxPool1d"] = random => new MaxPool1d<float>(Whole(random, 1, 5), Whole(random, 1, 4), Whole(random, 0, 2), Whole(random, 1, 3),
            Coin(random), Whole(random, 0, 2)),
        ["AvgPool2d"] = random => new AvgPool2d<float>(Pair(random, 1, 5), Pair(random, 1, 4), Sides(random, 2), Coin(random), Coin(random)),
        ["AvgPool1d"] = random => new AvgPool1d<float>(Whole(random, 1, 5), Whole(random, 1, 4), Whole(random, 0, 2), Coin(random), Coin(random),
            Whole(random, 0, 2)),
        ["ConvTranspose2d"] = random => new ConvTranspose2d<float>(4, 2, Pair(random, 1, 4), Pair(random, 1, 4), Sides(random, 3),
            Pair(random, 0, 3), dilation: Pair(random, 1, 3)),
        ["Upsample"] = random => new Upsample<float>(scaleFactor: Factor(random), scaleFactorWidth: Factor(random),
            mode: Coin(random) ? UpsampleMode.Bilinear : UpsampleMode.Nearest),
        ["Pad2d"] = random => new Pad2d<float>(Sides(random, 4), PaddingMode.Replicate),
        ["Crop2d"] = random => new Crop2d<float>(Sides(random, 4)),
        ["PixelShuffle"] = random => new PixelShuffle<float>(Whole(random, 1, 2)),
    };

    private static IEnumerable<string> Names => _layers.Keys;

    [TestCaseSource(nameof(Names))]
    public void SizeFormula_RandomOptions_IsTrueAndTheSizeOfTheOutput(string name)
    {
        var random = new RandomGenerator(name.Length);
        bool isRow = name.EndsWith("1d", StringComparison.Ordinal);
        int accepted = 0;
        for (int i = 0; i < MostTries && accepted < Accepted; i++)
        {
            Shape input = isRow ? new(4, Whole(random, 3, 17)) : new(4, Whole(random, 3, 17), Whole(random, 3, 17));
            Layer<float> layer;
            Shape output;
            try
            {
                layer = _layers[name](random);
                output = layer.OutputShape(input);
            }
            catch (ArgumentException)                                        // there is no such layer, or no such image for it
            {
                continue;
            }
            accepted++;
            string formula = layer.SizeFormula(input);
            Assert.That(ModelSummary.Of(new Sequential<float>(layer), input, 1).Layers[0].SizeFormula, Is.EqualTo(formula));
            Check(formula, output);
        }
        Assert.That(accepted, Is.EqualTo(Accepted));
    }

    [Test]
    public void ConvTranspose2d_PaddingAtTheEndOnly_IsTakenAwayOnce() =>
        Assert.That(Of(new ConvTranspose2d<float>(4, 2, 3, 2, (0, 1, 0, 1)), new(4, 5, 5)), Is.EqualTo("(5 - 1)·2 - 0 - 1 + 3 = 10"));

    [Test]
    public void ConvTranspose2d_OutputPaddingBelowTheDilation_IsAddedLast() =>
        Assert.That(Of(new ConvTranspose2d<float>(4, 2, (3, 1), 1, (1, 1, 2, 0), (2, 0), dilation: (3, 1)), new(4, 5, 7)),
            Is.EqualTo("H: (5 - 1)·1 - 2 - 0 + 3·(3 - 1) + 1 + 2 = 11, W: (7 - 1)·1 - 2·1 + 1 = 5"));

    [Test]
    public void Conv2d_AxesThatDiffer_AreNamed() => Assert.That(Of(new Conv2d<float>(4, 2, (3, 2), (2, 1), (0, 1, 1, 1)), new(4, 9, 5)),
        Is.EqualTo("H: (9 + 2·1 - 3)//2 + 1 = 5, W: (5 + 0 + 1 - 2)//1 + 1 = 5"));

    [Test]
    public void Upsample_Factors_MultiplyAndRoundDown()
    {
        Assert.That(Of(new Upsample<float>(scaleFactor: 2), new(4, 7, 7)), Is.EqualTo("7·2 = 14"));
        Assert.That(Of(new Upsample<float>(scaleFactor: 2, scaleFactorWidth: 1.5), new(4, 7, 5)), Is.EqualTo("H: 7·2 = 14, W: floor(5·1.5) = 7"));
        Assert.That(Of(new Upsample<float>(size: (14, 9)), new(4, 7, 5)), Is.Empty);
    }

    [Test]
    public void Pad2dAndCrop2d_Sides_AreAddedAndTakenAway()
    {
        Assert.That(Of(new Pad2d<float>((3, 3, 1, 2)), new(4, 5, 7)), Is.EqualTo("H: 5 + 1 + 2 = 8, W: 7 + 2·3 = 13"));
        Assert.That(Of(new Crop2d<float>((3, 1, 1, 1)), new(4, 5, 7)), Is.EqualTo("H: 5 - 2·1 = 3, W: 7 - 3 - 1 = 3"));
    }

    [Test]
    public void PixelShuffle_Factor_DividesChannels() =>
        Assert.That(Of(new PixelShuffle<float>(2), new(12, 5, 7)), Is.EqualTo("C: 12//(2·2) = 3, H: 5·2 = 10, W: 7·2 = 14"));

    [Test]
    public void LayersThatKeepSizesOrAreToldThem_HaveNone()
    {
        foreach (Layer<float> layer in (Layer<float>[])[new Relu<float>(), new ChannelShuffle<float>(2), new Mean<float>(ImageAxes.Channels),
            new AdaptiveAvgPool2d<float>(3)])
            Assert.That(Of(layer, new(4, 5, 7)), Is.Empty, layer.TypeName);
    }

    private static string Of(Layer<float> layer, Shape input) => layer.SizeFormula(input);

    // Each formula, and of which axis it is: one for all of them, or one for each, named.
    private static void Check(string formula, Shape output)
    {
        string[] parts = formula.Split(", ");
        foreach (string part in parts)
        {
            string[] sides = part.Split(": ")[^1].Split(" = ");
            Assert.That(sides, Has.Length.EqualTo(2), formula);
            int size = int.Parse(sides[1], null);
            Assert.That(Arithmetic.Of(sides[0]), Is.EqualTo(size), formula);
            foreach (int axis in part[..3] switch { "C: " => [0], "H: " => [1], "W: " => [2], _ => Enumerable.Range(1, output.Rank - 1) })
                Assert.That(output[axis], Is.EqualTo(size), $"{formula} of {output}");
        }
        Assert.That(parts.Length == 1 || parts.Length == output.Rank || parts.Length == output.Rank - 1, formula);
    }

    private static Size2 Pair(RandomGenerator random, int least, int most) => new(Whole(random, least, most), Whole(random, least, most));

    private static Edges Sides(RandomGenerator random, int most) =>
        new(Whole(random, 0, most), Whole(random, 0, most), Whole(random, 0, most), Whole(random, 0, most));

    private static bool Coin(RandomGenerator random) => Whole(random, 0, 1) == 1;

    private static int Whole(RandomGenerator random, int least, int most) => least + random.NextInt(most - least + 1);

    private static double Factor(RandomGenerator random) => Whole(random, 1, 14) / 4.0;
}
