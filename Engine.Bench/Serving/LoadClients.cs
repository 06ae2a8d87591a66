using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Scratch.Tensors;

namespace Scratch.Bench.Serving;

/// <summary>Clients that ask a service of pictures all at once, each as soon as it has its answer: how many answers a second, and how long they
/// wait.</summary>
/// <remarks>The images have no meaning, and are the same in every run. What they are taken for is printed: services with the same weights say the
/// same.</remarks>
internal static class LoadClients
{
    private const int Clients = 200, Variants = 37, Pixels = 28 * 28, Seed = 7;
    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(3);

    /// <summary>Asks, and prints.</summary>
    /// <param name="address">Of the service, such as <c>http://127.0.0.1:8080</c>.</param>
    /// <param name="time">For how long, after a warm-up.</param>
    /// <returns>0 if every answer of a variant was the same.</returns>
    public static int Run(Uri address, TimeSpan time) => Ask(address, time).GetAwaiter().GetResult();

    private static async Task<int> Ask(Uri address, TimeSpan time)
    {
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = Clients };
        using var http = new HttpClient(handler) { BaseAddress = address };
        var random = new RandomGenerator(Seed);
        byte[][] bodies = [.. Enumerable.Range(0, Variants).Select(_ => Body(random))];
        string[] expected = new string[Variants];
        for (int i = 0; i < Variants; i++) expected[i] = await Post(http, bodies[i]);
        Console.WriteLine($"labels {string.Join(' ', expected.Select(Label))}");

        await Together(_warmUp);
        long start = Stopwatch.GetTimestamp();
        double[] waited = [.. (await Together(time)).Order()];
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Clients} clients: {waited.Length / seconds:F0} answers/s, milliseconds: "
            + $"median {waited[waited.Length / 2]:F1}, 99th percentile {waited[waited.Length * 99 / 100]:F1}"));
        return 0;

        async Task<IEnumerable<double>> Together(TimeSpan span)
        {
            long begin = Stopwatch.GetTimestamp();
            return (await Task.WhenAll(Enumerable.Range(0, Clients).Select(number => Client(number, begin, span)))).SelectMany(times => times);
        }

        async Task<List<double>> Client(int number, long begin, TimeSpan span)
        {
            List<double> times = [];
            do
            {
                int variant = (number + times.Count * 7) % Variants;
                long asked = Stopwatch.GetTimestamp();
                string answer = await Post(http, bodies[variant]);
                times.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
                if (answer != expected[variant]) throw new InvalidDataException($"image {variant} was answered {expected[variant]}, now {answer}.");
            }
            while (Stopwatch.GetElapsedTime(begin) < span);
            return times;
        }
    }

    private static byte[] Body(RandomGenerator random)
    {
        IEnumerable<int> pixels = Enumerable.Range(0, Pixels).Select(_ => random.NextInt(256));
        return Encoding.UTF8.GetBytes($$"""{"image":[{{string.Join(',', pixels)}}]}""");
    }

    private static async Task<string> Post(HttpClient http, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using HttpResponseMessage response = await http.PostAsync("/predict", content);
        string answer = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? answer : throw new InvalidDataException($"{response.StatusCode}: {answer}");
    }

    private static string Label(string answer)
    {
        using JsonDocument json = JsonDocument.Parse(answer);
        return json.RootElement.GetProperty("predictions")[0].GetProperty("labels")[0].GetString()!;
    }
}
