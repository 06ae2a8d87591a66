using NUnit.Framework;
using Scratch.Kernels;

namespace Scratch.Tests.Kernels;

/// <summary>The definition itself, by numbers that a pencil checks.</summary>
public sealed class Conv2dNaiveTests
{
    // image    1 2 3     weight  1 2     The four windows: 1 2  2 3  4 5  5 6
    //          4 5 6             3 5                       4 5  5 6  7 8  8 9
    //          7 8 9
    private static readonly double[] _image = [1, 2, 3, 4, 5, 6, 7, 8, 9], _weight = [1, 2, 3, 5];
    private static readonly Conv2dGeometry _plain = new(1, 1, new(3, 2), new(3, 2));

    [Test]
    public void Forward_TwoByTwoWindow_IsNotFlipped()
    {
        // 1·1 + 2·2 + 3·4 + 5·5 = 42; 1·2 + 2·3 + 3·5 + 5·6 = 53; 4 + 10 + 21 + 40 = 75; 5 + 12 + 24 + 45 = 86; each plus the bias of 0.5.
        double[] output = new double[4];
        Conv2dNaive.Forward<double>(_plain, _image, _weight, [0.5], output);
        SumAssert.Exactly(output, 42.5, 53.5, 75.5, 86.5);
    }

    [Test]
    public void BackwardInput_TwoByTwoWindow_SpreadsEachGradientOverItsWindow()
    {
        // gradOutput 1 -1   1 at the upper left lays down 1 2 / 3 5, -1 beside it -1 -2 / -3 -5, 2 below 2 4 / 6 10, 3 below 3 6 / 9 15:
        //            2  3   rows 1, 2-1, -2;   3+2, 5-3+4+3, -5+6;   6, 10+9, 15.
        double[] gradInput = [9, 9, 9, 9, 9, 9, 9, 9, 9];
        Conv2dNaive.BackwardInput<double>(_plain, [1, -1, 2, 3], _weight, gradInput);
        SumAssert.Exactly(gradInput, 1, 1, -2, 5, 9, 1, 6, 19, 15);
    }

    [Test]
    public void BackwardWeight_TwoByTwoWindow_AddsWhatEachElementMet()
    {
        // Element (0, 0) met 1 2 / 4 5: 1·1 - 1·2 + 2·4 + 3·5 = 22. (0, 1) met 2 3 / 5 6: 27.
        // (1, 0) met 4 5 / 7 8: 37. (1, 1) met 5 6 / 8 9: 42. Added to 1, 2, 3, 4.
        double[] gradWeight = [1, 2, 3, 4];
        Conv2dNaive.BackwardWeight<double>(_plain, _image, [1, -1, 2, 3], gradWeight);
        SumAssert.Exactly(gradWeight, 23, 29, 40, 46);
    }

    [Test]
    public void BackwardBias_TwoChannelsTwoImages_AddsUpEachChannel()
    {
        // Two images of two channels of two pixels: channel 0 is 1 + 2 + 5 + 6 = 14, channel 1 is 3 + 4 + 7 + 8 = 22; added to 100 and 200.
        double[] gradBias = [100, 200];
        Conv2dNaive.BackwardBias<double>(new(1, 2, new(1, 1), new(2, 1)), [1, 2, 3, 4, 5, 6, 7, 8], gradBias);
        SumAssert.Exactly(gradBias, 114, 222);
    }

    [Test]
    public void Forward_StridePaddingDilation_ReadsThePixelsTheFormulaSays()
    {
        // A row 1 2 3 4 5, one zero on either side: 0 1 2 3 4 5 0. Two elements 3 apart, stride 2: (0, 3), (2, 5). Times (10, 1): 3 and 25.
        double[] output = new double[2];
        Conv2dNaive.Forward<double>(new(1, 1, new(1, 1), new(5, 2, 2, 1, 3)), [1, 2, 3, 4, 5], [10, 1], [], output);
        SumAssert.Exactly(output, 3, 25);
    }

    [Test]
    public void BackwardInput_StridePaddingDilation_ReachesThePixelsTheFormulaSays()
    {
        // As above: gradient 2 lies on (padding, 3rd pixel), gradient 7 on (2nd, 5th), with weights (10, 1): 3rd 2·1, 2nd 7·10, 5th 7·1.
        double[] gradInput = new double[5];
        Conv2dNaive.BackwardInput<double>(new(1, 1, new(1, 1), new(5, 2, 2, 1, 3)), [2, 7], [10, 1], gradInput);
        SumAssert.Exactly(gradInput, 0, 70, 2, 0, 7);
    }

    [Test]
    public void BackwardWeight_StridePaddingDilation_MeetsThePixelsTheFormulaSays()
    {
        // As above: the first element met (padding, 2), the second (3, 5), with gradients (2, 7): 7·2 = 14, and 2·3 + 7·5 = 41.
        double[] gradWeight = new double[2];
        Conv2dNaive.BackwardWeight<double>(new(1, 1, new(1, 1), new(5, 2, 2, 1, 3)), [1, 2, 3, 4, 5], [2, 7], gradWeight);
        SumAssert.Exactly(gradWeight, 14, 41);
    }

    [Test]
    public void Forward_TwoInputsTwoOutputs_SumsOverInputChannels()
    {
        // One pixel, channels 3 and 5; weights (2, 7) and (11, 13): 2·3 + 7·5 = 41, 11·3 + 13·5 = 98; bias 1 and 2.
        double[] output = new double[2];
        Conv2dNaive.Forward<double>(new(2, 2, new(1, 1), new(1, 1)), [3, 5], [2, 7, 11, 13], [1, 2], output);
        SumAssert.Exactly(output, 42, 100);
    }

    [Test]
    public void Forward_Groups_EachReadsItsOwnChannels()
    {
        // Four input channels 2, 3, 5, 7 in two groups of two, one output each: 10·2 + 1·3 = 23, and 100·5 + 1000·7 = 7500.
        double[] output = new double[2];
        Conv2dNaive.Forward<double>(new(4, 2, new(1, 1), new(1, 1), 2), [2, 3, 5, 7], [10, 1, 100, 1000], [], output);
        SumAssert.Exactly(output, 23, 7500);
    }

    [TestCase(PaddingMode.Zeros, "1 12 123 230 300")]
    [TestCase(PaddingMode.Reflect, "321 212 123 232 321")]
    [TestCase(PaddingMode.Replicate, "111 112 123 233 333")]
    [TestCase(PaddingMode.Circular, "231 312 123 231 312")]
    public void Forward_PaddingTwo_ReadsWhatTheModeSays(PaddingMode mode, string windows)
    {
        // The row 1 2 3, padded by two: 00 123 00, mirrored 32 123 21, repeated 11 123 33, in a circle 23 123 12.
        // Weights 100, 10, 1 write down the three digits under each window.
        double[] output = new double[5];
        Conv2dNaive.Forward<double>(new(1, 1, new(1, 1), new(3, 3, Padding: 2, Mode: mode)), [1, 2, 3], [100, 10, 1], [], output);
        Assert.That(string.Join(" ", output), Is.EqualTo(windows));
    }

    [Test]
    public void BackwardInput_Mirrored_GivesAPixelTheGradientsOfItsImages()
    {
        // The row 1 2 3 mirrored by one is 2 1 2 3 2, windows of one pixel: gradients 1, 10, 100, 1000, 10000 go to pixels 2, 1, 2, 3, 2.
        double[] gradInput = new double[3];
        Conv2dNaive.BackwardInput<double>(new(1, 1, new(1, 1), new(3, 1, Padding: 1, Mode: PaddingMode.Reflect)),
            [1, 10, 100, 1000, 10000], [1], gradInput);
        SumAssert.Exactly(gradInput, 10, 10101, 1000);
    }
}
