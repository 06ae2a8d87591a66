using System.Net;
using System.Text.Json;
using NUnit.Framework;
using Scratch.Cli.Serve;
using Scratch.Tests.Pictures;

namespace Scratch.Tests.Cli.Serve;

/// <summary>Every wrong request: its status, and a problem that says what is wrong, where, and what to do.</summary>
public sealed class RefusalTests
{
    private const int MostImages = 3, MostPixels = 400, MostFormPixels = 500, MostBytes = 30_000;

    private RunningServer _server = null!;

    [OneTimeSetUp]
    public async Task Start() =>
        _server = await RunningServer.Start(limits: new ServeLimits
        {
            Images = MostImages, Pixels = MostPixels, FormPixels = MostFormPixels, BodyBytes = MostBytes,
        });

    [OneTimeTearDown]
    public async Task Stop()
    {
        Assert.That(_server.Failures, Is.Empty);
        await _server.DisposeAsync();
    }

    [TestCase("", 400, "no JSON")]
    [TestCase("{", 400, "no JSON")]
    [TestCase("{\"image\": [1, 2,]}", 400, "in line 1 at byte 17")]
    [TestCase("{\"image\":\n [NaN]}", 400, "in line 2 at byte 3")]
    [TestCase("{\"image\": [Infinity]}", 400, "NaN and Infinity are no numbers there")]
    [TestCase("{\"image\": [-Infinity]}", 400, "no JSON")]
    [TestCase("{\"image\": [[[[[[[[[[1]]]]]]]]]]}", 400, "depth")]
    [TestCase("[[1, 2], [3, 4]]", 422, "the body is an array, must be an object {\"image\": [...]}")]
    [TestCase("\"image\"", 422, "the body is a string")]
    [TestCase("null", 422, "the body is null")]
    [TestCase("{}", 422, "the body has no image")]
    [TestCase("{\"images\": []}", 422, "the body has no image")]
    [TestCase("{\"img\": [1]}", 422, "the body has the name 'img'")]
    [TestCase("{\"\\ud800\": [1]}", 422, "the body has the name '\\ud800'")]
    [TestCase("{\"image\": 1}", 422, "image is a number, must be an array")]
    [TestCase("{\"image\": {}}", 422, "image is an object")]
    [TestCase("{\"images\": 3}", 422, "images is a number, must be an array of images")]
    [TestCase("{\"images\": [3]}", 422, "images[0] is a number")]
    [TestCase("{\"image\": []}", 422, "image has length 0, must be 130. The model takes images [1, 13, 10] (C, H, W).")]
    [TestCase("{\"image\": [1, 2, 3]}", 422, "image has length 3, must be 130")]
    [TestCase("{\"image\": [[1, 2]]}", 422, "image[0] has length 2, must be 10")]
    [TestCase("{\"image\": [[[0,0,0,0,0,0,0,0,0,0], [0,0,0,0,0,0,0,0,0,0,0,0]]]}", 422, "image[0][1] has length 12, must be 10")]
    [TestCase("{\"image\": [[0,0,0,0,0,0,0,0,0,0], 5]}", 422, "image[1] is a number, must be an array of 10")]
    [TestCase("{\"image\": [[0,0,0,0,0,0,0,0,0,0], [0,0,[],0,0,0,0,0,0,0]]}", 422, "image[1][2] is an array, must be a number")]
    [TestCase("{\"image\": [[[[1]]]]}", 422, "image is an array in 4 levels, must be one of 1, 2 or 3")]
    [TestCase("{\"image\": [\"NaN\"]}", 422, "image[0] is a string")]
    [TestCase("{\"image\": [true]}", 422, "image[0] is a truth value")]
    [TestCase("{\"image\": [null]}", 422, "image[0] is null")]
    [TestCase("{\"image\": [0, 256]}", 422, "image[1] is 256, must be a whole number from 0 to 255")]
    [TestCase("{\"image\": [0, -1]}", 422, "image[1] is -1")]
    [TestCase("{\"image\": [0.5]}", 422, "image[0] is 0.5")]
    [TestCase("{\"image\": [1e999]}", 422, "image[0] is 1e999")]
    [TestCase("{\"images\": [[7], [8]]}", 422, "images[0] has length 1")]
    public async Task Predict_WrongJson_SaysWhatAndWhere(string body, int status, string said) =>
        await Expect(await _server.Post(body), status, said);

    [Test]
    public async Task Predict_JsonWithTwoOfAKind_Is422()
    {
        string image = RunningServer.Nested(_server.Pixels(1), [130]);
        await Expect(await _server.Post($$"""{"image":{{image}},"images":[{{image}}]}"""), 422, "'image' or 'images' twice");
        await Expect(await _server.Post($$"""{"image":{{image}}} {}"""), 400, "no JSON");
    }

    [Test]
    public async Task Predict_TooManyImages_Is413([Values] bool asForm)
    {
        byte[] file = PngBytes.Of(_server.Pixels(1), 13, 10, channels: 1);
        string image = RunningServer.Nested(_server.Pixels(1), [130]);
        string[] many = [.. Enumerable.Repeat(image, MostImages + 1)];
        HttpResponseMessage response = asForm ? await _server.Client.PostAsync("/predict", Form(Enumerable.Repeat(file, MostImages + 1)))
            : await _server.Post($$"""{"images":[{{string.Join(',', many)}}]}""");
        await Expect(response, 413, $"has more than {MostImages}");
        Assert.That((await _server.Post($$"""{"images":[{{string.Join(',', many[1..])}}]}""")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase(RunningServer.Png), TestCase(RunningServer.Jpeg)]
    public async Task Predict_NoPicture_Is422(string type)
    {
        await Expect(await _server.Post("", type), 422, "'the body' starts as no PNG or JPEG does");
        await Expect(await _server.Post("a picture", type), 422, "starts as no PNG or JPEG does");
        await Expect(await _server.Post(PillowFiles.Named("gif"), type), 422, "starts as no PNG or JPEG does");
        byte[] file = PngBytes.Of(_server.Pixels(1), 13, 10, channels: 1);
        await Expect(await _server.Post(file[..^20], type), 422, "'the body' is no picture that can be read: it is cut short");
        file[60] ^= 1;
        await Expect(await _server.Post(file, type), 422, "does not match its checksum");
        await Expect(await _server.Post(PillowFiles.Named("jpeg")[..200], type), 422, "is no picture that can be read");
    }

    [Test]
    public async Task Predict_PictureWhereTheModelTakesOtherChannels_Is422()
    {
        await using RunningServer server = await RunningServer.Start(RunningServer.Grey with { Image = new(2, 9, 8) });
        byte[] file = PngBytes.Of(RunningServer.Bytes(72, 1), 9, 8, channels: 1);
        await Expect(await server.Post(file, RunningServer.Png), 422, "[2, 9, 8] (C, H, W), and a picture has 1 or 3 channels");
        Assert.That((await server.Post(server.Body(server.Pixels(1)))).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    /// <summary>A few bytes can stand for gigabytes: they are refused by what their head says.</summary>
    [Test]
    public async Task Predict_PictureOfTooManyPixels_IsNotDecoded()
    {
        byte[] file = PngBytes.Of(RunningServer.Bytes(21 * 20, 1), 21, 20, channels: 1);
        await Expect(await _server.Post(file, RunningServer.Png), 422, $"it is 21x20 (H, W), must have 1 to {MostPixels} pixels");
        await Expect(await _server.Post(PngBytes.WithHeight(file, 100_000), RunningServer.Png), 422, "100000x20");
        Assert.That((await _server.Post(PngBytes.Of(RunningServer.Bytes(400, 1), 20, 20, channels: 1), RunningServer.Png)).StatusCode,
            Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Predict_FormOfTooManyPixels_IsDecodedUpToThem()
    {
        byte[] file = PngBytes.Of(RunningServer.Bytes(20 * 15, 1), 20, 15, channels: 1);
        HttpResponseMessage two = await _server.Client.PostAsync("/predict", Form([file, file]));
        Assert.That(two.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        await Expect(await _server.Client.PostAsync("/predict", Form([file, file, file])), 413,
            $"the pictures before 'x.png' have 600 pixels, and after {MostFormPixels} no more are decoded");
    }

    [TestCase("text/plain", "the body is text/plain. Send application/json, image/png, image/jpeg")]
    [TestCase("application/x-www-form-urlencoded", "curl says it by -H")]
    [TestCase("image/webp", "the body is image/webp")]
    [TestCase("application/json; charset=latin1", "must be in UTF-8")]
    public async Task Predict_AnotherContentType_Is415(string type, string said) => await Expect(await _server.Post("{}", type), 415, said);

    [Test]
    public async Task Predict_NoContentTypeOrACodedBody_Is415()
    {
        await Expect(await _server.Client.PostAsync("/predict", content: null), 415, "no content type");
        using var coded = new ByteArrayContent([1, 2, 3]);
        coded.Headers.Add("Content-Type", RunningServer.Json);
        coded.Headers.Add("Content-Encoding", "gzip");
        await Expect(await _server.Client.PostAsync("/predict", coded), 415, "the body is coded as gzip");
    }

    [Test]
    public async Task Predict_WrongForm_SaysWhy()
    {
        const string Type = "multipart/form-data; boundary=b";
        const string Head = "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"x.png\"\r\n";
        await Expect(await _server.Post("", Type), 400, "the body is no form of parts between 'b'");
        await Expect(await _server.Post("--b--\r\n", Type), 422, "the form has no picture");
        await Expect(await _server.Post($"{Head}\r\nabc", Type), 415, "'x.png' of the form is without a content type");
        await Expect(await _server.Post($"{Head}Content-Type: text/plain\r\n\r\nabc\r\n--b--\r\n", Type), 415, "'x.png' of the form is text/plain");
        await Expect(await _server.Post($"{Head}Content-Type: image/png\r\n\r\nabc", Type), 400, "no form");
        await Expect(await _server.Post($"{Head}Content-Type: image/png\r\n\r\nabc\r\n--b--\r\n", Type), 422, "'x.png' starts as no PNG");
        await Expect(await _server.Post($"{Head}X: {new string('x', 5000)}\r\n\r\nabc\r\n--b--\r\n", Type), 400, "no form");
        await Expect(await _server.Post("", "multipart/form-data"), 400, "the boundary of the form has 0 letters");
    }

    [TestCase("?top=0"), TestCase("?top=-1"), TestCase("?top=1.5"), TestCase("?top="), TestCase("?top=100001"), TestCase("?top=all")]
    [TestCase("?top=1&top=2"), TestCase("?tpo=1"), TestCase("?top=99999999999999999999")]
    public async Task Predict_WrongQuery_Is400(string query) => await Expect(await _server.Post("{}", query: query), 400, "?");

    [TestCase("/nothing"), TestCase("/predict/"), TestCase("/index.html"), TestCase("/../etc/passwd"), TestCase("/%2e%2e/%2e%2e/etc/passwd")]
    [TestCase("/serve/index.html")]
    public async Task Get_UnknownPath_Is404(string path) => await Expect(await _server.Client.GetAsync(path), 404, "there is no '/");

    [TestCase("GET", "/predict", "POST"), TestCase("PUT", "/predict", "POST"), TestCase("OPTIONS", "/predict", "POST")]
    [TestCase("GET", "/explain", "POST"), TestCase("POST", "/layers", "GET, HEAD")]
    [TestCase("POST", "/model", "GET, HEAD"), TestCase("DELETE", "/health", "GET, HEAD"), TestCase("POST", "/", "GET, HEAD")]
    public async Task Ask_WrongMethod_Is405AndSaysWhichAreRight(string method, string path, string allowed)
    {
        HttpResponseMessage response = await _server.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        await Expect(response, 405, $"{method} is not what '{path}' answers to, but {allowed}.");
        Assert.That(response.Content.Headers.Allow, Is.EqualTo(allowed.Split(", ")));
    }

    [Test]
    public async Task Predict_BodyTooLong_Is413([Values] bool isAnnounced)
    {
        using var content = new ByteArrayContent(new byte[MostBytes + 1]);
        content.Headers.Add("Content-Type", RunningServer.Png);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/predict") { Content = content };
        request.Headers.TransferEncodingChunked = !isAnnounced;
        await Expect(await _server.Client.SendAsync(request), 413, $"{MostBytes}");
        await Expect(await _server.Post(new byte[MostBytes], RunningServer.Png), 422, "starts as no PNG");
    }

    private static async Task Expect(HttpResponseMessage response, int status, string said)
    {
        string text = await response.Content.ReadAsStringAsync();
        Assert.That((int)response.StatusCode, Is.EqualTo(status), text);
        Assert.That(response.Content.Headers.ContentType?.ToString(), Is.EqualTo("application/problem+json"));
        using JsonDocument json = JsonDocument.Parse(text);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(json.RootElement.EnumerateObject().Select(member => member.Name), Is.EqualTo(["type", "title", "status", "detail"]));
            Assert.That(json.RootElement.GetProperty("status").GetInt32(), Is.EqualTo(status));
            Assert.That(json.RootElement.GetProperty("title").GetString(), Is.Not.Empty);
            Assert.That(json.RootElement.GetProperty("detail").GetString(), Does.Contain(said).And.Not.Contain("Exception"));
        }
    }

    private static MultipartFormDataContent Form(IEnumerable<byte[]> files)
    {
        var form = new MultipartFormDataContent();
        foreach (byte[] file in files)
        {
            var part = new ByteArrayContent(file);
            part.Headers.Add("Content-Type", RunningServer.Png);
            form.Add(part, "image", "x.png");
        }
        return form;
    }
}
