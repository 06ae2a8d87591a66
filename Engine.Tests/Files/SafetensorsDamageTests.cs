using CsCheck;
using NUnit.Framework;
using Scratch.Files;
using Scratch.Tensors;

namespace Scratch.Tests.Files;

/// <summary>Files that are cut off, altered or made to harm: each is refused with one line, and never believed about sizes.</summary>
public sealed class SafetensorsDamageTests
{
    private static readonly byte[] Valid = SafetensorsBytes.Of(new SafetensorsWriter()
        .Add("weight", new Tensor<float>(new Shape(2, 3), [1, 2, 3, 4, 5, 6])).Add("label", new Shape(2), [7, 8]).AddMetadata("format", "pt"));

    private static IEnumerable<TestCaseData> WrongHeaders()
    {
        yield return Case("""{"x":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4]}}""", 4,
            "tensor 'x': axis 0 of size 1099511627776 makes more elements than");
        yield return Case("""{"x":{"dtype":"U8","shape":[65536,65536,65536,65536],"data_offsets":[0,0]}}""", 0,
            "tensor 'x': axis 1 of size 65536 makes more elements than");
        yield return Case("""{"x":{"dtype":"F32","shape":[0,1099511627776],"data_offsets":[0,0]}}""", 0,
            "tensor 'x': axis 1 of size 1099511627776 makes more elements than");
        yield return Case("""{"x":{"dtype":"F32","shape":[1000000000],"data_offsets":[0,4000000000]}}""", 4,
            "tensor 'x': data_offsets [0, 4000000000] leave the 4 bytes of data in the file.");
        yield return Case("""{"x":{"dtype":"F32","shape":[1000000000],"data_offsets":[0,4]}}""", 4,
            "tensor 'x': F32 [1000000000] takes 4000000000 bytes, data_offsets [0, 4] hold 4.");
        yield return Case("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4,
            "tensor 'x': F32 [2] takes 8 bytes, data_offsets [0, 4] hold 4.");
        yield return Case("""{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4,
            "tensor 'x': expected whole numbers from 0 to 2^63 - 1 in shape, found -1.");
        yield return Case("""{"x":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4,
            "tensor 'x': expected whole numbers from 0 to 2^63 - 1 in shape, found 1.5.");
        yield return Case("""{"x":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", 4,
            "tensor 'x': expected whole numbers from 0 to 2^63 - 1 in shape, found \"1\".");
        yield return Case("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", 4,
            "tensor 'x': expected whole numbers from 0 to 2^63 - 1 in data_offsets, found -4.");
        yield return Case("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,18446744073709551615]}}""", 4, "found 18446744073709551615.");
        yield return Case("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "tensor 'x': data_offsets [4, 0] end before they begin.");
        yield return Case("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", 4, "tensor 'x': expected 2 data_offsets, found 3.");
        yield return Case("""{"x":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}""", 4,
            "tensor 'x': dtype 'F31' is unknown, expected for example F32 or I64.");
        yield return Case("""{"x":{"dtype":1,"shape":[1],"data_offsets":[0,4]}}""", 4,
            "tensor 'x': expected dtype to be of kind String, found Number.");
        yield return Case("""{"x":{"dtype":"F32","data_offsets":[0,4]}}""", 4, "tensor 'x': shape is missing.");
        yield return Case("""{"x":7}""", 0, "tensor 'x': expected an object, found Number.");
        yield return Case("""{"__metadata__":[]}""", 0, "__metadata__: expected an object, found Array.");
        yield return Case("""{"__metadata__":{"epoch":3}}""", 0, "__metadata__: expected a string at 'epoch', found Number.");
        yield return Case("""{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"y":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""", 3,
            "tensor 'y': data_offsets [1, 3] overlap the tensor before, expected to begin at 2.");
        yield return Case("""{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"y":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}}""", 5,
            "tensor 'y': data_offsets [3, 5] leave a gap after the tensor before, expected to begin at 2.");
        yield return Case("""{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 3, "the tensors take 2 bytes, the file has 3 bytes of data.");
        yield return Case("""{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"x":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2,
            "Duplicate property 'x'");
        yield return Case("""{"x":{"dtype":"U8","shape":[1],"shape":[2],"data_offsets":[0,1]}}""", 1, "Duplicate property 'shape'");
        yield return Case("""{"\ud800":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "header is not valid JSON");
        yield return Case("""{"x\n\u001b[31m":7}""", 0, """tensor 'x\n\u001B[31m': expected an object""");
        yield return Case("""{"x":""", 0, "header is not valid JSON");
        yield return Case("{} {}", 0, "header is not valid JSON");
        yield return Case(" {}", 0, "expected a header that begins with '{' at byte 8, found 0x20.");
        yield return Case("", 0, "expected a header that begins with '{' at byte 8, found an empty one.");
        yield return Case($$"""{"x":{{new string('[', 1000)}}""", 0, "header is not valid JSON");
        yield return Case($$"""{"{{new string('n', 5000)}}":7}""", 0, "nnn…'");
    }

    [TestCaseSource(nameof(WrongHeaders))]
    public void Read_WrongHeader_IsRefusedOnOneLine(string json, int dataLength, string message)
    {
        InvalidDataException? error = Assert.Throws<InvalidDataException>(() =>
            SafetensorsBytes.Read(SafetensorsBytes.Of(json, new byte[dataLength])));
        Assert.That(error?.Message, Does.StartWith("hand-made.safetensors: ").And.Contain(message).And.Match("[^.?][.?]$"));
        Assert.That(error?.Message, Has.Length.LessThan(400).And.Not.Contains("\n"));
    }

    [Test]
    public void Read_InvalidUtf8_IsRefused()
    {
        byte[] bytes = SafetensorsBytes.Of([.. "{\""u8, 0xFF, .. "\":7}"u8], []);
        Assert.That(() => SafetensorsBytes.Read(bytes),
            Throws.TypeOf<InvalidDataException>().With.Message.EqualTo("hand-made.safetensors: header is not valid UTF-8."));
    }

    [TestCase(3ul, "expected a header of 3 bytes from byte 8 on, found 2. Is it cut off?")]
    [TestCase(100_000_000ul, "expected a header of 100000000 bytes from byte 8 on, found 2. Is it cut off?")]
    [TestCase(100_000_001ul, "expected a header of at most 100000000 bytes, found length 100000001 at byte 0. Is it a safetensors file?")]
    [TestCase(ulong.MaxValue, "expected a header of at most 100000000 bytes, found length 18446744073709551615 at byte 0. Is it a safetensors file?")]
    public void Read_HeaderLongerThanFile_IsRefused(ulong length, string message)
    {
        byte[] bytes = [.. SafetensorsBytes.Prefix(length), .. "{}"u8];
        Assert.That(() => SafetensorsBytes.Read(bytes),
            Throws.TypeOf<InvalidDataException>().With.Message.EqualTo($"hand-made.safetensors: {message}"));
    }

    [TestCase("""{"x":{"dtype":"F32","shape":[500000000],"data_offsets":[0,2000000000]}}""", null)]
    [TestCase("""{"x":{"dtype":"F64","shape":[1099511627776],"data_offsets":[0,8796093022208]}}""", null)]
    [TestCase("{}", 99_999_999ul)]
    public void Read_ClaimOfGigabytes_AllocatesNone(string json, ulong? headerLength)
    {
        byte[] bytes = SafetensorsBytes.Of(json, 1, 2, 3, 4);
        if (headerLength is { } length) SafetensorsBytes.Prefix(length).CopyTo(bytes, 0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => SafetensorsBytes.Read(bytes));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1_000_000));
    }

    [Test]
    public void Read_CutOffAtAnyByte_IsRefused()
    {
        Assert.That(() => SafetensorsBytes.Read(Valid), Throws.Nothing);
        for (int length = 0; length < Valid.Length; length++)
            Assert.That(() => SafetensorsBytes.Read(Valid[..length]), Throws.TypeOf<InvalidDataException>(), $"cut off at byte {length}");
    }

    [Test]
    public void Read_FileThatShrinksMeanwhile_IsRefused()
    {
        using var stream = new ShrinkingStream(Valid);
        Assert.That(() => SafetensorsFile.Read(stream, "shrinking"), Throws.TypeOf<InvalidDataException>().With.Message.Contains("became shorter"));
    }

    [Test]
    public void Read_RandomBytes_GivesNothingButInvalidData() =>
        Gen.Byte.Array[0, 200].Sample(bytes => ReadsOrRefuses(bytes), iter: 5_000);

    [Test]
    public void Read_RandomHeader_GivesNothingButInvalidData()
    {
        Gen<string> piece = Gen.OneOf("{", "}", "[", "]", ":", ",", "\"x\"", "\"dtype\"", "\"F32\"", "\"shape\"", "\"data_offsets\"",
            "\"__metadata__\"", "0", "4", "-1", "1e9", "9223372036854775807", "null", "true", "\"\\ud800\"", " ", "\n");
        piece.Array[0, 30].Sample(pieces => ReadsOrRefuses(SafetensorsBytes.Of("{\"x\":" + string.Concat(pieces), 0, 0, 0, 0)), iter: 5_000);
    }

    [Test]
    public void Read_AlteredBytes_GivesNothingButInvalidData()
    {
        Gen<(int Position, byte Value)[]> changes = Gen.Select(Gen.Int[0, Valid.Length - 1],
            Gen.OneOf(Gen.Byte, Gen.OneOf("0129{}[]\",:- \\"u8.ToArray()))).Array[1, 4];
        changes.Sample(list =>
        {
            byte[] bytes = [.. Valid];
            foreach ((int position, byte value) in list) bytes[position] = value;
            return ReadsOrRefuses(bytes);
        }, iter: 20_000);
    }

    // True if the file is read whole or refused on one line; any other exception goes on and fails the test.
    private static bool ReadsOrRefuses(byte[] bytes)
    {
        try
        {
            SafetensorsFile file = SafetensorsBytes.Read(bytes);
            foreach (SafetensorsEntry entry in file.Entries)
            {
                if (entry.Dtype is "F64" or "F32" or "F16" or "BF16") file.Get<float>(entry.Name);
                else file.GetIntegers(entry.Name);
            }
            return true;
        }
        catch (InvalidDataException e)
        {
            return !e.Message.AsSpan().ContainsAny('\n', '\r');
        }
    }

    private static TestCaseData Case(string json, int dataLength, string message) =>
        new TestCaseData(json, dataLength, message).SetArgDisplayNames(message);

    // Knows its full length, but its last three bytes never come.
    private sealed class ShrinkingStream(byte[] content) : MemoryStream(content)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..(int)Math.Min(buffer.Length, Length - 3 - Position)]);
    }
}
