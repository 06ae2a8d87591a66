using NUnit.Framework;
using Scratch.Pictures;

namespace Scratch.Tests.Pictures;

/// <summary>Pixels are those that Pillow sees; what cannot be read is named.</summary>
public sealed class PictureTests
{
    private PictureReader _reader = null!;

    private static IEnumerable<TestCaseData> DeepFiles =>
        PillowFiles.Deep.Select(file => new TestCaseData(file.File, file.Values).SetArgDisplayNames(file.Name));

    [SetUp]
    public void SetUp() => _reader = new();

    [TestCaseSource(typeof(PillowFiles), nameof(PillowFiles.Cases))]
    public void Read_EveryKind_HasPillowsPixels(object file)
    {
        var expected = (PillowFile)file;
        byte[] pixels = _reader.Read(expected.Bytes);
        PictureInfo info = PictureReader.Info(expected.Bytes);
        Assert.That((info.Height, info.Width), Is.EqualTo((expected.Height, expected.Width)));
        Assert.That(pixels.Zip(expected.Pixels, (found, wanted) => Math.Abs(found - wanted)).Max(), Is.AtMost(expected.Gap));
    }

    [TestCaseSource(nameof(DeepFiles))]
    public void Read_SixteenBits_IsTheNearestOfEight(string file, ushort[] values)
    {
        byte[] pixels = _reader.Read(Convert.FromBase64String(file));
        int times = pixels.Length / values.Length;                           // grey is there three times
        Assert.That(pixels, Is.EqualTo(values.SelectMany(value => Enumerable.Repeat((byte)Math.Round(value / 257.0), times))));
    }

    [TestCase("png grey", "1 of 16 bits brought to 8 (0..3969 of 65535 became 0..15)")]
    [TestCase("tiff grey", "1 of 16 bits brought to 8 (0..3969 of 65535 became 0..15)")]
    public void Notes_SixteenBits_SayTheRange(string name, string line)
    {
        _reader.Read(Convert.FromBase64String(PillowFiles.Deep.Single(file => file.Name == name).File));
        Assert.That(_reader.Notes.Line(), Is.EqualTo($"1 picture: {line}"));
    }

    [TestCase("png", null)]
    [TestCase("jpeg", null)]
    [TestCase("jpeg cmyk", "1 picture: 1 of CMYK brought to RGB")]
    [TestCase("png alpha", "1 picture: 1 see-through, alpha dropped")]
    [TestCase("png grey alpha", "1 picture: 1 see-through, alpha dropped")]
    [TestCase("png palette see-through", "1 picture: 1 see-through, alpha dropped")]
    [TestCase("png rgb one colour see-through", "1 picture: 1 see-through, alpha dropped")]
    [TestCase("gif see-through", "1 picture: 1 see-through, alpha dropped")]
    [TestCase("webp lossless alpha", "1 picture: 1 see-through, alpha dropped")]
    [TestCase("webp lossy alpha", "1 picture: 1 see-through, alpha dropped")]
    [TestCase("gif moving", "1 picture: 1 with more frames or pages, the first taken")]
    public void Notes_WhatIsDropped_IsSaid(string name, string? line)
    {
        _reader.Read(PillowFiles.Named(name));
        Assert.That(_reader.Notes.Line(), Is.EqualTo(line));
    }

    [Test]
    public void Notes_ColourProfile_IsSaid()
    {
        _reader.Read(JpegBytes.WithSegment(PillowFiles.Named("jpeg"), 0xE2, [.. "ICC_PROFILE\0"u8, 1, 1, 0, 0]));
        Assert.That(_reader.Notes.Line(), Is.EqualTo("1 picture: 1 with a colour profile, dropped"));
    }

    [TestCase("jpeg grey", true), TestCase("jpeg", false), TestCase("png grey alpha", true), TestCase("png grey 2 bits", true)]
    [TestCase("png palette", false), TestCase("bmp grey", true), TestCase("bmp palette", false), TestCase("bmp", false)]
    [TestCase("gif grey", true), TestCase("gif", false), TestCase("tiff grey", true), TestCase("tiff", false), TestCase("webp lossy", false)]
    public void Info_Grey_IsWhatCanOnlyBeGrey(string name, bool isGrey) =>
        Assert.That(PictureReader.Info(PillowFiles.Named(name)).IsGrey, Is.EqualTo(isGrey));

    [TestCase("webp moving", "moving WebP"), TestCase("tiff cmyk", "4 channels"), TestCase("tiff black and white", "1 bits a channel")]
    [TestCase("tiff jpeg", "packed in way 7"), TestCase("tiff fax", "1 bits"), TestCase("tiff fractions", "32 bits a channel")]
    public void Read_KindThatIsNotKnown_IsNamed(string name, string kind)
    {
        byte[] file = Convert.FromBase64String(PillowFiles.Refused.Single(file => file.Name == name).File);
        Assert.That(Assert.Throws<InvalidDataException>(() => _reader.Read(file))!.Message,
            Does.StartWith($"'{PictureReader.Name}' is no picture that can be read: ").And.Contain(kind));
    }

    [Test]
    public void Read_TooLarge_IsRefusedBeforeMemoryIsTaken()
    {
        byte[] gif = PillowFiles.Named("gif");
        (gif[6], gif[7], gif[8], gif[9]) = (255, 255, 255, 255);
        string message = Assert.Throws<InvalidDataException>(() => _reader.Read(gif))!.Message;
        Assert.That(message, Does.Contain("it is 65535x65535 (H, W), must have 1 to 178956970 pixels"));
    }
    [TestCase("png"), TestCase("jpeg"), TestCase("gif"), TestCase("bmp")]
    public void Decode_MorePixelsThanTheCallerTakes_IsRefusedAndOneMoreIsNot(string name)
    {
        byte[] file = PillowFiles.Named(name);
        PictureInfo info = PictureReader.Info(file);
        int pixels = info.Height * info.Width;
        Assert.That(Picture.Decode(file, mostPixels: pixels).Shape.Length, Is.Positive);
        string message = Assert.Throws<InvalidDataException>(() => Picture.Decode(file, mostPixels: pixels - 1))!.Message;
        Assert.That(message, Does.Contain($"it is {info.Height}x{info.Width} (H, W), must have 1 to {pixels - 1} pixels"));
    }
}
