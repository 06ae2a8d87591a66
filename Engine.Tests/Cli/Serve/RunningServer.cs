using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Scratch.Cli.Serve;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Pictures;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Cli.Serve;

/// <summary>A server on a free port of this machine, with a small model without meaning, and a client that asks it.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    public const string Png = "image/png", Jpeg = "image/jpeg", Json = "application/json";

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _failures = [];
    private ModelServer _server = null!;

    private RunningServer()
    {
    }

    /// <summary>For grey images of odd sizes.</summary>
    public static ModelNotes Grey { get; } = new()
    {
        Model = "lesson", Image = new Shape(1, 13, 10), Normalization = new Normalization(0.4, 0.2),
        Classes = ["ant", "bée, \"wild\"", "cow", "dog"],
    };

    /// <summary>For colours; an image may have several labels.</summary>
    public static ModelNotes Labels { get; } = Grey with
    {
        Image = new Shape(3, 11, 12), Normalization = Normalization.PerChannel((0.4, 0.2), (0.5, 0.3), (0.6, 0.1)), Resize = ResizeMethod.Pad,
        HasManyLabels = true, Thresholds = [0.5, 0, 1, 0.2], Temperature = 1.7,
    };

    /// <summary>The model in this process, to compare with.</summary>
    public Classifier Classifier { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    public ServeMetrics Metrics => _server.Metrics;

    public string ModelPath => _folder["m.safetensors"];

    /// <summary>Everything that the server said to be its own mistake.</summary>
    public IReadOnlyList<string> Failures => _failures;

    public static async Task<RunningServer> Start(ModelNotes? notes = null, ServeLimits? limits = null, string host = "127.0.0.1")
    {
        var running = new RunningServer();
        Save(notes ?? Grey, running.ModelPath);
        limits ??= new ServeLimits();
        running._server = await ModelServer.Start(ServedModel.Load(running.ModelPath, [], limits), host, 0, limits, running._failures.Add);
        running.Classifier = Classifier.Load(running.ModelPath, threads: 1);
        running.Client = new HttpClient { BaseAddress = running._server.Address, Timeout = TimeSpan.FromSeconds(30) };
        return running;
    }

    public static void Save(ModelNotes notes, string path)
    {
        Model<float> model = notes.Build<float>();
        model.Initialize(Initialization.KaimingNormal, 5);
        ModelFile.Save(model, path, notes.ToMetadata());
    }

    /// <summary>Pixels of one image, [C, H, W].</summary>
    public byte[] Pixels(int seed) => Bytes(Classifier.ImageShape.Length, seed);

    public static byte[] Bytes(int length, int seed) => [.. RandomTensors.Values<float>(length, seed + 1, 0, 255.99).Select(value => (byte)value)];

    /// <summary>Numbers in as many brackets as the shape has axes.</summary>
    public static string Nested(ReadOnlySpan<byte> values, ReadOnlySpan<int> shape)
    {
        List<string> parts = [];
        if (shape.Length == 1) foreach (byte value in values) parts.Add($"{value}");
        else for (int i = 0; i < shape[0]; i++) parts.Add(Nested(values.Slice(i * values.Length / shape[0], values.Length / shape[0]), shape[1..]));
        return $"[{string.Join(',', parts)}]";
    }

    /// <summary>One image as a body.</summary>
    public string Body(ReadOnlySpan<byte> pixels) => $$"""{"image":{{Nested(pixels, Classifier.ImageShape.Sizes)}}}""";

    public Task<HttpResponseMessage> Post(string text, string type = Json, string query = "", string path = "/predict") =>
        Post(Encoding.UTF8.GetBytes(text), type, query, path);

    public Task<HttpResponseMessage> Post(byte[] body, string type, string query = "", string path = "/predict")
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return Client.PostAsync($"{path}{query}", content);
    }

    /// <summary>What an answer should be, to the last letter.</summary>
    public static string Expected(int top, params IEnumerable<Prediction> predictions) =>
        Encoding.UTF8.GetString(ServeJson.Bytes(new Answers([.. predictions.Select(one => new Answer(one.Labels, one.Top(top)))])));

    public async Task<JsonElement> Get(string path) => JsonDocument.Parse(await Client.GetStringAsync(path)).RootElement;

    /// <summary>A connection on which a test writes what no client would.</summary>
    public async Task<RawConnection> Connect()
    {
        var client = new TcpClient();
        await client.ConnectAsync(_server.Address.Host, _server.Address.Port);
        return new(client);
    }

    /// <summary>Stops the server and waits for it; the rest is left to <see cref="DisposeAsync"/>.</summary>
    public Task Stop() => _server.Stop();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
        _folder.Dispose();
    }
}
