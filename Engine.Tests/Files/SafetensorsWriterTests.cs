using System.Buffers.Binary;
using System.Text;
using CsCheck;
using NUnit.Framework;
using Scratch.Files;
using Scratch.Tensors;

namespace Scratch.Tests.Files;

public sealed class SafetensorsWriterTests
{
    [Test]
    public void Write_FloatTensor_ComesBackBitForBit()
    {
        float[] values = [1.5f, -0f, float.NaN, float.NegativeInfinity, float.Epsilon, float.MaxValue];
        Tensor<float> back = Back(new SafetensorsWriter().Add("x", new Tensor<float>(new Shape(2, 3), values)), "F32").Get<float>("x");
        Assert.That(back.Shape, Is.EqualTo(new Shape(2, 3)));
        Assert.That(back.Span.ToArray().Select(BitConverter.SingleToInt32Bits), Is.EqualTo(values.Select(BitConverter.SingleToInt32Bits)));
    }

    [Test]
    public void Write_DoubleTensor_ComesBackBitForBit()
    {
        double[] values = [0.1, -0.0, double.NaN, double.Epsilon, double.MaxValue, -1];
        Tensor<double> back = Back(new SafetensorsWriter().Add("x", new Tensor<double>(new Shape(3, 2), values)), "F64").Get<double>("x");
        Assert.That(back.Span.ToArray().Select(BitConverter.DoubleToInt64Bits), Is.EqualTo(values.Select(BitConverter.DoubleToInt64Bits)));
    }

    [Test]
    public void Write_HalfTensor_IsStoredAsF32()
    {
        SafetensorsFile file = Back(new SafetensorsWriter().Add("x", new Tensor<Half>(new Shape(2), [(Half)0.5, Half.MaxValue])), "F32");
        Assert.That(file.Get<float>("x").Span.SequenceEqual([0.5f, 65504]));
    }

    [Test]
    public void Write_Integers_ComeBack()
    {
        SafetensorsFile file = Back(new SafetensorsWriter().Add("x", new Shape(3), [long.MinValue, 0, long.MaxValue]), "I64");
        Assert.That(file.GetIntegers("x"), Is.EqualTo(new[] { long.MinValue, 0, long.MaxValue }));
    }

    [Test]
    public void Write_Scalar_HasShapeOfNoSizes()
    {
        SafetensorsFile file = Back(new SafetensorsWriter().Add("x", new Tensor<float>(new Shape(), [3])), "F32");
        Assert.That(file["x"].Shape.Rank, Is.Zero);
        Assert.That(file.Get<float>("x").Span[0], Is.EqualTo(3));
    }

    [Test]
    public void Write_EmptyTensors_KeepTheirShape()
    {
        SafetensorsWriter writer = new SafetensorsWriter()
            .Add("a", new Tensor<float>(new Shape(0, 7))).Add("b", new Tensor<float>(new Shape(2))).Add("c", new Tensor<float>(new Shape(0)));
        SafetensorsFile file = Back(writer, "F32");
        Assert.That(file["a"].Shape, Is.EqualTo(new Shape(0, 7)));
        Assert.That(file.Get<float>("c").Length, Is.Zero);
    }

    [Test]
    public void Write_Nothing_CanBeRead() => Assert.That(SafetensorsBytes.Read(SafetensorsBytes.Of(new SafetensorsWriter())).Entries, Is.Empty);

    [Test]
    public void Write_Metadata_ComesBackInOrder()
    {
        SafetensorsWriter writer = new SafetensorsWriter().AddMetadata("z", "last letter").AddMetadata("é\n\"", "\u0000 𝄞").AddMetadata("", "");
        IReadOnlyDictionary<string, string> back = SafetensorsBytes.Read(SafetensorsBytes.Of(writer)).Metadata;
        Assert.That(back, Is.EqualTo(new[] { KeyValuePair.Create("z", "last letter"), KeyValuePair.Create("é\n\"", "\u0000 𝄞"),
            KeyValuePair.Create("", "") }));
    }

    [Test]
    public void Write_MixedSizes_AlignsEachTensorToItsElements()
    {
        SafetensorsWriter writer = new SafetensorsWriter().Add("f", new Tensor<float>(new Shape(3))).Add("i", new Shape(1), [1])
            .Add("g", new Tensor<float>(new Shape(1))).Add("d", new Tensor<double>(new Shape(2)));
        byte[] bytes = SafetensorsBytes.Of(writer);
        SafetensorsFile file = SafetensorsBytes.Read(bytes);
        Assert.That(BinaryPrimitives.ReadInt64LittleEndian(bytes) % 8, Is.Zero);
        Assert.That(string.Concat(file.Entries.Select(entry => entry.Name)), Is.EqualTo("idfg"));
        Assert.That(file.Entries.Select(entry => entry.Begin % (entry.Dtype == "F32" ? 4 : 8)), Is.All.Zero);
    }

    [Test]
    public void Write_OneTensor_GivesTheseBytes()
    {
        const string Header = """{"__metadata__":{"format":"pt"},"x":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}""";
        byte[] expected = [88, 0, 0, 0, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(Header.PadRight(88)), 0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0];
        SafetensorsWriter writer = new SafetensorsWriter().Add("x", new Tensor<float>(new Shape(1, 2), [1, -2])).AddMetadata("format", "pt");
        Assert.That(SafetensorsBytes.Of(writer), Is.EqualTo(expected));
    }

    [Test]
    public void Write_AnyShapeAndLength_ComesBack()
    {
        // Up to 130 KB, so that the last part of a tensor falls before, on and after the end of the 64 KB buffer.
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 4100], Gen.Long).Sample((rows, columns, seed) =>
        {
            var random = new RandomGenerator(seed);
            var shape = new Shape(rows, columns);
            var tensor = new Tensor<double>(shape);
            foreach (ref double value in tensor.Span) value = random.NextNormal();
            SafetensorsFile file = SafetensorsBytes.Read(SafetensorsBytes.Of(
                new SafetensorsWriter().Add("float", tensor.Cast<float>()).Add("double", tensor)));
            return file["float"].Shape == shape && file.Get<double>("double").Span.SequenceEqual(tensor.Span)
                && file.Get<float>("float").Span.SequenceEqual(tensor.Cast<float>().Span);
        }, iter: 60);
    }

    [Test]
    public void Add_SameNameTwice_Throws()
    {
        SafetensorsWriter writer = new SafetensorsWriter().Add("x", new Shape(), [1]);
        Assert.That(() => writer.Add("x", new Tensor<float>(new Shape())),
            Throws.ArgumentException.With.Message.StartsWith("There is a tensor 'x' already."));
    }

    [Test]
    public void Add_ReservedName_Throws() =>
        Assert.That(() => new SafetensorsWriter().Add("__metadata__", new Shape(), [1]), Throws.ArgumentException);

    [Test]
    public void Add_TooFewIntegers_ThrowsWithBothShapes()
    {
        ShapeMismatchException? error = Assert.Throws<ShapeMismatchException>(() => new SafetensorsWriter().Add("x", new Shape(2, 2), [1, 2, 3]));
        Assert.That((error?.Expected, error?.Actual), Is.EqualTo((new Shape(2, 2), new Shape(3))));
    }

    private static SafetensorsFile Back(SafetensorsWriter writer, string dtype)
    {
        SafetensorsFile file = SafetensorsBytes.Read(SafetensorsBytes.Of(writer));
        Assert.That(file.Entries.Select(entry => entry.Dtype), Is.All.EqualTo(dtype));
        return file;
    }
}
