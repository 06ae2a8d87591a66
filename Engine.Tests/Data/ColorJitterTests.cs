using NUnit.Framework;
using Scratch.Data;
using Scratch.Tensors;

namespace Scratch.Tests.Data;

/// <summary>Light and colour change as Pillow 9.4.0 changes them (<c>ImageEnhance</c>: Brightness, Contrast, Color).</summary>
public sealed class ColorJitterTests
{
    private const int Height = 4, Width = 5;

    private static readonly byte[] _image = [.. Enumerable.Range(0, 3 * Height * Width).Select(i =>
    {
        var (c, h, w) = (i / (Height * Width), i / Width % Height, i % Width);
        return (byte)(37 * h + 101 * w + 59 * c + 7 * h * w);
    })];

    [TestCase(1.3, 1, 1, "AIP/PcAwvP+I/2D1PtMckP+A/3FM0AaJ/3z/SNUUrP+L/2ncLs0fvZn/U9YNyQmV/2H5Qtcgtv97/2v/")]
    [TestCase(0.45, 1, 1, "AC1aFUIQQXEvXyFVFUkJMWgsYycaSAIvXStbGUkHO28wYyRMEEcKQTViHEoERQMzZCFWFkoLP2cqYSVc")]
    [TestCase(1, 1.7, 1, "AFb/AKYAof9d/yjrAL8AZ/9S/z4OugBe/03/CcEAjP9g/zTLALcAonP/F8MAsgBu/yrxAcQAmP9M/zf/")]
    [TestCase(1, 0.3, 1, "VXOSY4FggKF0lWuOY4Zcdptzl29nhVZ1k3KSZoZafZ91mG2IYIRcgXiXaIZYg1d3mGuPZIdcf5pxlm6S")]
    [TestCase(1, 1, 2.5, "AB3/AHcAdP8h/wKgAIYAJ/8b/w9LsAB6/3D/ALQAlf97/2G6AK4Aot//Nf8A/wBo/0D/AP8A9f9U/0j/")]
    [TestCase(1, 1, 0, "MJVHX6dVpHqZUnrQYLZGn2aTWocwlUdfp1WkeplSetBgtkafZpNahzCVR1+nVaR6mVJ60GC2Rp9mk1qH")]
    [TestCase(0.8, 1.4, 0.6, "Cl6HIocWhbhjkUC0I5cRaaJcl04ahhdJrz6sM4saaNxLvy+RHYQbdkGuKnI8ZjtcsjWPV3JBWLlFqzue")]
    public void Apply_FactorsWithoutChoice_GivesPillowsValues(double brightness, double contrast, double saturation, string expected)
    {
        var jitter = new ColorJitter((brightness, brightness), (contrast, contrast), (saturation, saturation));
        Assert.That(Apply(jitter, _image, new Shape(3, Height, Width), 1), Is.EqualTo(Convert.FromBase64String(expected)));
    }

    [Test]
    public void Apply_Grey_HasContrastAndNoSaturation()
    {
        byte[] grey = [.. Enumerable.Range(0, Height * Width).Select(p => Luma.Of(_image[p], _image[p + 20], _image[p + 40]))];
        Assert.That(Apply(new ColorJitter(contrast: (1.5, 1.5), saturation: (3, 3)), grey, new Shape(1, Height, Width), 1),
            Is.EqualTo(Convert.FromBase64String("C6ItUb1CuXqoPnr7U9QssVyfSo0=")));
    }

    [Test]
    public void Apply_Ranges_DrawEachFactorFromItsOwn()
    {
        byte[] white = [.. Enumerable.Repeat((byte)200, 48)];
        byte[] seen = [.. Enumerable.Range(0, 300).Select(seed => Apply(new ColorJitter(brightness: (0.5, 0.9)), white, new Shape(3, 4, 4),
            seed)[7])];
        Assert.That((seen.Min(), seen.Max()), Is.EqualTo(((byte)100, (byte)179)).Using<(byte Low, byte High)>((a, b) =>
            Math.Abs(a.Low - b.Low) <= 3 && Math.Abs(a.High - b.High) <= 3));
        Assert.That(Apply(new ColorJitter(), _image, new Shape(3, Height, Width), 5), Is.EqualTo(_image));
    }

    [Test]
    public void Constructor_NoRange_IsRefused([Values(0, 1, 2)] int which)
    {
        (double, double)? At(int place) => place == which ? (1.2, 0.8) : null;
        Assert.Throws<ArgumentOutOfRangeException>(() => new ColorJitter(At(0), At(1), At(2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ColorJitter((-0.1, 1)));
    }

    private static byte[] Apply(Augmentation augmentation, byte[] image, Shape shape, long seed)
    {
        var result = new byte[image.Length];
        var random = new RandomSequence(seed);
        augmentation.Apply(shape, image, result, ref random);
        return result;
    }
}
