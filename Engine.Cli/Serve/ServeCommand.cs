using System.CommandLine;
using System.Globalization;

namespace Scratch.Cli.Serve;

/// <summary><c>scratch serve</c>: a saved model as a service with a page, until it is asked to stop.</summary>
internal static class ServeCommand
{
    private const int UsualPort = 8080;
    private const string UsualHost = "127.0.0.1";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var model = new Argument<string>("MODEL.safetensors") { Description = "A model as train --out writes it." };
        var port = SharedOptions.Parsed("--port", "N", UsualPort, "The port to listen on; 0 for any that is free.", text =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value <= ushort.MaxValue ? value
                : throw new UsageException($"--port is '{text}', must be a whole number from 0 to {ushort.MaxValue}."));
        var host = SharedOptions.Parsed("--host", "ADDRESS", UsualHost, "The address or name of this machine to listen on; by default only programs "
            + "on it are served. Nobody is asked who he is: put what checks that before it.", text =>
            text.Length > 0 ? text : throw new UsageException("--host is empty, must be an address or a name of this machine."));
        var threads = SharedOptions.Threads();
        var views = ViewSettings.Option();
        var command = new Command("serve", "Serve a model: a page to try it with, and a JSON API (docs/serve.md). Ctrl-C ends it.")
        {
            model, port, host, threads, views,
        };
        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(model)!;
            var limits = new ServeLimits { Workers = parsed.GetValue(threads) };
            var served = ServedModel.Load(path, ViewSettings.Of(parsed.GetValue(views)!), limits);
            using var interrupt = new Interrupt(cancellation);
            Serve(served, parsed.GetValue(host)!, parsed.GetValue(port), limits, terminal, interrupt.Token).GetAwaiter().GetResult();
            return interrupt.ExitCode;
        });
        return command;
    }

    private static async Task Serve(ServedModel model, string host, int port, ServeLimits limits, Terminal terminal, CancellationToken stop)
    {
        await using ModelServer server = await ModelServer.Start(model, host, port, limits, text => terminal.Fail(text));
        Task warm = Task.Run(model.WarmUp, CancellationToken.None);          // beside the first requests: nobody waits for it
        ModelCard card = model.Card;
        terminal.WriteText($"serving {card.Model}, {card.Parameters} weights {card.Weights}, images {string.Join('x', card.Image)}, "
            + $"{Amount.OfClasses(card.Classes.Count)}, on {server.Address}");
        terminal.Diagnose($"{Amount.Of(limits.Workers, "thread")}; Ctrl-C ends it");
        var stopped = new TaskCompletionSource();
        await using (stop.Register(stopped.SetResult)) await stopped.Task;
        await server.Stop();
        await warm;
        terminal.Diagnose(string.Create(CultureInfo.InvariantCulture,
            $"stopped after {server.Metrics.Requests} requests, {server.Metrics.Images} images"));
    }
}
