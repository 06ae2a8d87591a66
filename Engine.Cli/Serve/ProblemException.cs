using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Scratch.Cli.Serve;

/// <summary>Why a request is not answered as it was meant: becomes <c>application/problem+json</c>.</summary>
/// <param name="status">The code of HTTP.</param>
/// <param name="detail">What is wrong, where, and what to do.</param>
internal sealed class ProblemException(int status, string detail) : Exception(detail)
{
    /// <summary>The code of HTTP.</summary>
    public int Status => status;

    /// <summary>Whether the client is not worth waiting for. Of others the rest is read and dropped, or they would not read the answer.</summary>
    public bool ClosesConnection => status == StatusCodes.Status408RequestTimeout;

    /// <summary>As RFC 9457 has it.</summary>
    public Problem Report => new("about:blank", ReasonPhrases.GetReasonPhrase(status), status, Message);
}

/// <summary>The members of <c>application/problem+json</c>.</summary>
internal sealed record Problem(string Type, string Title, int Status, string Detail);
