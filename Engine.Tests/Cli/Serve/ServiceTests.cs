using System.Net;
using System.Text.Json;
using NUnit.Framework;
using Scratch.Cli.Serve;
using Scratch.Models;
using Scratch.Pictures;

namespace Scratch.Tests.Cli.Serve;

/// <summary>What is said of the model and of the server, and who may ask.</summary>
public sealed class ServiceTests
{
    private RunningServer _server = null!;

    [SetUp]
    public async Task Start() => _server = await RunningServer.Start(RunningServer.Labels);

    [TearDown]
    public async Task Stop() => await _server.DisposeAsync();

    [Test]
    public async Task Model_SaysWhatTheFileSays()
    {
        JsonElement card = await _server.Get("/model");
        ModelNotes notes = RunningServer.Labels;
        Model<float> model = notes.Build<float>();
        ModelFile.Load(model, _server.ModelPath);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(card.GetProperty("model").GetString(), Is.EqualTo(notes.Model));
            Assert.That(card.GetProperty("image").EnumerateArray().Select(size => size.GetInt32()), Is.EqualTo([3, 11, 12]));
            Assert.That(card.GetProperty("resize").GetString(), Is.EqualTo("pad"));
            Assert.That(card.GetProperty("classes").EnumerateArray().Select(name => name.GetString()), Is.EqualTo(notes.Classes));
            Assert.That(card.GetProperty("manyLabels").GetBoolean(), Is.True);
            Assert.That(card.GetProperty("thresholds").EnumerateArray().Select(limit => limit.GetDouble()), Is.EqualTo(notes.Thresholds));
            Assert.That(card.GetProperty("temperature").GetDouble(), Is.EqualTo(1.7));
            Assert.That(card.GetProperty("parameters").GetInt64(), Is.EqualTo(model.NamedParameters().Sum(one => one.Parameter.Value.Length)));
            Assert.That(card.GetProperty("weights").GetString(), Is.EqualTo(model.Hash()));
            Assert.That(card.GetProperty("version").GetString(), Does.Match(@"^\d+\.\d+\.\d+"));
            Assert.That(card.GetProperty("limits").GetProperty("images").GetInt32(), Is.EqualTo(new ServeLimits().Images));
        }
    }

    [Test]
    public async Task Health_IsOk() => Assert.That(await _server.Client.GetStringAsync("/health"), Is.EqualTo("""{"status":"ok"}"""));

    [Test]
    public async Task Metrics_CountEveryRequestByItsOutcome()
    {
        byte[] pixels = _server.Pixels(1);
        for (int i = 0; i < 3; i++) await _server.Post(_server.Body(pixels));
        string image = RunningServer.Nested(pixels, [pixels.Length]);
        await _server.Post($$"""{"images":[{{image}},{{image}}]}""");
        await _server.Post("{");
        await _server.Post("{", "text/plain");
        for (int i = 0; i < 5; i++) await _server.Client.GetAsync($"/nothing{i}");
        HttpResponseMessage response = await _server.Client.GetAsync("/metrics");
        Assert.That(response.Content.Headers.ContentType?.ToString(), Is.EqualTo("text/plain; version=0.0.4; charset=utf-8"));
        string[] lines = (await response.Content.ReadAsStringAsync()).Split('\n');
        Assert.That(lines.Where(line => line.StartsWith("scratch_requests_total", StringComparison.Ordinal)), Is.EqualTo((string[])
        [
            "scratch_requests_total{path=\"/predict\",status=\"200\"} 4", "scratch_requests_total{path=\"/predict\",status=\"400\"} 1",
            "scratch_requests_total{path=\"/predict\",status=\"415\"} 1", "scratch_requests_total{path=\"other\",status=\"404\"} 5",
        ]));
        Assert.That(lines, Does.Contain("scratch_requests_in_flight 1").And.Contain("scratch_images_total 5")
            .And.Contain("scratch_predict_seconds_count 4").And.Contain("scratch_predict_seconds_bucket{le=\"+Inf\"} 4"));
        double[] buckets = [.. lines.Where(line => line.StartsWith("scratch_predict_seconds_bucket", StringComparison.Ordinal))
            .Select(line => double.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture))];
        Assert.That(buckets, Is.Ordered.Ascending.And.Length.EqualTo(13));
        Assert.That(lines.Where(line => line.Length > 0), Has.All.Match("^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+({[^}]+})? [0-9.e+-]+)$"));
    }

    [Test]
    public void Metrics_Time_FallsBelowTheNextBound()
    {
        var metrics = new ServeMetrics();
        metrics.Predicted(1, TimeSpan.FromMilliseconds(1));
        metrics.Predicted(2, TimeSpan.FromMilliseconds(1.1));
        metrics.Predicted(3, TimeSpan.FromSeconds(7));
        Assert.That(metrics.Text(), Does.Contain("{le=\"0.0005\"} 0\n").And.Contain("{le=\"0.001\"} 1\n").And.Contain("{le=\"0.0025\"} 2\n")
            .And.Contain("{le=\"2.5\"} 2\n").And.Contain("{le=\"+Inf\"} 3\n").And.Contain("seconds_sum 7.0021\n").And.Contain("images_total 6\n"));
    }

    [TestCase("/"), TestCase("/model"), TestCase("/nothing")]
    public async Task Answer_Whatever_HasHeadersThatKeepPagesApart(string path)
    {
        HttpResponseMessage response = await _server.Client.GetAsync(path);
        string Header(string name) => response.Headers.GetValues(name).Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Header("Content-Security-Policy"), Does.StartWith("default-src 'none'; ").And.Contain("frame-ancestors 'none'")
                .And.Not.Contain("unsafe"));
            Assert.That(Header("X-Content-Type-Options"), Is.EqualTo("nosniff"));
            Assert.That(Header("X-Frame-Options"), Is.EqualTo("DENY"));
            Assert.That(Header("Referrer-Policy"), Is.EqualTo("no-referrer"));
            Assert.That(Header("Cross-Origin-Resource-Policy"), Is.EqualTo("same-origin"));
            Assert.That(response.Headers.Contains("Server"), Is.False);
            Assert.That(response.Headers.Contains("Access-Control-Allow-Origin"), Is.False);
        }
    }

    [Test]
    public async Task Head_SaysTheLengthAndSendsNothing()
    {
        HttpResponseMessage response = await _server.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/"));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Content.Headers.ContentLength, Is.EqualTo((await _server.Client.GetByteArrayAsync("/")).Length));
        Assert.That(await response.Content.ReadAsByteArrayAsync(), Is.Empty);
    }

    /// <summary>A page of evil.com whose name now leads here is stopped by its name.</summary>
    [TestCase("evil.com", null, 421), TestCase("localhost.evil.com:80", null, 421), TestCase("localhost", null, 200)]
    [TestCase("LOCALHOST:99", null, 200), TestCase("127.0.0.1:8080", null, 200), TestCase("[::1]:8080", null, 200)]
    [TestCase("192.168.1.7", null, 200), TestCase("localhost:8080", "http://localhost:8080", 200), TestCase("localhost:8080", "http://evil.com", 403)]
    [TestCase("localhost", "http://localhost", 200), TestCase("[::1]:8080", "http://[::1]:8080", 200)]
    [TestCase("localhost", "https://LOCALHOST", 200)]
    [TestCase("localhost:8080", "http://localhost:9090", 403), TestCase("localhost", "null", 403)]
    public async Task Ask_AsAPageFromElsewhere_IsTurnedAway(string host, string? origin, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/model");
        request.Headers.Host = host;
        if (origin is not null) request.Headers.Add("Origin", origin);
        HttpResponseMessage response = await _server.Client.SendAsync(request);
        Assert.That((int)response.StatusCode, Is.EqualTo(status));
        if (status != 200) Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain(origin ?? host.Split(':')[0]));
    }

    [Test]
    public async Task Ask_ByTheNameThatWasSaid_IsAnswered()
    {
        await using RunningServer server = await RunningServer.Start(host: "localhost");
        Assert.That((await server.Client.GetAsync("/health")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }
}
