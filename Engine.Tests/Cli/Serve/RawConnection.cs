using System.Net.Sockets;
using System.Text;

namespace Scratch.Tests.Cli.Serve;

/// <summary>One connection, letter by letter.</summary>
internal sealed class RawConnection(TcpClient client) : IDisposable
{
    private readonly StreamReader _reader = new(client.GetStream(), Encoding.UTF8);

    /// <summary>The lines before a body of some length; a client that asks leave to send it hears "100 Continue" when the server reads.</summary>
    public static string Head(long length, string type = RunningServer.Json, bool asksLeave = false) =>
        $"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: {type}\r\nContent-Length: {length}\r\n"
            + (asksLeave ? "Expect: 100-continue\r\n\r\n" : "\r\n");

    public async Task Write(string text) => await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>The next lines up to an empty one.</summary>
    public async Task<string> ReadHead()
    {
        var head = new StringBuilder();
        while (await _reader.ReadLineAsync() is { Length: > 0 } line) head.AppendLine(line);
        return $"{head}";
    }

    /// <summary>All that comes until the server closes.</summary>
    public Task<string> ReadToEnd() => _reader.ReadToEndAsync();

    public void Dispose()
    {
        _reader.Dispose();
        client.Dispose();
    }
}
