using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Scratch.Cli.Serve;

/// <summary>A model behind an address: Kestrel alone, without a host around it, and so without settings from files or the environment.</summary>
internal sealed class ModelServer : IAsyncDisposable
{
    private readonly KestrelServer _kestrel;
    private readonly RequestHandler _handler;
    private readonly ServeLimits _limits;

    private ModelServer(KestrelServer kestrel, RequestHandler handler, ServeLimits limits) =>
        (_kestrel, _handler, _limits) = (kestrel, handler, limits);

    /// <summary>Where it listens, such as <c>http://127.0.0.1:8080</c>.</summary>
    public Uri Address => new(_kestrel.Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>What was counted.</summary>
    public ServeMetrics Metrics => _handler.Metrics;

    /// <summary>Listens from now on.</summary>
    /// <param name="model">What is served.</param>
    /// <param name="host">A name or address of this machine.</param>
    /// <param name="port">0 for any that is free.</param>
    /// <param name="limits">How much at once.</param>
    /// <param name="failed">Is told of every error that is the server's own.</param>
    /// <exception cref="IOException">The address is not to be had.</exception>
    public static async Task<ModelServer> Start(ServedModel model, string host, int port, ServeLimits limits, Action<string> failed)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = null;                            // RequestBody counts: Kestrel would close before the answer is read
        options.Limits.MaxConcurrentConnections = limits.Connections;
        options.Limits.RequestHeadersTimeout = limits.HeadTime;
        options.Limits.KeepAliveTimeout = limits.IdleTime;
        IPEndPoint place = new(await Resolved(host), port);
        options.Listen(place, listen => listen.Protocols = HttpProtocols.Http1);
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        var kestrel = new KestrelServer(Options.Create(options), transport, NullLoggerFactory.Instance);
        var handler = new RequestHandler(model, new RequestGuard(host), limits, failed);
        try
        {
            await kestrel.StartAsync(new Application(handler), CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            kestrel.Dispose();
            handler.Dispose();
            string what = e.InnerException is AddressInUseException ? "something listens there already" : e.Message.TrimEnd('.');
            throw new IOException($"{place} cannot be listened on: {what}. Say another --port (0 for any that is free) or --host.", e);
        }
        return new(kestrel, handler, limits);
    }

    /// <summary>Takes no more requests, and waits a little for those that are being answered.</summary>
    public async Task Stop()
    {
        using var time = new CancellationTokenSource(_limits.StopTime);
        await _kestrel.StopAsync(time.Token);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Stop();
        _kestrel.Dispose();
        _handler.Dispose();
    }

    private static async Task<IPAddress> Resolved(string host)
    {
        try
        {
            IPAddress[] found = await Dns.GetHostAddressesAsync(host);
            return found.FirstOrDefault(one => one.AddressFamily == AddressFamily.InterNetwork) ?? found[0];
        }
        catch (SocketException e)
        {
            throw new UsageException($"--host is '{host}', must be a name or an address of this machine ({e.Message}).");
        }
    }

    /// <summary>What Kestrel calls.</summary>
    private sealed class Application(RequestHandler handler) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => handler.Answer(context);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }
    }
}
