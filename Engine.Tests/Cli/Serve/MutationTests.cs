using System.Text;
using NUnit.Framework;
using Scratch.Tensors;
using Scratch.Tests.Pictures;

namespace Scratch.Tests.Cli.Serve;

/// <summary>Bodies that were right once, changed at random: each is answered or refused, in time, and none is the server's own mistake.</summary>
public sealed class MutationTests
{
    private const int Tries = 250, AtOnce = 8;

    private static readonly byte[][] _words = [.. ((string[])["[", "]", "{", "}", "\"", ",", "-", "1e", "NaN", "null", "\\u", "image", "\0",
        "\r\n--b", "IDAT", "\u00ff\u00d8"]).Select(Encoding.Latin1.GetBytes)];

    private RunningServer _server = null!;

    [OneTimeSetUp]
    public async Task Start() => _server = await RunningServer.Start();

    [OneTimeTearDown]
    public async Task Stop() => await _server.DisposeAsync();

    [Test]
    public async Task Predict_ChangedJson_IsAnsweredOrRefused([Values] bool several)
    {
        string image = RunningServer.Nested(_server.Pixels(1), [1, 13, 10]);
        string body = several ? $$"""{"images":[{{image}},{{image}}]}""" : $$"""{"image":{{image}}}""";
        await Try(Encoding.UTF8.GetBytes(body), RunningServer.Json, seed: 1);
    }

    [TestCase("png", RunningServer.Png), TestCase("png interlaced", RunningServer.Png), TestCase("png palette", RunningServer.Png)]
    [TestCase("jpeg", RunningServer.Jpeg), TestCase("jpeg progressive", RunningServer.Jpeg), TestCase("jpeg cmyk", RunningServer.Jpeg)]
    public async Task Predict_ChangedPicture_IsAnsweredOrRefused(string name, string type) => await Try(PillowFiles.Named(name), type, seed: 2);

    /// <summary>Behind right checksums, where the inflater and the decoder are.</summary>
    [Test]
    public async Task Predict_ChangedRowsOfPng_AreAnsweredOrRefused()
    {
        var random = new RandomGenerator(3);
        await Try([.. Enumerable.Range(0, Tries).Select(i => PngBytes.Of(RunningServer.Bytes(13 * 10, i), 13, 10, channels: 1,
            changeData: data => data[random.NextInt(data.Length)] ^= (byte)(1 << random.NextInt(8))))], RunningServer.Png);
    }

    [Test]
    public async Task Predict_ChangedForm_IsAnsweredOrRefused()
    {
        string png = Encoding.Latin1.GetString(PngBytes.Of(_server.Pixels(1), 13, 10, channels: 1));
        string part = $"--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"x.png\"\r\nContent-Type: image/png\r\n\r\n{png}\r\n";
        await Try(Encoding.Latin1.GetBytes($"{part}{part}--b--\r\n"), "multipart/form-data; boundary=b", seed: 4);
    }

    private Task Try(byte[] whole, string type, long seed)
    {
        var random = new RandomGenerator(seed);
        return Try([whole, .. Enumerable.Range(0, Tries).Select(_ => Changed(whole, random))], type);
    }

    private async Task Try(IReadOnlyList<byte[]> bodies, string type)
    {
        int refused = 0;
        await Parallel.ForEachAsync(bodies, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (body, _) =>
        {
            int status = (int)(await _server.Post(body, type)).StatusCode;   // the client gives up after half a minute
            Assert.That(status, Is.EqualTo(200).Or.InRange(400, 499), () => Convert.ToBase64String(body));
            if (status != 200) Interlocked.Increment(ref refused);
        });
        Assert.That(refused, Is.InRange(1, bodies.Count));
        Assert.That(_server.Failures, Is.Empty);
    }

    // One to four changes: a bit, a piece left out or said twice, a word put in, the end cut off.
    private static byte[] Changed(byte[] whole, RandomGenerator random)
    {
        List<byte> bytes = [.. whole];
        for (int change = random.NextInt(4); change >= 0 && bytes.Count > 0; change--)
        {
            int at = random.NextInt(bytes.Count), length = random.NextInt(Math.Min(16, bytes.Count - at));
            switch (random.NextInt(6))
            {
                case 0: bytes[at] ^= (byte)(1 << random.NextInt(8)); break;
                case 1: bytes[at] = (byte)random.NextInt(256); break;
                case 2: bytes.RemoveRange(at, length); break;
                case 3: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
                case 4: bytes.InsertRange(at, _words[random.NextInt(_words.Length)]); break;
                default: bytes.RemoveRange(at, random.NextInt(3) == 0 ? bytes.Count - at : 0); break;
            }
        }
        return [.. bytes];
    }
}
