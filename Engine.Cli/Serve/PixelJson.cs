using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Scratch.Tensors;

namespace Scratch.Cli.Serve;

/// <summary>Reads images that are written as numbers: <c>{"image": [[0, 255, …], …]}</c>, or <c>{"images": [[[…]], …]}</c>.</summary>
/// <remarks>
/// An image is [C, H, W]; [H, W] where there is one channel; or a row of all C·H·W numbers, row-major. Numbers are pixels: whole, from 0 to 255.
/// Nothing is built of the text but the pixels, and no more of them than the text has.
/// </remarks>
internal ref struct PixelJson
{
    private const string One = "image", Several = "images";
    private const int Deepest = 8;

    private readonly Shape _image;                                           // [C, H, W]
    private readonly int _most;
    private readonly List<byte[]> _images = [];
    private Utf8JsonReader _json;
    private byte[] _pixels = [];
    private int _next;                                                       // of the pixels
    private string _where = "";

    private PixelJson(ReadOnlySpan<byte> text, Shape image, int most)
    {
        (_image, _most) = (image, most);
        _json = new(text, new JsonReaderOptions { MaxDepth = Deepest });
    }

    /// <summary>The pixels of every image, each [C, H, W].</summary>
    /// <param name="text">The body.</param>
    /// <param name="image">[C, H, W] that the model takes.</param>
    /// <param name="most">How many images there may be.</param>
    /// <exception cref="ProblemException">It is no JSON, or says something else.</exception>
    public static IReadOnlyList<byte[]> Read(ReadOnlySpan<byte> text, Shape image, int most)
    {
        var reader = new PixelJson(text, image, most);
        try
        {
            reader.Body();
            return reader._images;
        }
        catch (JsonException e)
        {
            string why = e.Message.Split(" LineNumber:")[0].TrimEnd('.');
            throw new ProblemException(StatusCodes.Status400BadRequest,
                $"the body is no JSON: {why}, in line {e.LineNumber + 1} at byte {e.BytePositionInLine + 1}. NaN and Infinity are no numbers there.");
        }
    }

    private void Body()
    {
        string expected = $"an object {{\"{One}\": [...]}} or {{\"{Several}\": [[...], ...]}}";
        _json.Read();
        if (_json.TokenType != JsonTokenType.StartObject) throw Wrong($"the body is {Kind()}, must be {expected}");
        for (_json.Read(); _json.TokenType == JsonTokenType.PropertyName; _json.Read())
        {
            bool isOne = Text() == One;                                      // as it stands: an escape may be no letter at all
            if (!isOne && Text() != Several) throw Wrong($"the body has the name '{Shortened(Text())}', must be {expected}");
            if (_images.Count > 0) throw Wrong($"the body has '{One}' or '{Several}' twice, must be {expected}");
            _json.Read();
            if (isOne) Image(One);
            else Images();
        }
        _json.Read();                                                        // throws if more follows
        if (_images.Count == 0) throw Wrong($"the body has no image, must be {expected}");
    }

    private void Images()
    {
        if (_json.TokenType != JsonTokenType.StartArray) throw Wrong($"{Several} is {Kind()}, must be an array of images");
        for (_json.Read(); _json.TokenType != JsonTokenType.EndArray; _json.Read())
        {
            if (_images.Count == _most)
            {
                throw new ProblemException(StatusCodes.Status413PayloadTooLarge,
                    $"{Several} has more than {_most} images. Send fewer in one request.");
            }
            Image($"{Several}[{_images.Count}]");
        }
    }

    private void Image(string where)
    {
        _where = where;
        Shape shape = Depth() switch
        {
            1 => new(_image.Length),
            2 when _image[0] == 1 => _image.Tail(),
            3 => _image,
            0 => throw Wrong($"{where} is {Kind()}, must be an array of numbers"),
            var depth => throw Wrong($"{where} is an array in {depth} levels, must be one of {(_image[0] == 1 ? "1, 2 or 3" : "1 or 3")}"),
        };
        (_pixels, _next) = (new byte[_image.Length], 0);
        Array(shape.Sizes, "");
        _images.Add(_pixels);
    }

    // How many arrays begin here, one in the other.
    private readonly int Depth()
    {
        Utf8JsonReader ahead = _json;
        int depth = 0;
        for (; ahead.TokenType == JsonTokenType.StartArray; depth++) ahead.Read();
        return depth;
    }

    private void Array(scoped ReadOnlySpan<int> sizes, string path)
    {
        if (_json.TokenType != JsonTokenType.StartArray) throw Wrong($"{_where}{path} is {Kind()}, must be an array of {sizes[0]}");
        int count = 0;
        for (_json.Read(); _json.TokenType != JsonTokenType.EndArray; _json.Read(), count++)
        {
            if (count >= sizes[0]) _json.Skip();                             // to tell how many there are
            else if (sizes.Length > 1) Array(sizes[1..], $"{path}[{count}]");
            else Pixel(path, count);
        }
        if (count != sizes[0]) throw Wrong($"{_where}{path} has length {count}, must be {sizes[0]}");
    }

    private void Pixel(string path, int index)
    {
        if (_json.TokenType != JsonTokenType.Number) throw Wrong($"{_where}{path}[{index}] is {Kind()}, must be a number");
        if (_json.TryGetByte(out byte pixel)) _pixels[_next++] = pixel;
        else if (_json.TryGetDouble(out double value) && value is >= 0 and <= byte.MaxValue && value == Math.Floor(value))
            _pixels[_next++] = (byte)value;                                  // 255.0, or 2e2
        else
            throw Wrong($"{_where}{path}[{index}] is {Shortened(Text())}, must be a whole number from 0 to 255: a pixel; the server normalises it");
    }

    private readonly string Text() => Encoding.UTF8.GetString(_json.ValueSpan);

    private readonly string Kind() => _json.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        JsonTokenType.True or JsonTokenType.False => "a truth value",
        _ => "empty",
    };

    private static string Shortened(string text)
    {
        const int Most = 40;
        return text.Length <= Most ? text : $"{text.AsSpan(0, Most)}…";
    }

    private readonly ProblemException Wrong(string what) => new(StatusCodes.Status422UnprocessableEntity,
        $"{what}. The model takes images {_image} (C, H, W).");
}
