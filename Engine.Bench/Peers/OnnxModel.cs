using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Bench.Peers;

/// <summary>ONNX Runtime on the lesson's model: the graph is a file, the weights are a model's.</summary>
internal static class OnnxModel
{
    /// <summary>ONNX Runtime with a model's weights.</summary>
    public static InferenceSession Session(Model<float> model, int threads)
    {
        using Stream file = typeof(OnnxModel).Assembly.GetManifestResourceStream("lesson.onnx")
            ?? throw new InvalidOperationException("lesson.onnx is not in this assembly.");
        using var graph = new MemoryStream();
        file.CopyTo(graph);
        var options = new SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1 };
        byte[] bytes = graph.ToArray();
        foreach (var (name, parameter) in model.NamedParameters()) Replace(bytes, name, MemoryMarshal.AsBytes<float>(parameter.Value.Span));
        return new InferenceSession(bytes, options);
    }

    /// <summary>Outputs of a batch.</summary>
    public static Variant Infer(Model<float> model, Tensor<float> images, int threads)
    {
        InferenceSession session = Session(model, threads);
        Tensor<float> output = new(model.OutputShape(images.Shape.Tail()).Prepend(images.Shape[0]));
        float[] outputs = new float[output.Length];
        string[] inputNames = [.. session.InputNames], outputNames = [.. session.OutputNames];
        OrtValue[] from = [Value(images)], to = [OrtValue.CreateTensorValueFromMemory(outputs, Sizes(output))];
        var run = new RunOptions();
        return new(() => session.Run(run, inputNames, from, outputNames, to), () => new(output.Shape, outputs));
    }

    // Of a tensor in a graph the name (field 8: tag, length, text) stands before the numbers (field 9: tag, length in sevens of bits, bytes).
    private static void Replace(Span<byte> graph, string name, ReadOnlySpan<byte> values)
    {
        const byte NameTag = 8 << 3 | 2, ValuesTag = 9 << 3 | 2;
        List<byte> start = [NameTag, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), ValuesTag];
        int rest = values.Length;
        for (; rest > 127; rest >>= 7) start.Add((byte)(rest | 128));
        start.Add((byte)rest);
        int at = graph.IndexOf(CollectionsMarshal.AsSpan(start));
        if (at < 0) throw new InvalidOperationException($"lesson.onnx has no tensor '{name}' of {values.Length} bytes.");
        values.CopyTo(graph[(at + start.Count)..]);
    }

    private static OrtValue Value(Tensor<float> values) => OrtValue.CreateTensorValueFromMemory(values.Span.ToArray(), Sizes(values));

    private static long[] Sizes(Tensor<float> values) => [.. values.Shape.Sizes.ToArray().Select(size => (long)size)];
}
