using System.Diagnostics;
using System.Globalization;
using System.Net;
using NUnit.Framework;
using Scratch.Pictures;
using Scratch.Tests.Pictures;

namespace Scratch.Tests.Cli.Serve;

/// <summary>Many clients at once, and every answer compared.</summary>
public sealed class LoadTests
{
    private const int Clients = 200, Variants = 37, Side = 28;

    private static readonly ModelNotes _digits = RunningServer.Grey with
    {
        Image = new(1, Side, Side), Classes = [.. "0123456789".Select(digit => $"{digit}")],
    };

    [Test]
    public Task Predict_ManyClientsForASecond_NoneWrongNoneLost() => Run(TimeSpan.FromSeconds(1));

    [Test]
    [Category("Slow"), Category("Long")]
    public Task Predict_ManyClientsForTwelveSeconds_NoneWrongNoneLost() => Run(TimeSpan.FromSeconds(12));

    private static async Task Run(TimeSpan time)
    {
        await using RunningServer server = await RunningServer.Start(_digits);
        byte[][] bodies = new byte[Variants][];
        string[] types = new string[Variants], expected = new string[Variants];
        for (int v = 0; v < Variants; v++)
        {
            byte[] pixels = server.Pixels(v);
            bool isPicture = v % 5 == 0;
            (bodies[v], types[v]) = isPicture ? (PngBytes.Of(pixels, Side, Side, channels: 1), RunningServer.Png)
                : (System.Text.Encoding.UTF8.GetBytes(server.Body(pixels)), RunningServer.Json);
            expected[v] = RunningServer.Expected(5, server.Classifier.Predict(pixels));
        }
        long start = Stopwatch.GetTimestamp();
        List<double>[] waited = await Task.WhenAll(Enumerable.Range(0, Clients).Select(Client));
        double[] all = [.. waited.SelectMany(times => times).Order()];
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{all.Length / seconds:F0} answers/s, milliseconds: median {all[all.Length / 2]:F1}, 99th percentile {all[all.Length * 99 / 100]:F1}"));
        Assert.That(waited.Select(times => times.Count), Has.All.Positive, "every client was answered");
        Assert.That((server.Metrics.Requests, server.Metrics.Images, server.Metrics.InFlight), Is.EqualTo(((long)all.Length, (long)all.Length, 0L)));
        Assert.That(server.Failures, Is.Empty);

        async Task<List<double>> Client(int number)
        {
            List<double> times = [];
            do
            {
                int variant = (number + times.Count * 7) % Variants;
                long asked = Stopwatch.GetTimestamp();
                HttpResponseMessage response = await server.Post(bodies[variant], types[variant]);
                string answer = await response.Content.ReadAsStringAsync();
                times.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
                Assert.That((response.StatusCode, answer), Is.EqualTo((HttpStatusCode.OK, expected[variant])));
            }
            while (Stopwatch.GetElapsedTime(start) < time);
            return times;
        }
    }
}
