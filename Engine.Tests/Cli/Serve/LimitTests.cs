using System.Net;
using NUnit.Framework;

namespace Scratch.Tests.Cli.Serve;

/// <summary>What one client may take: time, memory, places. Connections are written by hand where no client would do it.</summary>
public sealed class LimitTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(20);

    [Test]
    public async Task Predict_HundredMegabytesAnnounced_AreRefusedBeforeOneIsRead()
    {
        await using RunningServer server = await RunningServer.Start();
        using RawConnection connection = await server.Connect();
        await connection.Write(RawConnection.Head(100 << 20, RunningServer.Png));
        Assert.That(await connection.ReadHead(), Does.StartWith("HTTP/1.1 413 "));
        Assert.That(server.Metrics.Text(), Does.Contain("scratch_requests_total{path=\"/predict\",status=\"413\"} 1\n"));
    }

    [Test]
    public async Task Predict_HundredMegabytesSent_AreDroppedAndTheAnswerIsRead([Values] bool isAnnounced)
    {
        await using RunningServer server = await RunningServer.Start();
        using HttpRequestMessage request = EndlessZeros.Request(100 << 20, isAnnounced);
        HttpResponseMessage response = await server.Client.SendAsync(request);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain(isAnnounced ? "the body has 104857600 bytes, 16777216 are taken"
            : "the body has more than 16777216 bytes"));
        Assert.That((await server.Post(server.Body(server.Pixels(1)))).StatusCode, Is.EqualTo(HttpStatusCode.OK), "the server goes on");
    }

    [Test]
    public async Task Predict_BodyTooSlow_Is408AndTheEndOfTheConnection()
    {
        await using RunningServer server = await RunningServer.Start(limits: new() { BodyTime = TimeSpan.FromMilliseconds(100) });
        using RawConnection connection = await server.Connect();
        await connection.Write($$"""{{RawConnection.Head(50)}}{"image": [1,""");
        string answer = await connection.ReadToEnd();
        Assert.That(answer, Does.StartWith("HTTP/1.1 408 ").And.Contain("13 bytes of the body came in 0.1 s, and not its end"));
        Assert.That((await server.Post(server.Body(server.Pixels(1)))).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Connect_LinesBeforeTheBodyTooSlow_IsCutOff()
    {
        await using RunningServer server = await RunningServer.Start(limits: new() { HeadTime = TimeSpan.FromMilliseconds(100) });
        using RawConnection connection = await server.Connect();
        await connection.Write("POST /predict HTTP/1.1\r\nHost: localhost\r\n");
        Assert.That(await connection.ReadToEnd(), Does.StartWith("HTTP/1.1 408 "));
    }

    [Test]
    public async Task Connect_MoreThanThereMayBe_IsCutOff()
    {
        await using RunningServer server = await RunningServer.Start(limits: new() { Connections = 1 });
        using RawConnection first = await server.Connect();
        await first.Write(RawConnection.Head(50, asksLeave: true));
        Assert.That(await first.ReadHead(), Does.StartWith("HTTP/1.1 100 "));
        using RawConnection second = await server.Connect();
        Assert.That(await IsCutOff(second));
    }

    [Test]
    public async Task Predict_MoreThanMayWait_Is503AndLaterWelcome()
    {
        await using RunningServer server = await RunningServer.Start(limits: new() { Workers = 1, Waiting = 1 });
        string body = server.Body(server.Pixels(1));
        List<RawConnection> slow = [];
        for (int i = 0; i < 2; i++)
        {
            slow.Add(await server.Connect());
            await slow[i].Write(RawConnection.Head(body.Length, asksLeave: true));
            Assert.That(await slow[i].ReadHead(), Does.StartWith("HTTP/1.1 100 "), "it is inside");
        }
        HttpResponseMessage refused = await server.Post(body);
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(refused.Headers.RetryAfter?.ToString(), Is.EqualTo("1"));
        Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain("2 requests are being answered"));
        Assert.That((await server.Client.GetAsync("/health")).StatusCode, Is.EqualTo(HttpStatusCode.OK), "whoever looks after it is let in");
        foreach (RawConnection one in slow)
        {
            await one.Write(body);
            Assert.That(await one.ReadHead(), Does.StartWith("HTTP/1.1 200 "));
            one.Dispose();
        }
        Assert.That((await server.Post(body)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Predict_NoMemoryLeftForBodies_Is503([Values] bool atFirst)
    {
        await using RunningServer server = await RunningServer.Start(limits: new() { HeldBytes = atFirst ? 10_000 : 40_000 });
        HttpResponseMessage refused = await server.Post(new byte[33_000], RunningServer.Png);
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(refused.Headers.RetryAfter?.ToString(), Is.EqualTo("1"));
        Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain("fill the"));
        if (atFirst) return;
        for (int i = 0; i < 4; i++) Assert.That((await server.Post(server.Body(server.Pixels(1)))).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Predict_ClientThatLeaves_IsCountedAndLeavesNothing()
    {
        await using RunningServer server = await RunningServer.Start(limits: new() { Workers = 1, Waiting = 0 });
        using (RawConnection connection = await server.Connect())
        {
            await connection.Write(RawConnection.Head(50, asksLeave: true));
            await connection.ReadHead();
        }
        Assert.That(SpinWait.SpinUntil(() => server.Metrics.Requests == 1, _soon));
        Assert.That(server.Metrics.Text(), Does.Match("scratch_requests_total{path=\"/predict\",status=\"4[0-9]{2}\"} 1\n"));
        Assert.That((await server.Post(server.Body(server.Pixels(1)))).StatusCode, Is.EqualTo(HttpStatusCode.OK), "its place is free");
    }

    [Test]
    public async Task Stop_WhileARequestIsRead_AnswersIt()
    {
        await using RunningServer server = await RunningServer.Start();
        string body = server.Body(server.Pixels(1));
        using RawConnection connection = await server.Connect();
        await connection.Write(RawConnection.Head(body.Length, asksLeave: true));
        await connection.ReadHead();
        Task stopping = server.Stop();
        await connection.Write(body);
        Assert.That(await connection.ReadToEnd(), Does.StartWith("HTTP/1.1 200 "));
        await stopping;
        Assert.That(async () => await server.Connect(), Throws.Exception);
    }

    [Test]
    public async Task Stop_WhileAClientIsSlow_WaitsNoLongerThanItMay()
    {
        await using RunningServer server = await RunningServer.Start(limits: new() { StopTime = TimeSpan.FromMilliseconds(100) });
        using RawConnection connection = await server.Connect();
        await connection.Write(RawConnection.Head(50, asksLeave: true));
        await connection.ReadHead();
        await server.Stop();
        Assert.That(await IsCutOff(connection));
    }

    private static async Task<bool> IsCutOff(RawConnection connection)
    {
        try
        {
            return await connection.ReadToEnd() == "";
        }
        catch (IOException)                                                  // the other way to be cut off
        {
            return true;
        }
    }
}
