using System.Net;
using NUnit.Framework;
using Scratch.Cli.Serve;
using Scratch.Pictures;
using Scratch.Tensors;
using Scratch.Tests.Pictures;

namespace Scratch.Tests.Cli.Serve;

/// <summary><c>POST /pixels</c>: a picture as the model gets it; and what is made ready at the start.</summary>
public sealed class PixelsApiTests
{
    [Test]
    public async Task Pixels_OfAPicture_AreThoseThatTrainingWouldSee([Values] bool hasManyLabels)
    {
        await using RunningServer server = await RunningServer.Start(hasManyLabels ? RunningServer.Labels : RunningServer.Grey);
        Shape image = server.Classifier.ImageShape;
        byte[] file = PngBytes.Of(RunningServer.Bytes(41 * 30 * 3, seed: 2), 41, 30, channels: 3);
        HttpResponseMessage response = await server.Post(file, RunningServer.Png, path: "/pixels");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        byte[] pixels = await response.Content.ReadAsByteArrayAsync();
        Picture expected = Picture.Decode(file, image[0]).Resized((image[1], image[2]), server.Classifier.Notes.Resize);
        Assert.That(pixels, Is.EqualTo(expected.Pixels.ToArray()));
        string asPicture = await (await server.Post(file, RunningServer.Png)).Content.ReadAsStringAsync();
        Assert.That(await (await server.Post(server.Body(pixels))).Content.ReadAsStringAsync(), Is.EqualTo(asPicture), "the same answer either way");
    }

    [Test]
    public async Task Pixels_OfSeveral_AreRefused()
    {
        await using RunningServer server = await RunningServer.Start();
        string one = RunningServer.Nested(server.Pixels(1), server.Classifier.ImageShape.Sizes);
        HttpResponseMessage response = await server.Post($$"""{"images":[{{one}},{{one}}]}""", path: "/pixels");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("/pixels takes one."));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void WarmUp_OfAnyModel_ReadsThePicturesThatShipWithTheProgram(int channels)
    {
        using var folder = new TemporaryFolder();
        RunningServer.Save(RunningServer.Grey with { Image = new Shape(channels, 13, 10) }, folder["m.safetensors"]);
        Assert.That(ServedModel.Load(folder["m.safetensors"], [], new ServeLimits()).WarmUp, Throws.Nothing);
    }

    [Test]
    public void Load_WithItsModel_HasTheWeightsOfTheFile()
    {
        using var folder = new TemporaryFolder();
        RunningServer.Save(RunningServer.Grey, folder["m.safetensors"]);
        var classifier = Classifier.LoadWithModel(folder["m.safetensors"], threads: 1, out var model);
        var same = new Classifier(model, classifier.Notes);
        byte[] pixels = RunningServer.Bytes(classifier.ImageShape.Length, seed: 3);
        Assert.That(same.Predict(pixels).Classes, Is.EqualTo(classifier.Predict(pixels).Classes));
    }
}
