using System.Globalization;
using Microsoft.AspNetCore.Http;
using Scratch.Data;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Cli.Serve;

/// <summary>A model and everything that requests ask of it.</summary>
/// <param name="classifier">Answers; shared by all requests.</param>
/// <param name="view">Shows how it comes to its answers.</param>
/// <param name="card">What is said of it.</param>
/// <param name="limits">How much a request may bring.</param>
internal sealed class ServedModel(Classifier classifier, ServedView view, ModelCard card, ServeLimits limits)
{
    private const int UsualTop = 5, MostTop = 100_000;

    private static ReadOnlySpan<byte> PngStart => [0x89, (byte)'P', (byte)'N', (byte)'G'];

    private static ReadOnlySpan<byte> JpegStart => [0xFF, 0xD8];

    /// <summary>What is said of it.</summary>
    public ModelCard Card => card;

    /// <summary>Shows how it comes to its answers.</summary>
    public ServedView View => view;

    /// <summary>Reads a file of <c>train</c>, and answers once, so that the first request finds everything ready.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or does not say enough of its model.</exception>
    /// <exception cref="InvalidOperationException">The model gives no finite numbers.</exception>
    public static ServedModel Load(string path, IReadOnlyList<Augmentation> views, ServeLimits limits)
    {
        var classifier = Classifier.LoadWithModel(path, threads: 1, out Model<float> model);     // each request has a thread of its own
        classifier.Views = views;
        classifier.Predict(new byte[classifier.ImageShape.Length]);
        return new(classifier, new ServedView(classifier, model), ModelCard.Of(model, classifier.Notes, limits), limits);
    }

    /// <summary>Reads a small picture of each format, so that the first one of a request finds its decoder compiled.</summary>
    public void WarmUp()
    {
        if (classifier.ImageShape[0] is not (1 or 3)) return;
        foreach (string name in (ReadOnlySpan<string>)["WarmUp.png", "WarmUp.jpg"])
        {
            using Stream file = typeof(ServedModel).Assembly.GetManifestResourceStream(name)!;
            byte[] bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            Fitted(Decoded(name, bytes));
        }
    }

    /// <summary>How many classes a request asks for.</summary>
    /// <exception cref="ProblemException">It says something else.</exception>
    public static int Top(IQueryCollection query)
    {
        foreach (string name in query.Keys)
            if (name != "top") throw new ProblemException(StatusCodes.Status400BadRequest, $"there is no '?{name}=', only '?top='.");
        if (!query.TryGetValue("top", out var said)) return UsualTop;
        return said is [{ } text] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int top) && top is >= 1 and <= MostTop
            ? top : throw new ProblemException(StatusCodes.Status400BadRequest, $"?top= is '{said}', must be a whole number from 1 to {MostTop}.");
    }

    /// <summary>The pixels of the images of a request, each of the model's size; pictures are decoded one by one, as they are taken.</summary>
    /// <param name="body">All of it.</param>
    /// <param name="type">What it is.</param>
    /// <exception cref="ProblemException">The body is something else than its type says, or too much of it.</exception>
    public async Task<IEnumerable<byte[]>> Images(RequestBody body, BodyType type)
    {
        switch (type.Kind)
        {
            case BodyKind.Json:
                return PixelJson.Read(body.Bytes.Span, classifier.ImageShape, limits.Images);
            case BodyKind.Picture:
                return [Fitted(Decoded("the body", body.Bytes.Span))];
            default:
                using (MemoryStream form = body.Open()) return Decoded(await PictureForm.Read(form, type.Boundary, limits.Images));
        }
    }

    /// <summary>What images are taken for.</summary>
    /// <param name="images">Each of the model's size.</param>
    /// <param name="top">How many classes are named.</param>
    /// <param name="aborted">Asked between two images.</param>
    public Answers Predict(IEnumerable<byte[]> images, int top, CancellationToken aborted)
    {
        List<Answer> answers = [];
        foreach (byte[] pixels in images)
        {
            aborted.ThrowIfCancellationRequested();
            Prediction prediction = classifier.Predict(pixels);
            answers.Add(new(prediction.Labels, prediction.Top(top)));
        }
        return new(answers);
    }

    private IEnumerable<byte[]> Decoded(IReadOnlyList<(string Name, byte[] Bytes)> pictures)
    {
        long pixels = 0;
        foreach (var (name, bytes) in pictures)
        {
            if (pixels >= limits.FormPixels)
            {
                throw new ProblemException(StatusCodes.Status413PayloadTooLarge,
                    $"the pictures before '{name}' have {pixels} pixels, and after {limits.FormPixels} no more are decoded. Send fewer at once.");
            }
            Picture picture = Decoded(name, bytes);
            pixels += picture.Shape[1] * picture.Shape[2];
            yield return Fitted(picture);
        }
    }

    // Only PNG and JPEG, so that nobody reaches the reader of another format.
    private Picture Decoded(string name, ReadOnlySpan<byte> file)
    {
        Shape image = classifier.ImageShape;
        if (image[0] is not (1 or 3)) throw Unreadable($"the model takes images {image} (C, H, W), and a picture has 1 or 3 channels. Send numbers.");
        if (!file.StartsWith(PngStart) && !file.StartsWith(JpegStart))
            throw Unreadable($"'{name}' starts as no PNG or JPEG does. Send one of these.");
        try
        {
            return Picture.Decode(file, image[0], name, limits.Pixels);
        }
        catch (InvalidDataException e)
        {
            throw Unreadable(e.Message);
        }
    }

    private byte[] Fitted(Picture picture) =>
        picture.Resized((classifier.ImageShape[1], classifier.ImageShape[2]), classifier.Notes.Resize).Pixels.ToArray();

    private static ProblemException Unreadable(string detail) => new(StatusCodes.Status422UnprocessableEntity, detail);
}
