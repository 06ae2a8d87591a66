using NUnit.Framework;
using Scratch.Pictures.Formats;

namespace Scratch.Tests.Pictures;

/// <summary>How many groups of codes a VP8L says it has, before anything is taken for them.</summary>
public sealed class WebpLosslessTests
{
    private const int Height = 5, Width = 9, Predictor = 0, SubtractGreen = 2, Palette = 3;

    // 124x19, made by libwebp, with two groups.
    private static byte[] Sound { get; } = Convert.FromBase64String(
        "UklGRsIAAABXRUJQVlA4TLYAAAAvEsAeAKQJiIhQUQAQjiIiyKObZtK4vefPMAA1GSWTwUgim8Sx9DYMQE2/2GKL7GYwhCz6PwFqItlqXk0SgY"
        + "ZfYi+aw1TOtAohWaGewuvDEcRzCSCDWLKJSk0jKdCVZ5NXAEpAEzZo8dH/CQDp2tVp2A3TWDrp1mUQf5LioQwMCui+cD8883xo9Je/I7vZuEii"
        + "rCHv9oliFF+v8Y8AAACgavM2yqbsazUvVDb9jZn+ys/CZho3Ag==");

    [TestCase(0, 3)]
    [TestCase(200, 503)]
    [TestCase(3000, 7503)]
    [TestCase(4095, 10240)]
    public void CheckGroups_AsManyBitsAsTheyNeed_Passes(int group, int bytes) =>
        Assert.That(() => WebpLossless.CheckGroups(Stream(group, bytes), Width, Height), Throws.Nothing);

    [TestCase(200, 502)]
    [TestCase(3000, 7502)]
    [TestCase(4096, 100_000)]
    [TestCase(65535, 1_000_000)]
    public void CheckGroups_MoreGroupsThanThereIsRoomFor_IsRefused(int group, int bytes) => Assert.That(
        () => WebpLossless.CheckGroups(Stream(group, bytes), Width, Height),
        Throws.TypeOf<InvalidDataException>().With.Message.Contains($"{group + 1} groups of codes"));

    // A square of 4x4 pixels each, 3x2 of them: the last one of two greens is the greater.
    [Test]
    public void CheckGroups_GreatestInTheLastPixel_IsFound()
    {
        var bits = new Bits().Add(0, 1).Add(0, 1).Add(1, 1).Add(0, 3).Add(0, 1);
        bits.AddPair(7, 90).AddOnly(0).AddOnly(0).AddOnly(0).AddOnly(0).Add(0b100000, 6);
        Assert.That(() => WebpLossless.CheckGroups(bits.ToArray(more: 226), Width, Height), Throws.TypeOf<InvalidDataException>()
            .With.Message.Contains("91 groups"));
        Assert.That(() => WebpLossless.CheckGroups(bits.ToArray(more: 228), Width, Height), Throws.Nothing);
    }

    // With two colours eight pixels are one: of 9 columns 2 are left, and 1x2 squares of 4x4, each with a bit for its green.
    [Test]
    public void CheckGroups_BehindTransforms_IsAtItsPlace()
    {
        var bits = new Bits().Add(1, 1).Add(SubtractGreen, 2).Add(1, 1).Add(Palette, 2).Add(1, 8).AddPicture(7);
        bits.Add(1, 1).Add(Predictor, 2).Add(0, 3).Add(0, 1).AddPair(7, 90).AddOnly(0).AddOnly(0).AddOnly(0).AddOnly(0).Add(0b01, 2);
        bits.Add(0, 1).Add(0, 1).Add(1, 1).Add(0, 3).AddPicture(70);
        Assert.That(() => WebpLossless.CheckGroups(bits.ToArray(more: 3), Width, Height), Throws.TypeOf<InvalidDataException>()
            .With.Message.Contains("71 groups"));
    }

    [Test]
    public void CheckGroups_TransformTwice_IsRefused() => Assert.That(
        () => WebpLossless.CheckGroups(new Bits().Add(1, 1).Add(SubtractGreen, 2).Add(1, 1).Add(SubtractGreen, 2).ToArray(9), Width, Height),
        Throws.TypeOf<InvalidDataException>().With.Message.Contains("twice"));

    [Test]
    public void CheckGroups_CodeOfNoSymbol_IsRefused() => Assert.That(
        () => WebpLossless.CheckGroups(new Bits().Add(0, 1).Add(0, 1).Add(1, 1).Add(0, 3).Add(0, 1).Add(0, 1).Add(0, 4).Add(0, 12).ToArray(99), Width,
            Height), Throws.TypeOf<InvalidDataException>().With.Message.Contains("a code of its pixels is damaged"));

    [Test]
    public void CheckGroups_OfLibwebp_PassesAndCountsThem()
    {
        const int Start = 25;                                                // behind RIFF, WEBP, VP8L, its length and header
        ReadOnlyMemory<byte> data = Sound.AsMemory(Start);
        Assert.That(() => WebpLossless.CheckGroups(data.Span, 124, 19), Throws.Nothing);
        string[] errors = [.. Enumerable.Range(0, data.Length).Select(length => Error(data[..length])).OfType<string>().Distinct()];
        Assert.That(errors, Has.Some.Contains("it has 2 groups of codes"));
        Assert.That(errors, Has.None.Contains("damaged"), "what is cut short is nothing else");
    }

    private static string? Error(ReadOnlyMemory<byte> data)
    {
        try
        {
            WebpLossless.CheckGroups(data.Span, 124, 19);
            return null;
        }
        catch (InvalidDataException e)
        {
            return e.Message;
        }
    }

    // No transforms, no cache; every square of 4x4 pixels is of this group.
    private static byte[] Stream(int group, int bytes) =>
        new Bits().Add(0, 1).Add(0, 1).Add(1, 1).Add(0, 3).AddPicture(group).ToArray(bytes);

    private sealed class Bits
    {
        private readonly List<bool> _bits = [];

        public Bits Add(int number, int count)
        {
            for (int i = 0; i < count; i++) _bits.Add((number >> i & 1) == 1);
            return this;
        }

        // A code of one symbol.
        public Bits AddOnly(int symbol) => Add(0b101, 3).Add(symbol, 8);

        // A code of two, with a bit each.
        public Bits AddPair(int first, int second) => Add(0b111, 3).Add(first, 8).Add(second, 8);

        // A picture of one colour, with this number in its red and green: no cache, and no bits for its pixels.
        public Bits AddPicture(int number) => Add(0, 1).AddOnly(number & 255).AddOnly(number >> 8).AddOnly(3).AddOnly(4).AddOnly(5);

        public byte[] ToArray(int more)
        {
            byte[] bytes = new byte[(_bits.Count + 7) / 8 + more];
            for (int i = 0; i < _bits.Count; i++) bytes[i / 8] |= (byte)(_bits[i] ? 1 << i % 8 : 0);
            return bytes;
        }
    }
}
