using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices.JavaScript;
using System.Runtime.Versioning;
using System.Text;
using System.Text.Json;
using Scratch.Data;
using Scratch.Files;
using Scratch.Kernels.Simd;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Playground;

/// <summary>What wwwroot/worker.js calls. Numbers go over in one array whose parts follow from <see cref="Start"/>'s description.</summary>
[SupportedOSPlatform("browser")]
internal static partial class Exports
{
    private const string WeightsFile = "weights.safetensors";

    private static Dataset _digits = null!, _held = null!;
    private static Network _shipped = null!, _own = null!;
    private static (string Key, string Value)[] _notes = [];
    private static DigitTraining? _training;

    /// <summary>Takes what the page brings.</summary>
    /// <param name="weights">A safetensors file of the lesson's network, with the notes that <c>scratch train</c> writes.</param>
    /// <param name="pixels">Images, one after the other, as the file's notes say of what size.</param>
    /// <param name="labels">The class of each.</param>
    /// <param name="held">How many of the last are not learned from.</param>
    /// <returns>JSON: what describe() of engine.js gives.</returns>
    [JSExport]
    public static string Start(byte[] weights, byte[] pixels, byte[] labels, int held)
    {
        File.WriteAllBytes(WeightsFile, weights);
        IReadOnlyDictionary<string, string> notes = SafetensorsFile.Read(WeightsFile).Metadata;
        string[] classes = [.. JsonDocument.Parse(notes["classes"]).RootElement.EnumerateArray().Select(name => name.GetString()!)];
        var image = new Shape(Array.ConvertAll(notes["image"].Split('x'), int.Parse));
        var normalization = new Normalization(Number(notes["mean"]), Number(notes["std"]));
        _notes = [.. notes.Where(note => note.Key is not "weights" and not "accuracy").Select(note => (note.Key, note.Value))];
        (_shipped, _own) = (new(image, classes.Length, normalization), new(image, classes.Length, normalization));
        ModelFile.Load(_shipped.Model, WeightsFile);
        var all = new Dataset(image.Prepend(labels.Length), pixels, Array.ConvertAll(labels, label => (int)label), classes.Length);
        (_digits, _held) = all.Split(labels.Length - held);
        return Describe(classes, Number(notes["accuracy"]));
    }

    /// <summary>The outputs for an image, before softmax.</summary>
    [JSExport]
    public static double[] Predict(bool own, byte[] pixels) => Array.ConvertAll((own ? _own : _shipped).Predict(pixels), Widened);

    /// <summary>[outputs, the maps of every layer, gradient], each as <see cref="Explanation"/> says.</summary>
    [JSExport]
    public static double[] Explain(bool own, byte[] pixels)
    {
        Explanation seen = (own ? _own : _shipped).View.Explain(pixels);
        var numbers = new double[seen.Outputs.Length + seen.Maps.Sum(map => map.Length) + seen.Gradient.Length];
        int at = Put(seen.Outputs, numbers, 0);
        foreach (Tensor<float> map in seen.Maps) at = Put(map.Span, numbers, at);
        Put(seen.Gradient.Span, numbers, at);
        return numbers;
    }

    /// <summary>Begins anew, from the same weights each time.</summary>
    [JSExport]
    public static void BeginTraining(int batchSize, double learningRate)
    {
        _training = new(_own, _digits, _held, batchSize, learningRate);
        _own.CopyFrom(_training.Model);
    }

    /// <summary>One step: see <see cref="DigitTraining.Step"/>.</summary>
    [JSExport]
    public static double[] TrainStep()
    {
        double[] seen = _training!.Step();
        _own.CopyFrom(_training.Model);
        return seen;
    }

    /// <summary>[accuracy, loss] of the images that are not learned from.</summary>
    [JSExport]
    public static double[] Evaluate()
    {
        var (accuracy, loss) = _training!.Evaluate();
        return [accuracy, loss];
    }

    /// <summary>The weights of the first convolution, [outC, inC, kH, kW].</summary>
    [JSExport]
    public static double[] Kernels(bool own) => Array.ConvertAll(FirstWeight((own ? _own : _shipped).Model).Span.ToArray(), Widened);

    /// <summary>A file that <c>scratch predict</c> takes.</summary>
    [JSExport]
    public static byte[] Save(bool own)
    {
        ModelFile.Save((own ? _own : _shipped).Model, WeightsFile, _notes);
        return File.ReadAllBytes(WeightsFile);
    }

    private static string Describe(string[] classes, double accuracy)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("name", "lesson");
            json.WriteString("processor", Processor.Description);
            json.WriteNumber("accuracy", accuracy);
            ViewJson.Write(json, _shipped.View, classes);
            json.WriteStartObject("training");
            json.WriteNumber("images", _digits.Count);
            json.WriteNumber("held", _held.Count);
            json.WriteNumber("bins", DigitTraining.Bins);
            json.WriteStartArray("activations");
            foreach (int layer in DigitTraining.ActivationsOf(_own.Model)) json.WriteNumberValue(layer);
            json.WriteEndArray();
            json.WriteStartArray("kernels");
            foreach (int size in FirstWeight(_own.Model).Shape.Sizes) json.WriteNumberValue(size);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static Tensor<float> FirstWeight(Model<float> model) => model.Layers.First(layer => layer.Affine is not null).Affine!.Value.Weight.Value;

    private static int Put(ReadOnlySpan<float> from, double[] to, int at)
    {
        foreach (float number in from) to[at++] = number;
        return at;
    }

    private static double Widened(float number) => number;

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
