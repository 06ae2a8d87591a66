using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Scratch.Cli.Serve;

/// <summary>What the body of a request is, by its content type.</summary>
internal enum BodyKind
{
    /// <summary>Numbers.</summary>
    Json,

    /// <summary>One picture.</summary>
    Picture,

    /// <summary>Several of them, as a form of a page or <c>curl -F</c> sends files.</summary>
    Form,
}

/// <summary>The content type of a request.</summary>
/// <param name="Kind">What it says the body is.</param>
/// <param name="Boundary">What parts a form.</param>
internal readonly record struct BodyType(BodyKind Kind, string Boundary = "")
{
    private const string Json = "application/json", Form = "multipart/form-data";
    private const int LongestBoundary = 70;                                  // as RFC 2046 has it

    private static readonly string[] _pictures = ["image/png", "image/jpeg", "image/jpg"];

    /// <summary>Reads the header.</summary>
    /// <exception cref="ProblemException">The body cannot be read.</exception>
    public static BodyType Of(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.Count > 0)
            throw Unsupported($"the body is coded as {request.Headers.ContentEncoding}. Send it as it is, without Content-Encoding.");
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type))
            throw Unsupported($"the request has {(request.ContentType is { } text ? $"the content type '{text}'" : "no content type")}. {Expected}");
        if (type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase))
        {
            return !type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) ? new(BodyKind.Json)
                : throw Unsupported($"the JSON is in {type.Charset}, must be in UTF-8.");
        }
        if (IsPicture(type)) return new(BodyKind.Picture);
        if (!type.MediaType.Equals(Form, StringComparison.OrdinalIgnoreCase)) throw Unsupported($"the body is {type.MediaType}. {Expected}");
        string boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        return boundary.Length is > 0 and <= LongestBoundary ? new(BodyKind.Form, boundary)
            : throw new ProblemException(StatusCodes.Status400BadRequest,
                $"the boundary of the form has {boundary.Length} letters, must have 1 to {LongestBoundary}.");
    }

    /// <summary>Whether a type is one of a picture that is read.</summary>
    public static bool IsPicture(MediaTypeHeaderValue type) => _pictures.Any(one => type.MediaType.Equals(one, StringComparison.OrdinalIgnoreCase));

    private static string Expected =>
        $"Send {Json}, image/png, image/jpeg, or {Form} with pictures; curl says it by -H 'Content-Type: image/png'.";

    private static ProblemException Unsupported(string detail) => new(StatusCodes.Status415UnsupportedMediaType, detail);
}
