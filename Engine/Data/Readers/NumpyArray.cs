using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Scratch.Files;
using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>An array as NumPy saves it, <c>.npy</c>, or several as <c>.npz</c>: whole numbers of 1 to 8 bytes.</summary>
/// <remarks>
/// Versions 1 to 3, row-major. Sizes and their product are checked before memory is taken, and against the file's length; arrays of objects, which
/// NumPy reads by running what the file says, are refused. Every broken file gives an <see cref="InvalidDataException"/> that names it.
/// Source: NumPy's <c>lib/format.py</c>.
/// </remarks>
public sealed partial class NumpyArray
{
    private const int MostHeader = 1 << 16, MostRank = 32;
    private const string Ending = ".npy";

    private readonly string _name, _type;
    private readonly byte[] _bytes;

    private NumpyArray(string name, Shape shape, string type, byte[] bytes) => (_name, Shape, _type, _bytes) = (name, shape, type, bytes);

    /// <summary>The sizes, outermost first.</summary>
    public Shape Shape { get; }

    /// <summary>Reads a file <c>.npy</c>.</summary>
    /// <exception cref="InvalidDataException">It is no such file, of elements of another kind, cut off or too long.</exception>
    public static NumpyArray Read(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Read(stream, Path.GetFileName(path), stream.Length);
    }

    /// <summary>Reads all arrays of a file <c>.npz</c>.</summary>
    /// <returns>By their names, without the ending <c>.npy</c>.</returns>
    /// <exception cref="InvalidDataException">It is no such file, or one of its arrays cannot be read.</exception>
    public static IReadOnlyDictionary<string, NumpyArray> ReadArchive(string path)
    {
        string file = Path.GetFileName(path);
        using FileStream stream = File.OpenRead(path);
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read);
            Int128 packed = archive.Entries.Aggregate((Int128)0, (sum, entry) => sum + entry.CompressedLength);
            if (packed > stream.Length)
                throw new InvalidDataException($"{file}: expected at most {stream.Length} packed bytes, found {packed}: "
                    + "arrays lie one upon the other.");
            var arrays = new Dictionary<string, NumpyArray>(StringComparer.Ordinal);
            foreach (ZipArchiveEntry entry in archive.Entries.Where(entry => entry.FullName.EndsWith(Ending, StringComparison.Ordinal)))
            {
                string name = entry.FullName[..^Ending.Length];
                using Stream content = entry.Open();
                if (!arrays.TryAdd(name, Read(content, $"{file}, {PrintableText.Of(name)}", length: null, entry.Crc32)))
                    throw new InvalidDataException($"{file}: expected '{PrintableText.Of(name)}' once, found it twice.");
            }
            return arrays;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or NotSupportedException or IOException)
        {
            throw e.Message.StartsWith(file, StringComparison.Ordinal) ? e
                : new InvalidDataException($"{file}: expected a whole zip file of arrays: {PrintableText.Of(e.Message)}", e);
        }
    }

    /// <summary>The elements as bytes, [<see cref="Shape"/>].</summary>
    /// <exception cref="InvalidDataException">One is not in 0 to 255.</exception>
    public byte[] ToBytes()
    {
        if (_type is "u1" or "b1") return _bytes;
        byte[] bytes = new byte[Shape.Length];
        for (int i = 0; i < bytes.Length; i++) bytes[i] = (byte)Checked(i, byte.MaxValue);
        return bytes;
    }

    /// <summary>The elements as numbers from 0 on, such as labels, [<see cref="Shape"/>].</summary>
    /// <exception cref="InvalidDataException">One is negative or too large.</exception>
    public int[] ToLabels()
    {
        int[] labels = new int[Shape.Length];
        for (int i = 0; i < labels.Length; i++) labels[i] = (int)Checked(i, int.MaxValue);
        return labels;
    }

    private static NumpyArray Read(Stream stream, string name, long? length, uint? checksum = null)
    {
        byte[] start = BoundedBytes.Read(stream, 8, name);
        if (start is not [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', >= 1 and <= 3, _])
            throw new InvalidDataException($"{name}: expected an array of NumPy in version 1 to 3, found 0x{Convert.ToHexString(start)} at byte 0.");
        byte[] size = BoundedBytes.Read(stream, start[6] == 1 ? 2 : 4, name);
        uint header = size.Length == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(size) : BinaryPrimitives.ReadUInt32LittleEndian(size);
        if (header > MostHeader) throw new InvalidDataException($"{name}: expected a header of at most {MostHeader} bytes, found {header} "
            + "at byte 8.");
        byte[] letters = BoundedBytes.Read(stream, header, name);
        string text = Encoding.Latin1.GetString(letters);
        (Shape shape, string type, int width) = Header(text, name);
        long bytes = (long)shape.Length * width, before = start.Length + size.Length + header;
        if (length is long whole && whole - before != bytes)
            throw new InvalidDataException($"{name}: expected {bytes} bytes for {shape} of {type} from byte {before}, found {whole - before}.");
        byte[] elements = BoundedBytes.Read(stream, bytes, name);
        if (stream.ReadByte() >= 0) throw new InvalidDataException($"{name}: expected the end after {bytes} bytes for {shape} of {type}, "
            + "found more.");
        if (checksum is { } said && said != Crc32.Of(elements, Crc32.Of([.. start, .. size, .. letters])))
            throw new InvalidDataException($"{name}: it is damaged: it does not match its checksum.");
        return new(name, shape, type, elements);
    }

    private static (Shape Shape, string Type, int Width) Header(string text, string name)
    {
        Match descr = Descr().Match(text), order = FortranOrder().Match(text), sizes = Sizes().Match(text);
        if (!descr.Success || !order.Success || !sizes.Success)
            throw new InvalidDataException($"{name}: expected a header with descr, fortran_order and shape, found "
                + $"'{PrintableText.Of(text.Trim())}'.");
        string type = descr.Groups[1].Value;
        if (Element().Match(type) is not { Success: true } element)
            throw new InvalidDataException($"{name}: expected whole numbers such as |u1 or <i8, found elements of type '{PrintableText.Of(type)}'. "
                + "Save them with .astype('uint8').");
        string[] parts = [.. sizes.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        int[] shape = new int[parts.Length];
        int width = element.Groups[2].Value[0] - '0';
        long bytes = width;
        for (int axis = 0; axis < shape.Length; axis++)
        {
            bool isNumber = int.TryParse(parts[axis], NumberStyles.None, CultureInfo.InvariantCulture, out shape[axis]);
            if (isNumber) bytes *= shape[axis];
            if (!isNumber || bytes > Array.MaxLength || shape.Length > MostRank)
                throw new InvalidDataException($"{name}: expected sizes of at most {Array.MaxLength} bytes together, found "
                    + $"({PrintableText.Of(sizes.Groups[1].Value)}).");
        }
        if (order.Groups[1].Value == "True" && shape.Length > 1)
            throw new InvalidDataException($"{name}: expected rows one after the other, found fortran_order. Save it with numpy.ascontiguousarray.");
        return (new Shape(shape), element.Groups[1].Value + width, width);
    }

    private long Checked(int i, long most)
    {
        ReadOnlySpan<byte> bytes = _bytes;
        long value = _type switch
        {
            "u1" or "b1" => bytes[i],
            "i1" => (sbyte)bytes[i],
            "u2" => BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]),
            "i2" => BinaryPrimitives.ReadInt16LittleEndian(bytes[(2 * i)..]),
            "u4" => BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 * i)..]),
            "i4" => BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 * i)..]),
            _ => BinaryPrimitives.ReadInt64LittleEndian(bytes[(8 * i)..]),                 // u8 beyond i8 is negative, and refused
        };
        return value >= 0 && value <= most ? value
            : throw new InvalidDataException($"{_name}: expected numbers in 0 to {most}, found {value} at element {i}.");
    }

    [GeneratedRegex("'descr'\\s*:\\s*'([^']*)'", RegexOptions.CultureInvariant)]
    private static partial Regex Descr();

    [GeneratedRegex("'fortran_order'\\s*:\\s*(True|False)", RegexOptions.CultureInvariant)]
    private static partial Regex FortranOrder();

    [GeneratedRegex("'shape'\\s*:\\s*\\(([0-9, ]*)\\)", RegexOptions.CultureInvariant)]
    private static partial Regex Sizes();

    [GeneratedRegex("^[|<]([ui]|b(?=1))([1248])$", RegexOptions.CultureInvariant)]
    private static partial Regex Element();
}
