using System.Text.Json;
using NUnit.Framework;
using Scratch.Models;
using Scratch.Pictures;
using Scratch.Playground;
using Scratch.Tests.Pictures;

namespace Scratch.Tests.Cli.Serve;

/// <summary><c>POST /explain</c> and <c>GET /layers</c>: what the page shows beside names.</summary>
public sealed class ExplainApiTests
{
    private static readonly ModelNotes[] _notes =
    [
        RunningServer.Grey, RunningServer.Labels, RunningServer.Labels with { Model = "lesson-bn" },
        RunningServer.Grey with { Model = "resnet9", Image = new(1, 24, 26) },
    ];

    [Test]
    public async Task Explain_Image_IsWhatTheModelMakesOfIt([Values(0, 1, 2, 3)] int notes, [Values] bool asPicture)
    {
        await using RunningServer server = await RunningServer.Start(_notes[notes]);
        byte[] pixels = server.Pixels(3);
        HttpResponseMessage response;
        if (asPicture && server.Classifier.ImageShape[0] == 1)
        {
            byte[] file = PngBytes.Of(pixels, server.Classifier.ImageShape[1], server.Classifier.ImageShape[2], channels: 1);
            response = await server.Post(file, RunningServer.Png, path: "/explain");
        }
        else response = await server.Post(server.Body(pixels), path: "/explain");
        using JsonDocument json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        var probabilities = new double[4];
        server.Classifier.Predict(pixels, probabilities);
        Model<float> model = server.Classifier.Notes.Build<float>();
        ModelFile.Load(model, server.ModelPath);
        Explanation expected = new ModelView(model, server.Classifier.ImageShape, server.Classifier.Notes.Normalization!.Value).Explain(pixels);
        JsonElement said = json.RootElement;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(said.GetProperty("probabilities").EnumerateArray().Select(p => p.GetDouble()), Is.EqualTo(probabilities));
            Assert.That(said.GetProperty("winner").GetInt32(), Is.EqualTo(expected.Winner));
            Assert.That(probabilities[expected.Winner], Is.EqualTo(probabilities.Max()).Within(1e-6));
            Assert.That(Floats(said.GetProperty("gradient")), Is.EqualTo(expected.Gradient.Span.ToArray()).And.Length.EqualTo(pixels.Length));
            Assert.That(said.GetProperty("maps").GetArrayLength(), Is.EqualTo(model.Layers.Count));
            for (int i = 0; i < expected.Maps.Count; i++)
                Assert.That(Floats(said.GetProperty("maps")[i]), Is.EqualTo(expected.Maps[i].Span.ToArray()), $"layer {i}");
        }
    }

    [Test]
    public async Task Layers_TellTheLengthOfEveryMap([Values(0, 1, 2, 3)] int notes)
    {
        await using RunningServer server = await RunningServer.Start(_notes[notes]);
        JsonElement layers = await server.Get("/layers");
        HttpResponseMessage response = await server.Post(server.Body(server.Pixels(1)), path: "/explain");
        using JsonDocument explained = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.That(layers.GetProperty("name").GetString(), Is.EqualTo(_notes[notes].Model));
        Assert.That(layers.GetProperty("sigmoid").GetBoolean(), Is.EqualTo(_notes[notes].HasManyLabels));
        Assert.That(layers.GetProperty("classes").EnumerateArray().Select(name => name.GetString()), Is.EqualTo(_notes[notes].Classes));
        int[] lengths = [.. explained.RootElement.GetProperty("maps").EnumerateArray().Select(map => map.GetArrayLength())];
        Assert.That(layers.GetProperty("layers").EnumerateArray().Select(layer => layer.GetProperty("shown").EnumerateArray()
            .Aggregate(1, (product, size) => product * size.GetInt32())), Is.EqualTo(lengths));
    }

    [Test]
    public async Task Layers_OfALargeModel_ShowFewerChannelsThanThereAre()
    {
        await using RunningServer server = await RunningServer.Start(RunningServer.Labels with { Model = "resnet9", Image = new(3, 64, 60) });
        JsonElement layers = await server.Get("/layers");
        long shown = layers.GetProperty("layers").EnumerateArray().Sum(layer => layer.GetProperty("shown").EnumerateArray()
            .Aggregate(1L, (product, size) => product * size.GetInt32()));
        Assert.That(shown, Is.InRange(50_000, 200_000));
    }

    [Test]
    public async Task Explain_ManyAtOnce_EachGetsItsOwn()
    {
        await using RunningServer server = await RunningServer.Start();
        string[] bodies = [.. Enumerable.Range(0, 12).Select(seed => server.Body(server.Pixels(seed)))];
        async Task<string> Explained(string body) => await (await server.Post(body, path: "/explain")).Content.ReadAsStringAsync();
        List<string> alone = [];
        foreach (string body in bodies) alone.Add(await Explained(body));
        string[] together = await Task.WhenAll(bodies.Select(Explained));
        Assert.That(together, Is.EqualTo(alone).And.Unique);
    }

    [Test]
    public async Task Explain_SeveralImages_Is422()
    {
        await using RunningServer server = await RunningServer.Start();
        string image = RunningServer.Nested(server.Pixels(1), [130]);
        HttpResponseMessage response = await server.Post($$"""{"images":[{{image}},{{image}}]}""", path: "/explain");
        Assert.That((int)response.StatusCode, Is.EqualTo(422));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("/explain takes one"));
    }

    private static float[] Floats(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetSingle())];
}
