using NUnit.Framework;
using Scratch.Data;
using Scratch.Tensors;

namespace Scratch.Tests.Data;

/// <summary>Operations on pixels by their definitions, and crops and choices made of them.</summary>
public sealed class PixelOperationsTests
{
    private static readonly Shape _shape = new(3, 9, 7);

    private static byte[] Image(long seed = 7)
    {
        var random = new RandomSequence(seed);
        return [.. Enumerable.Range(0, _shape.Length).Select(_ => (byte)random.NextInt(256))];
    }

    private static byte[] Changed(byte[] image, Action<byte[]> change)
    {
        byte[] copy = [.. image];
        change(copy);
        return copy;
    }

    // red → green → blue → red by a third of the circle each; grey has no hue. Backwards past red is a step off: 0 to 255 are a circle of 255 steps,
    // and bytes wrap after 256, in torchvision as well.
    [TestCase(1.0 / 3, new byte[] { 255, 0, 0 }, new byte[] { 0, 255, 0 })]
    [TestCase(1.0 / 3, new byte[] { 0, 255, 0 }, new byte[] { 0, 0, 255 })]
    [TestCase(-1.0 / 3, new byte[] { 255, 0, 0 }, new byte[] { 6, 0, 255 })]
    [TestCase(1.0 / 3, new byte[] { 200, 100, 100 }, new byte[] { 100, 200, 100 })]
    [TestCase(0.4, new byte[] { 90, 90, 90 }, new byte[] { 90, 90, 90 })]
    public void TurnHue_Colours(double share, byte[] colour, byte[] expected) =>
        Assert.That(Changed(colour, pixels => PixelOperations.TurnHue(new Shape(3, 1, 1), pixels, share)), Is.EqualTo(expected));

    /// <summary>Brightness of a colour is its largest channel: turning keeps it, and the saturation within the steps of Pillow's bytes.</summary>
    [Test]
    public void ColorJitter_Hue_KeepsBrightness()
    {
        byte[] image = Image(), result = new byte[image.Length];
        var random = new RandomSequence(1);
        new ColorJitter(hue: (0.3, 0.3)).Apply(_shape, image, result, ref random);
        static int Value(byte[] pixels, int p) => Math.Max(pixels[p], Math.Max(pixels[p + 63], pixels[p + 126]));
        for (int p = 0; p < 63; p++) Assert.That(Value(result, p), Is.EqualTo(Value(image, p)));
        Assert.That(result, Is.Not.EqualTo(image));
    }

    [Test]
    public void Solarize_InvertsFromTheThresholdOn() =>
        Assert.That(Changed([0, 99, 100, 255], pixels => PixelOperations.Solarize(pixels, 100)), Is.EqualTo(new byte[] { 0, 99, 155, 0 }));

    [Test]
    public void Posterize_KeepsUpperBits() =>
        Assert.That(Changed([255, 7, 0x5A, 0x10], pixels => PixelOperations.Posterize(pixels, 3)), Is.EqualTo(new byte[] { 0xE0, 0, 0x40, 0 }));

    [Test]
    public void AutoContrast_EachChannelFillsTheRange() => Assert.That(
        Changed([50, 100, 150, 7, 7, 7], pixels => PixelOperations.AutoContrast(new Shape(2, 1, 3), pixels)), Is.EqualTo(new byte[] { 0, 127, 255,
            7, 7, 7 }));

    /// <summary>Of 1,024 pixels in four levels of a quarter each, the levels come to thirds.</summary>
    [Test]
    public void Equalize_FourLevels_AreSpreadEvenly()
    {
        byte[] image = [.. Enumerable.Range(0, 1024).Select(i => (byte)(10 + i % 4))];
        byte[] equal = Changed(image, pixels => PixelOperations.Equalize(new Shape(1, 32, 32), pixels));
        Assert.That(equal[..4], Is.EqualTo(new byte[] { 0, 85, 171, 255 }).Within(1));
    }

    [TestCase(1f), TestCase(0f), TestCase(1.9f)]
    public void Sharpen_IsABlendWithTheSmoothedImage(float factor)
    {
        byte[] image = Image(), result = new byte[image.Length];
        PixelOperations.Sharpen(_shape, image, result, factor);
        for (int c = 0; c < 3; c++)
            for (int h = 0; h < 9; h++)
                for (int w = 0; w < 7; w++)
                {
                    int At(int y, int x) => image[(c * 9 + y) * 7 + x];
                    double expected = At(h, w);
                    if (h is > 0 and < 8 && w is > 0 and < 6)
                    {
                        double smooth = 4 * At(h, w);
                        for (int y = -1; y <= 1; y++)
                            for (int x = -1; x <= 1; x++) smooth += At(h + y, w + x);
                        expected = Math.Clamp(smooth / 13 + factor * (expected - smooth / 13), 0, 255);
                    }
                    Assert.That(result[(c * 9 + h) * 7 + w], Is.EqualTo(expected).Within(1.5));
                }
    }

    [Test]
    public void Grayscale_Always_IsLumaInAllChannels()
    {
        byte[] image = Image(), result = new byte[image.Length];
        var random = new RandomSequence(1);
        new RandomGrayscale(1).Apply(_shape, image, result, ref random);
        for (int p = 0; p < 63; p++)
        {
            byte luma = Luma.Of(image[p], image[63 + p], image[126 + p]);
            Assert.That((result[p], result[63 + p], result[126 + p]), Is.EqualTo((luma, luma, luma)));
        }
    }

    /// <summary>By the formula of bilinear interpolation with middles of pixels at halves, in double; rows are rounded before columns.</summary>
    [Test]
    public void Enlarge_IsBilinear()
    {
        byte[] image = Image(), result = new byte[image.Length];
        const int Top = 2, Left = 1, Height = 5, Width = 4;
        RandomResizedCrop.Enlarge(_shape, image, Top, Left, Height, Width, result);
        for (int c = 0; c < 3; c++)
            for (int h = 0; h < 9; h++)
                for (int w = 0; w < 7; w++)
                {
                    double y = Math.Clamp((h + 0.5) * Height / 9 - 0.5, 0, Height - 1), x = Math.Clamp((w + 0.5) * Width / 7 - 0.5, 0, Width - 1),
                        sum = 0;
                    for (int i = 0; i < Height; i++)
                        for (int j = 0; j < Width; j++)
                            sum += Math.Max(0, 1 - Math.Abs(y - i)) * Math.Max(0, 1 - Math.Abs(x - j)) * image[(c * 9 + Top + i) * 7 + Left + j];
                    Assert.That(result[(c * 9 + h) * 7 + w], Is.EqualTo(sum).Within(1.001));
                }
    }

    [Test]
    public void ResizedCrop_Area_IsWithinTheScale()
    {
        // A ramp: the step between neighbours tells how wide the part was.
        var shape = new Shape(1, 60, 60);
        byte[] image = [.. Enumerable.Range(0, 3600).Select(i => (byte)(4 * (i % 60)))], result = new byte[3600];
        var crop = new RandomResizedCrop((0.25, 0.25), (1, 1));
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new RandomSequence(seed);
            crop.Apply(shape, image, result, ref random);
            Assert.That(result[30 * 60 + 40] - result[30 * 60 + 20], Is.EqualTo(40).Within(2));
        }
    }

    [Test]
    public void AugmentStrengths_EveryOperation_WritesEveryPixelAndIdentityAtZero([Values] bool isNegative)
    {
        var strengths = new AugmentStrengths(0.3, 0.4, 30, 0.9, 4);
        byte[] image = Image(), result = new byte[image.Length], other = new byte[image.Length];
        foreach (AugmentOperation operation in Enum.GetValues<AugmentOperation>())
        {
            Array.Fill(result, (byte)1);
            Array.Fill(other, (byte)2);
            strengths.Apply(operation, 0.7, isNegative, _shape, image, result);
            strengths.Apply(operation, 0.7, isNegative, _shape, image, other);
            Assert.That(result, Is.EqualTo(other), $"{operation}");
            if (operation is AugmentOperation.AutoContrast or AugmentOperation.Equalize) continue;
            strengths.Apply(operation, 0, isNegative, _shape, image, result);
            // solarize from 255 on inverts white alone
            Assert.That(result, Is.EqualTo(operation == AugmentOperation.Solarize ? [.. image.Select(p => p == 255 ? (byte)0 : p)] : image),
                $"{operation}");
        }
    }

    [TestCase(AugmentOperation.TranslateX, 2, 0), TestCase(AugmentOperation.TranslateY, 0, 3)]
    public void AugmentStrengths_Translate_Moves(object operation, int right, int down)
    {
        byte[] image = Image(), result = new byte[image.Length];
        new AugmentStrengths(0, 0.4, 0, 0, 0).Apply((AugmentOperation)operation, 1, isNegative: false, _shape, image, result);
        for (int h = 0; h < 9; h++)
            for (int w = 0; w < 7; w++)
                Assert.That(result[h * 7 + w], Is.EqualTo(h < down || w < right ? 0 : image[(h - down) * 7 + w - right]));
    }
}
