using NUnit.Framework;
using Scratch.Files;
using Scratch.Tensors;

namespace Scratch.Tests.Files;

public sealed class SafetensorsFileTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Vectors", "cases");
    private static readonly IEnumerable<string?> Cases = Directory.GetFiles(Folder, "*.safetensors").Select(Path.GetFileName).Order();

    [Test]
    public void Get_F16_GivesTheSameNumbers()
    {
        // 1, -2, 65504 (the largest), 2^-24 (the smallest), infinity
        byte[] bytes = SafetensorsBytes.Of("""{"x":{"dtype":"F16","shape":[5],"data_offsets":[0,10]}}""",
            0x00, 0x3C, 0x00, 0xC0, 0xFF, 0x7B, 0x01, 0x00, 0x00, 0x7C);
        SafetensorsFile file = SafetensorsBytes.Read(bytes);
        Assert.That(file.Get<float>("x").Span.ToArray(), Is.EqualTo(new[] { 1f, -2f, 65504f, 5.9604645e-8f, float.PositiveInfinity }));
        Assert.That(file.Get<double>("x").Span.ToArray(), Is.EqualTo(new[] { 1, -2, 65504, 5.9604644775390625e-8, double.PositiveInfinity }));
    }

    [Test]
    public void Get_Bf16_GivesTheUpperHalfOfAFloat()
    {
        // 1, -2, 3.140625 (pi to eight bits), NaN
        byte[] bytes = SafetensorsBytes.Of("""{"x":{"dtype":"BF16","shape":[2,2],"data_offsets":[0,8]}}""",
            0x80, 0x3F, 0x00, 0xC0, 0x49, 0x40, 0xC0, 0x7F);
        SafetensorsFile file = SafetensorsBytes.Read(bytes);
        Assert.That(file.Get<float>("x").Span.ToArray(), Is.EqualTo(new[] { 1f, -2f, 3.140625f, float.NaN }));
        Assert.That(file.Get<double>("x").Span.ToArray(), Is.EqualTo(new[] { 1, -2, 3.140625, double.NaN }));
    }

    [Test]
    public void Get_F64AsFloat_Rounds()
    {
        byte[] bytes = SafetensorsBytes.Of(new SafetensorsWriter().Add("x", new Tensor<double>(new Shape(2), [0.1, 1e300])));
        Assert.That(SafetensorsBytes.Read(bytes).Get<float>("x").Span.ToArray(), Is.EqualTo(new[] { 0.1f, float.PositiveInfinity }));
    }

    [TestCase("I64", new byte[] { 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0x80 }, new[] { -2, long.MinValue })]
    [TestCase("I32", new byte[] { 0xFE, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0x80 }, new long[] { -2, int.MinValue })]
    [TestCase("I16", new byte[] { 0xFE, 0xFF, 0x02, 0x01 }, new long[] { -2, 258 })]
    [TestCase("I8", new byte[] { 0xFE, 0x7F }, new long[] { -2, 127 })]
    [TestCase("U8", new byte[] { 0xFE, 0x7F }, new long[] { 254, 127 })]
    [TestCase("BOOL", new byte[] { 1, 0 }, new long[] { 1, 0 })]
    public void GetIntegers_EachType_GivesTheSameNumbers(string dtype, byte[] data, long[] expected)
    {
        byte[] bytes = SafetensorsBytes.Of($$$"""{"x":{"dtype":"{{{dtype}}}","shape":[2],"data_offsets":[0,{{{data.Length}}}]}}""", data);
        Assert.That(SafetensorsBytes.Read(bytes).GetIntegers("x"), Is.EqualTo(expected));
    }

    [Test]
    public void Entries_HeaderInAnotherOrder_FollowTheData()
    {
        byte[] bytes = SafetensorsBytes.Of(
            """{"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]},"a":{"shape":[2],"data_offsets":[0,2],"dtype":"U8"}}   """, 5, 6, 7);
        SafetensorsFile file = SafetensorsBytes.Read(bytes);
        Assert.That(string.Join(", ", file.Entries), Is.EqualTo("a U8 [2], b U8 [1]"));
        Assert.That(file.GetIntegers("b").Single(), Is.EqualTo(7));
    }

    [Test]
    public void Read_NoTensors_IsEmpty() => Assert.That(SafetensorsBytes.Read(SafetensorsBytes.Of("{}")).Entries, Is.Empty);

    [Test]
    public void Read_StreamFromTheMiddle_StartsThere()
    {
        byte[] bytes = [1, 2, 3, .. SafetensorsBytes.Of("""{"x":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}""", 9)];
        using var stream = new MemoryStream(bytes) { Position = 3 };
        Assert.That(SafetensorsFile.Read(stream, "part").GetIntegers("x").Single(), Is.EqualTo(9));
    }

    [Test]
    public void Read_StreamWithoutLength_SaysWhatToDo()
    {
        using var stream = new System.IO.Compression.GZipStream(new MemoryStream(), System.IO.Compression.CompressionMode.Decompress);
        Assert.That(() => SafetensorsFile.Read(stream, "packed"),
            Throws.ArgumentException.With.Message.StartsWith("packed: the stream does not know its length."));
    }

    [Test]
    public void Get_MissingTensor_NamesThoseThatAreThere()
    {
        SafetensorsFile file = SafetensorsBytes.Read(SafetensorsBytes.Of(new SafetensorsWriter().Add("a", new Shape(), [1]).Add("b", new Shape(),
            [2])));
        Assert.That(() => file.Get<float>("c"), Throws.TypeOf<InvalidDataException>()
            .With.Message.EqualTo("hand-made.safetensors: there is no tensor 'c' among its 2: a, b."));
    }

    [Test]
    public void Get_Integers_SaysExpectedAndFound()
    {
        SafetensorsFile file = SafetensorsBytes.Read(SafetensorsBytes.Of(new SafetensorsWriter().Add("target", new Shape(2), [1, 2])));
        Assert.That(() => file.Get<float>("target"), Throws.TypeOf<InvalidDataException>()
            .With.Message.EqualTo("hand-made.safetensors: tensor 'target': expected F64, F32, F16 or BF16, found I64 [2]."));
    }

    [Test]
    public void GetIntegers_Floats_SaysExpectedAndFound()
    {
        SafetensorsFile file = SafetensorsBytes.Read(SafetensorsBytes.Of(new SafetensorsWriter().Add("x", new Tensor<float>(new Shape(2)))));
        Assert.That(() => file.GetIntegers("x"), Throws.TypeOf<InvalidDataException>()
            .With.Message.EqualTo("hand-made.safetensors: tensor 'x': expected I64, I32, I16, I8, U8 or BOOL, found F32 [2]."));
    }

    [Test]
    public void Cases_Folder_HoldsAllReferenceVectors() => Assert.That(Cases.Count(), Is.EqualTo(170));

    [TestCaseSource(nameof(Cases))]
    public void Read_ReferenceVectors_EveryTensorCanBeRead(string name)
    {
        SafetensorsFile file = SafetensorsFile.Read(Path.Combine(Folder, name));
        Assert.That(file.Metadata["op"], Is.Not.Empty);
        foreach (SafetensorsEntry entry in file.Entries)
        {
            int length = entry.Dtype == "I64" ? file.GetIntegers(entry.Name).Length : file.Get<double>(entry.Name).Length;
            Assert.That(length, Is.EqualTo(file[entry.Name].Shape.Length), entry.ToString());
        }
    }

    [Test]
    public void Read_ReferenceModel_HasPyTorchsNamesShapesAndValues()
    {
        string path = Path.Combine(Folder, "model_lesson_params.safetensors");
        SafetensorsFile file = SafetensorsFile.Read(path);
        Assert.That(file["0.weight"].Shape, Is.EqualTo(new Shape(8, 1, 5, 5)));
        Assert.That(file.Entries.Sum(entry => entry.Shape.Length), Is.EqualTo(15594));

        byte[] bytes = File.ReadAllBytes(path);
        int first = bytes.Length - (int)file.Entries[^1].End + (int)file["0.weight"].Begin;
        Assert.That(file.Get<float>("0.weight")[0, 0, 0, 0], Is.EqualTo(BitConverter.ToSingle(bytes, first)));
    }
}
