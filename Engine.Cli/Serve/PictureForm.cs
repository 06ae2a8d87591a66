using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Scratch.Cli.Serve;

/// <summary>Takes the pictures out of a form.</summary>
internal static class PictureForm
{
    private const int MostHeaders = 8, LongestHeader = 4 << 10;
    private const string Unnamed = "a part without a name";

    /// <summary>The bytes of each picture and what errors call it, in their order.</summary>
    /// <param name="body">All of it.</param>
    /// <param name="boundary">What parts it.</param>
    /// <param name="most">How many pictures there may be.</param>
    /// <exception cref="ProblemException">It is no form, or one of other things.</exception>
    public static async Task<IReadOnlyList<(string Name, byte[] Bytes)>> Read(Stream body, string boundary, int most)
    {
        var reader = new MultipartReader(boundary, body) { HeadersCountLimit = MostHeaders, HeadersLengthLimit = LongestHeader };
        List<(string, byte[])> parts = [];
        try
        {
            while (await reader.ReadNextSectionAsync() is { } section)
            {
                string name = Name(section);
                if (!MediaTypeHeaderValue.TryParse(section.ContentType, out MediaTypeHeaderValue? type) || !BodyType.IsPicture(type))
                {
                    throw new ProblemException(StatusCodes.Status415UnsupportedMediaType,
                        $"'{name}' of the form is {section.ContentType ?? "without a content type"}, must be image/png or image/jpeg.");
                }
                if (parts.Count == most)
                {
                    throw new ProblemException(StatusCodes.Status413PayloadTooLarge,
                        $"the form has more than {most} pictures. Send fewer in one request.");
                }
                using var bytes = new MemoryStream();
                await section.Body.CopyToAsync(bytes);
                parts.Add((name, bytes.ToArray()));
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)  // it ends too early, or its heads are too long
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, $"the body is no form of parts between '{boundary}': {e.Message}");
        }
        return parts.Count > 0 ? parts
            : throw new ProblemException(StatusCodes.Status422UnprocessableEntity, "the form has no picture. Send one: curl -F image=@picture.png");
    }

    private static string Name(MultipartSection section) =>
        ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out ContentDispositionHeaderValue? said)
            ? HeaderUtilities.RemoveQuotes(said.FileName.Length > 0 ? said.FileName : said.Name) is { Length: > 0 } name ? name.ToString() : Unnamed
            : Unnamed;
}
