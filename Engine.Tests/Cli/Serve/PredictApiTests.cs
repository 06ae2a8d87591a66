using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using NUnit.Framework;
using Scratch.Pictures;
using Scratch.Tensors;
using Scratch.Tests.Pictures;

namespace Scratch.Tests.Cli.Serve;

/// <summary><c>POST /predict</c>: the same bits as <see cref="Classifier"/> gives, however an image comes.</summary>
public sealed class PredictApiTests
{
    private RunningServer _grey = null!, _labels = null!;

    [OneTimeSetUp]
    public async Task Start() => (_grey, _labels) = (await RunningServer.Start(), await RunningServer.Start(RunningServer.Labels));

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _grey.DisposeAsync();
        await _labels.DisposeAsync();
    }

    [Test]
    public async Task Predict_Numbers_HaveTheBitsOfTheClassifier([Values] bool hasManyLabels, [Values(1, 2, 3)] int levels)
    {
        RunningServer server = hasManyLabels ? _labels : _grey;
        Shape image = server.Classifier.ImageShape;
        if (levels == 2 && image[0] > 1) levels = 3;                         // rows alone say nothing of colours
        byte[] pixels = server.Pixels(levels);
        int[] shape = levels switch { 1 => [image.Length], 2 => [image[1], image[2]], _ => image.Sizes.ToArray() };
        HttpResponseMessage response = await server.Post($$"""{"image":{{RunningServer.Nested(pixels, shape)}}}""");
        Prediction expected = server.Classifier.Predict(pixels);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Content.Headers.ContentType?.ToString(), Is.EqualTo("application/json"));
        using JsonDocument json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        JsonElement only = json.RootElement.GetProperty("predictions").EnumerateArray().Single();
        Assert.That(only.GetProperty("labels").EnumerateArray().Select(label => label.GetString()), Is.EqualTo(expected.Labels));
        Assert.That(only.GetProperty("classes").EnumerateArray().Select(one => new ClassProbability(one.GetProperty("class").GetInt32(),
            one.GetProperty("name").GetString()!, one.GetProperty("probability").GetDouble())), Is.EqualTo(expected.Classes));
    }

    [Test]
    public async Task Predict_Several_EqualsEachAlone([Values] bool hasManyLabels)
    {
        RunningServer server = hasManyLabels ? _labels : _grey;
        byte[][] images = [.. Enumerable.Range(0, 40).Select(server.Pixels)];
        IEnumerable<string> nested = images.Select(pixels => RunningServer.Nested(pixels, server.Classifier.ImageShape.Sizes));
        string together = await (await server.Post($$"""{"images":[{{string.Join(',', nested)}}]}""")).Content.ReadAsStringAsync();
        Assert.That(together, Is.EqualTo(RunningServer.Expected(4, images.Select(pixels => server.Classifier.Predict(pixels)))));
        for (int i = 0; i < images.Length; i += 13)
        {
            string alone = await (await server.Post(server.Body(images[i]))).Content.ReadAsStringAsync();
            Assert.That(alone, Is.EqualTo(RunningServer.Expected(4, server.Classifier.Predict(images[i]))));
        }
    }

    [Test]
    public async Task Predict_PictureOfAnotherSize_ComesToTheModelsSizeAsInPrediction([Values] bool hasManyLabels, [Values(1, 3)] int channels)
    {
        RunningServer server = hasManyLabels ? _labels : _grey;
        byte[] file = PngBytes.Of(RunningServer.Bytes(21 * 17 * channels, 3), 21, 17, channels);
        string answer = await (await server.Post(file, RunningServer.Png)).Content.ReadAsStringAsync();
        Assert.That(answer, Is.EqualTo(RunningServer.Expected(4, server.Classifier.Predict(new MemoryStream(file)))));
    }

    [TestCase("image/jpeg"), TestCase("IMAGE/JPG"), TestCase("image/png; name=x")]
    public async Task Predict_Jpeg_IsKnownByItsBytes(string type)
    {
        byte[] file = PillowFiles.Named("jpeg halved colour");
        string answer = await (await _labels.Post(file, type)).Content.ReadAsStringAsync();
        Assert.That(answer, Is.EqualTo(RunningServer.Expected(4, _labels.Classifier.Predict(new MemoryStream(file)))));
    }

    [Test]
    public async Task Predict_Form_AnswersForEachPictureInOrder()
    {
        byte[][] files = [.. Enumerable.Range(1, 3).Select(seed => PngBytes.Of(RunningServer.Bytes(14 * 15, seed), 14, 15, channels: 1))];
        using var form = new MultipartFormDataContent();
        foreach (byte[] file in files)
        {
            var part = new ByteArrayContent(file);
            part.Headers.ContentType = new MediaTypeHeaderValue(RunningServer.Png);
            form.Add(part, "image", "digit.png");
        }
        HttpResponseMessage response = await _grey.Client.PostAsync("/predict?top=2", form);
        Assert.That(await response.Content.ReadAsStringAsync(),
            Is.EqualTo(RunningServer.Expected(2, files.Select(file => _grey.Classifier.Predict(new MemoryStream(file))))));
    }

    [TestCase("", 4), TestCase("?top=1", 1), TestCase("?top=3", 3), TestCase("?top=1000", 4)]
    public async Task Predict_Top_NamesSoMany(string query, int expected)
    {
        byte[] pixels = _grey.Pixels(9);
        string answer = await (await _grey.Post(_grey.Body(pixels), query: query)).Content.ReadAsStringAsync();
        Assert.That(answer, Is.EqualTo(RunningServer.Expected(expected, _grey.Classifier.Predict(pixels))));
    }

    [Test]
    public async Task Predict_WholeNumbersInOtherWords_AreTheSamePixels()
    {
        byte[] pixels = _grey.Pixels(4);
        (pixels[0], pixels[1], pixels[2]) = (255, 200, 0);
        string body = _grey.Body(pixels).Replace("[[[255,200,0,", "[[[ 2.55e2,\n200.0,\t-0,", StringComparison.Ordinal);
        string answer = await (await _grey.Post(body, "application/json; charset=UTF-8")).Content.ReadAsStringAsync();
        Assert.That(answer, Is.EqualTo(RunningServer.Expected(4, _grey.Classifier.Predict(pixels))));
    }

    [Test]
    public async Task Predict_BodyInPieces_IsReadToItsEnd()
    {
        byte[][] images = [.. Enumerable.Range(0, 60).Select(_grey.Pixels)];
        string body = $$"""{"images":[{{string.Join(',', images.Select(pixels => RunningServer.Nested(pixels, [1, 13, 10])))}}]}""";
        Assert.That(body, Has.Length.GreaterThan(20_000), "longer than what is held at first");
        using var content = new StreamContent(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(body)), bufferSize: 1000);
        content.Headers.ContentType = new MediaTypeHeaderValue(RunningServer.Json);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/predict") { Content = content };
        request.Headers.TransferEncodingChunked = true;
        string answer = await (await _grey.Client.SendAsync(request)).Content.ReadAsStringAsync();
        Assert.That(answer, Is.EqualTo(RunningServer.Expected(4, images.Select(pixels => _grey.Classifier.Predict(pixels)))));
    }
}
