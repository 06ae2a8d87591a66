using System.Buffers;
using System.Text.Json;
using Scratch.Kernels.Simd;
using Scratch.Models;
using Scratch.Playground;
using Scratch.Tensors;

namespace Scratch.Cli.Serve;

/// <summary>What the page shows beside names: the model layer by layer, and what each layer makes of an image.</summary>
/// <remarks>Made at the first question, for it takes the memory of a training step of one image. One image at a time.</remarks>
internal sealed class ServedView
{
    private const int MostChannels = 64, MostNumbers = 200_000;             // of all maps of one answer: two megabytes of text

    private readonly Classifier _classifier;
    private readonly Lazy<ModelView> _view;
    private readonly Lazy<byte[]> _layers;                                   // always the same

    /// <summary>Of a model that is served.</summary>
    /// <param name="classifier">Says the probabilities.</param>
    /// <param name="model">The same weights, to be looked into.</param>
    public ServedView(Classifier classifier, Model<float> model)
    {
        _classifier = classifier;
        _view = new(() => View(classifier, model));
        _layers = new(() => Written(json =>
        {
            json.WriteString("name", ModelCard.Name(classifier.Notes));
            json.WriteString("processor", Processor.Description);
            json.WriteBoolean("sigmoid", classifier.Notes.HasManyLabels);
            ViewJson.Write(json, _view.Value, classifier.ClassNames);
        }));
    }

    /// <summary>What <c>/layers</c> says: <c>describe()</c> of the playground's engine.js, where each name is explained.</summary>
    public byte[] Layers => _layers.Value;

    /// <summary>What <c>/explain</c> says: probabilities by class, every layer's maps, and how the largest output hangs on each pixel.</summary>
    /// <param name="pixels">[C, H, W], 0 to 255.</param>
    public byte[] Explain(ReadOnlySpan<byte> pixels)
    {
        var probabilities = new double[_classifier.ClassNames.Count];
        _classifier.Predict(pixels, probabilities);
        Explanation seen = _view.Value.Explain(pixels);
        return Written(json =>
        {
            json.WriteStartArray("probabilities");
            foreach (double probability in probabilities) json.WriteNumberValue(probability);
            json.WriteEndArray();
            json.WriteNumber("winner", seen.Winner);
            json.WriteStartArray("maps");
            foreach (Tensor<float> map in seen.Maps) Numbers(json, map);
            json.WriteEndArray();
            json.WritePropertyName("gradient");
            Numbers(json, seen.Gradient);
        });
    }

    // As many channels of each layer as all together may have numbers.
    private static ModelView View(Classifier classifier, Model<float> model)
    {
        int channels = MostChannels;
        IReadOnlyList<LayerSummary> layers = ModelSummary.Of(model, classifier.ImageShape, 1).Layers;
        while (channels > 1 && layers.Sum(layer => Shown(layer.OutputShape, channels)) > MostNumbers) channels /= 2;
        return new(model, classifier.ImageShape, classifier.Notes.Normalization!.Value, channels);
    }

    private static long Shown(Shape output, int channels) =>
        output.Rank == 3 ? (long)Math.Min(channels, output[0]) * output[1] * output[2] : output.Length;

    private static byte[] Written(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return bytes.WrittenSpan.ToArray();
    }

    private static void Numbers(Utf8JsonWriter json, Tensor<float> numbers)
    {
        json.WriteStartArray();
        foreach (float number in numbers.Span)
            if (float.IsFinite(number)) json.WriteNumberValue(number);
            else json.WriteNullValue();                                      // JSON knows no infinity
        json.WriteEndArray();
    }
}
