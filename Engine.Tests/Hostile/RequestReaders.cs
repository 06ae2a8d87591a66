using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using NUnit.Framework;
using Scratch.Cli.Serve;
using Scratch.Pictures;
using Scratch.Tests.Cli;
using Scratch.Tests.Cli.Serve;
using Scratch.Tests.Pictures;

namespace Scratch.Tests.Hostile;

/// <summary>Bodies of requests, as <c>serve</c> answers them: all of it but the connection.</summary>
internal static class RequestReaders
{
    private const string Form = "multipart/form-data; boundary=b";
    private const int Pixels = 13 * 10;

    private static readonly List<string> _failures = [];

    // Compiled and loaded before the first body, which is nobody's fault.
    private static readonly Lazy<RequestHandler> _handler = new(() =>
    {
        using var folder = new TemporaryFolder();
        RunningServer.Save(RunningServer.Grey, folder["m.safetensors"]);
        var limits = new ServeLimits();
        return new(ServedModel.Load(folder["m.safetensors"], [], limits), new RequestGuard("localhost"), limits, _failures.Add);
    });

    public static IReadOnlyList<HostileReader> All =>
    [
        new("request of numbers", () => Numbers, path => Ask(path, RunningServer.Json))
        {
            Words = [.. HostileReaders.JsonWords, "\"image\"", "\"images\"", "255", "256"], PerByte = 96, Besides = 16 << 20,
        },
        new("request of a picture", () => Pictures, path => Ask(path, RunningServer.Png))
        {
            Inside = () => PictureReaders.Files("png"), Pack = PictureReaders.WithChecksums, PerByte = 24 * PictureSize.PixelsPerByte,
            Besides = PictureReaders.Decoder, Quick = 200,
        },
        new("request of a form", () => [Formed(Pictures[0], Pictures[^1]), Formed(Pictures[^1])], path => Ask(path, Form))
        {
            Words = ["\r\n", "--b", "\r\n--b\r\n", "--b--", "Content-Type: image/png\r\n", "Content-Disposition: form-data", "; name=\"x\"", "\""],
            Inside = () => PictureReaders.Files("png"), Pack = picture => Formed(Pictures[0], PictureReaders.WithChecksums(picture)),
            PerByte = 24 * PictureSize.PixelsPerByte, Besides = 24 * new ServeLimits().FormPixels + PictureReaders.Decoder, Quick = 200,
        },
    ];

    private static byte[][] Numbers { get; } =
    [
        .. ((string[])["image", "images"]).Select(name =>
        {
            string one = RunningServer.Nested(RunningServer.Bytes(Pixels, 3), [1, 13, 10]);
            string row = RunningServer.Nested(RunningServer.Bytes(Pixels, 4), [Pixels]);
            return Encoding.UTF8.GetBytes($"{{\"{name}\":{(name == "image" ? one : $"[{row},{one}]")}}}");
        }),
    ];

    private static byte[][] Pictures { get; } =
        [PngBytes.Of(RunningServer.Bytes(Pixels, 1), 13, 10, channels: 1), .. PictureReaders.Files("png"), .. PictureReaders.Files("jpeg")];

    private static byte[] Formed(params byte[][] pictures) =>
    [
        .. pictures.SelectMany(picture => (byte[])[.. "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"x.png\"\r\n"u8,
            .. "Content-Type: image/png\r\n\r\n"u8, .. picture, .. "\r\n"u8]), .. "--b--\r\n"u8,
    ];

    // Everything ends on this thread: nothing is waited for.
    private static void Ask(string path, string type)
    {
        var context = new DefaultHttpContext();
        HttpRequest request = context.Request;
        (request.Method, request.Path, request.Host, request.ContentType) = (HttpMethods.Post, "/predict", new("localhost"), type);
        (request.Body, context.Response.Body) = (new MemoryStream(File.ReadAllBytes(path)), new MemoryStream());
        Task answer = _handler.Value.Answer(context);
        Assert.That(answer.IsCompletedSuccessfully);
        Assert.That(_failures, Is.Empty);
        string text = Encoding.UTF8.GetString(((MemoryStream)context.Response.Body).ToArray());
        int status = context.Response.StatusCode;
        Assert.That(text, Does.StartWith(status == StatusCodes.Status200OK ? "{\"predictions\":[{" : "{\"type\":\"about:blank\""));
        if (status == StatusCodes.Status200OK) return;
        Assert.That(status, Is.InRange(400, 499), ReasonPhrases.GetReasonPhrase(status));
        throw new InvalidDataException(text);
    }
}
