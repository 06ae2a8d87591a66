using System.Net;
using Microsoft.AspNetCore.Http;

namespace Scratch.Cli.Serve;

/// <summary>Keeps pages from elsewhere away: their browser runs on a machine that reaches this server, though they do not.</summary>
/// <param name="host">The name or address to listen on, as it was said.</param>
internal sealed class RequestGuard(string host)
{
    private const string Local = "localhost";

    /// <summary>Turns away a request that a page from elsewhere sends.</summary>
    /// <remarks>
    /// By rebinding: the page's name now leads here, and stands in Host, where otherwise stands an address, localhost, or the name that was said.
    /// Or openly: its name then stands in Origin.
    /// </remarks>
    /// <exception cref="ProblemException">It is one.</exception>
    public void Check(HttpRequest request)
    {
        if (!Knows(request.Host.Host))
        {
            throw new ProblemException(StatusCodes.Status421MisdirectedRequest,
                $"the host is '{request.Host.Host}', must be {Local}, an address, or what --host says. Ask for {Local}.");
        }
        foreach (string? origin in request.Headers.Origin)
        {
            bool isOwn = Uri.TryCreate(origin, UriKind.Absolute, out Uri? from)
                && from.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase);
            if (!isOwn)
                throw new ProblemException(StatusCodes.Status403Forbidden, $"a page of '{origin}' asks, and only pages of this server may.");
        }
    }

    private bool Knows(string name) => name.Equals(Local, StringComparison.OrdinalIgnoreCase) || name.Equals(host, StringComparison.OrdinalIgnoreCase)
        || IPAddress.TryParse(name, out _);
}
