using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using Scratch.Files;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Bench.Peers;

/// <summary>What <c>scratch serve</c> answers to <c>POST /predict</c> with the lesson's network, by ONNX Runtime and ASP.NET Core's minimal
/// API.</summary>
/// <remarks>The same JSON in and out, the same weights and normalisation; one thread of ONNX Runtime for each request, as there. It checks no more of
/// a request than that it has as many numbers as an image.</remarks>
internal static class OnnxService
{
    private const int Side = 28, Classes = 10, Top = 5;
    private static readonly long[] _inputShape = [1, 1, Side, Side];

    /// <summary>Listens until Ctrl-C.</summary>
    /// <param name="path">The lesson's network, as <c>scratch train --out</c> writes it.</param>
    /// <param name="port">Of this machine's loopback address.</param>
    public static int Run(string path, int port)
    {
        Model<float> model = ModelCatalog.Build<float>("lesson", new Shape(1, Side, Side), Classes);
        ModelFile.Load(model, path);
        IReadOnlyDictionary<string, string> notes = SafetensorsFile.Read(path).Metadata;
        float mean = Number(notes["mean"]), deviation = Number(notes["std"]);
        InferenceSession session = OnnxModel.Session(model, threads: 1);
        string[] inputs = [.. session.InputNames], outputs = [.. session.OutputNames];
        using var options = new RunOptions();

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, OnnxJson.Default));
        WebApplication application = builder.Build();
        application.Urls.Add($"http://127.0.0.1:{port}");
        application.MapPost("/predict", (OnnxRequest request) =>
        {
            if (request.Image.Length != Side * Side) return Results.UnprocessableEntity();
            float[] pixels = new float[Side * Side], logits = new float[Classes];
            for (int i = 0; i < pixels.Length; i++) pixels[i] = (request.Image[i] / 255f - mean) / deviation;
            using OrtValue from = OrtValue.CreateTensorValueFromMemory(pixels, _inputShape);
            using OrtValue to = OrtValue.CreateTensorValueFromMemory(logits, [1, Classes]);
            session.Run(options, inputs, [from], outputs, [to]);
            return Results.Ok(Answer(logits));
        });
        Console.WriteLine($"ONNX Runtime {OrtEnv.Instance().GetVersionString()} on http://127.0.0.1:{port}");
        application.Run();
        return 0;
    }

    private static OnnxAnswers Answer(float[] logits)
    {
        float most = logits.Max();
        double[] powers = [.. logits.Select(logit => Math.Exp(logit - most))];
        double sum = powers.Sum();
        OnnxClass[] classes = [.. powers.Select((power, i) => new OnnxClass(i, $"{i}", power / sum))
            .OrderByDescending(one => one.Probability).Take(Top)];
        return new([new([classes[0].Name], classes)]);
    }

    private static float Number(string text) => float.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>A body of a request: pixels from 0 to 255.</summary>
internal sealed record OnnxRequest(int[] Image);

/// <summary>A class and how probable it is.</summary>
internal sealed record OnnxClass(int Class, string Name, double Probability);

/// <summary>What is said of one image.</summary>
internal sealed record OnnxAnswer(string[] Labels, OnnxClass[] Classes);

/// <summary>The answer to a request.</summary>
internal sealed record OnnxAnswers(OnnxAnswer[] Predictions);

/// <summary>Both as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(OnnxRequest))]
[JsonSerializable(typeof(OnnxAnswers))]
internal sealed partial class OnnxJson : JsonSerializerContext;
