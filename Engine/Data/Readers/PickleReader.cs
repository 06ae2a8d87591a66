using System.Buffers.Binary;
using System.Text;
using Scratch.Files;

namespace Scratch.Data;

/// <summary>An array of bytes out of a pickle.</summary>
internal sealed class PickledArray
{
    /// <summary>Its sizes.</summary>
    public long[] Sizes { get; set; } = [];

    /// <summary>Its elements, row-major.</summary>
    public ReadOnlyMemory<byte> Bytes { get; set; }
}

/// <summary>Reads the data of a Python pickle, and runs nothing: numbers, texts, lists, dictionaries and NumPy's arrays of bytes.</summary>
/// <remarks>
/// A pickle is a program for a stack machine, whose dangerous instructions name a function and call it. Here a name is a text: five are known, those
/// which NumPy writes for an array and Python for its bytes, and stand for what is built below; any other is an error. Every length is checked
/// against the file before it is used; texts are views of the file. Source: Python's <c>pickletools.py</c>, protocols 2 to 5.
/// </remarks>
internal sealed class PickleReader
{
    private const string Array = "numpy ndarray", ArrayType = "numpy dtype", Codec = "_codecs encode";
    private static readonly object _mark = new(), _none = new(), _type = new();
    private static readonly string[] _reconstructs = ["numpy.core.multiarray _reconstruct", "numpy._core.multiarray _reconstruct"];

    private readonly string _file;
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly List<object> _stack = [];
    private readonly Dictionary<int, object> _memo = [];
    private int _at;
    private long _encoded;

    private PickleReader(string file, ReadOnlyMemory<byte> bytes) => (_file, _bytes) = (file, bytes);

    private sealed record Name(string Text);

    /// <summary>Reads a file that holds a dictionary.</summary>
    /// <exception cref="InvalidDataException">It is none, is cut off, or holds what is not read here.</exception>
    public static IReadOnlyDictionary<string, object> Read(string path)
    {
        var reader = new PickleReader(Path.GetFileName(path), File.ReadAllBytes(path));
        return reader.Run() as Dictionary<string, object> ?? throw reader.Wrong("expected a dictionary");
    }

    /// <summary>A text, of Python 2 or 3; none if it is something else.</summary>
    public static string? Text(object? value) => value switch
    {
        string text => text,
        ReadOnlyMemory<byte> bytes => Encoding.UTF8.GetString(bytes.Span),
        _ => null,
    };

    private object Run()
    {
        while (true)
        {
            byte code = Byte();
            switch ((char)code)
            {
                case '\x80': Byte(); break;                                  // PROTO
                case '\x95': Take(8); break;                                 // FRAME
                case '.': return Pop();                                      // STOP
                case '(': _stack.Add(_mark); break;
                case '}': _stack.Add(new Dictionary<string, object>()); break;
                case ']': _stack.Add(new List<object>()); break;
                case ')': _stack.Add(System.Array.Empty<object>()); break;
                case 'N': _stack.Add(_none); break;
                case '\x88': _stack.Add(1L); break;                          // NEWTRUE
                case '\x89': _stack.Add(0L); break;                          // NEWFALSE
                case 'K': _stack.Add((long)Byte()); break;
                case 'M': _stack.Add((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2).Span)); break;
                case 'J': _stack.Add((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4).Span)); break;
                case 'G': _stack.Add(BinaryPrimitives.ReadDoubleBigEndian(Take(8).Span)); break;
                case 'U' or 'C': _stack.Add(Take(Byte())); break;            // SHORT_BINSTRING, SHORT_BINBYTES
                case 'T' or 'B': _stack.Add(Take(Length())); break;          // BINSTRING, BINBYTES
                case '\x8e': _stack.Add(Take(BinaryPrimitives.ReadInt64LittleEndian(Take(8).Span))); break;
                case '\x8c': _stack.Add(Encoding.UTF8.GetString(Take(Byte()).Span)); break;
                case 'X': _stack.Add(Encoding.UTF8.GetString(Take(Length()).Span)); break;
                case 'q': _memo[Byte()] = Top(); break;
                case 'r': _memo[BinaryPrimitives.ReadInt32LittleEndian(Take(4).Span)] = Top(); break;
                case '\x94': _memo[_memo.Count] = Top(); break;              // MEMOIZE
                case 'h': _stack.Add(Remembered(Byte())); break;
                case 'j': _stack.Add(Remembered(BinaryPrimitives.ReadInt32LittleEndian(Take(4).Span))); break;
                case 'c': _stack.Add(Known($"{Line()} {Line()}")); break;
                case '\x93': Pair(out object module, out object name); _stack.Add(Known($"{Text(module)} {Text(name)}")); break;
                case 'a': Pair(out object list, out object item); List(list).Add(item); _stack.Add(list); break;
                case 'e': Extend(); break;
                case 's': SetItems([.. PopMany(2)]); break;
                case 'u': SetItems(PopToMark()); break;
                case 't': _stack.Add(PopToMark()); break;
                case '\x85': _stack.Add(PopMany(1)); break;
                case '\x86': _stack.Add(PopMany(2)); break;
                case '\x87': _stack.Add(PopMany(3)); break;
                case 'R': Call(); break;
                case 'b': Build(); break;
                default: throw Wrong($"expected an instruction that only makes data, found 0x{code:X2} at byte {_at - 1}");
            }
        }
    }

    private Name Known(string name) => name == Array || name == ArrayType || name == Codec || _reconstructs.Contains(name) ? new Name(name)
        : throw Wrong($"expected data only, found the name '{PrintableText.Of(name)}' before byte {_at}");

    private void Call()
    {
        Pair(out object function, out object given);
        if (function is not Name name || given is not object[] arguments) throw Wrong($"expected an array's parts before byte {_at}, found others");
        if (_reconstructs.Contains(name.Text)) _stack.Add(new PickledArray());
        else if (name.Text == ArrayType && arguments is [var kind, ..] && Text(kind) is "u1" or "|u1") _stack.Add(_type);
        else if (name.Text == Codec && arguments is [string text, ..]) _stack.Add(Encoded(text));
        else throw Wrong($"expected an array of bytes before byte {_at}, found another");
    }

    // A text of the file may be named again and again: together the bytes made of them are not more than the file's.
    private ReadOnlyMemory<byte> Encoded(string text)
    {
        _encoded += text.Length;
        if (_encoded > _bytes.Length) throw Wrong($"expected at most {_bytes.Length} bytes of all texts before byte {_at}, found {_encoded}");
        return Encoding.Latin1.GetBytes(text);
    }

    private void Build()
    {
        Pair(out object target, out object state);
        _stack.Add(target);
        if (ReferenceEquals(target, _type)) return;                          // the order of bytes: of single ones there is none
        if (target is not PickledArray array || state is not object[] { Length: 5 } parts || parts[1] is not object[] sizes
            || !ReferenceEquals(parts[2], _type)
            || parts[3] is not 0L || parts[4] is not ReadOnlyMemory<byte> bytes || !sizes.All(size => size is long and >= 0))
        {
            throw Wrong($"expected an array of bytes, row-major, before byte {_at}, found another");
        }
        (array.Sizes, array.Bytes) = ([.. sizes.Cast<long>()], bytes);
        Int128 product = 1;
        foreach (long size in array.Sizes.Take(8)) product *= size;
        if (array.Sizes.Length > 2 || product != bytes.Length) throw Wrong($"expected {bytes.Length} bytes of an array to fill its sizes "
            + $"{string.Join(" x ", array.Sizes)}");
    }

    private void Extend()
    {
        object[] items = PopToMark();
        List(Top()).AddRange(items);
    }

    private void SetItems(object[] items)
    {
        if (Top() is not Dictionary<string, object> dictionary || items.Length % 2 != 0) throw Wrong($"expected a dictionary before byte {_at}");
        for (int i = 0; i < items.Length; i += 2)
            dictionary[Text(items[i]) ?? throw Wrong($"expected texts as keys before byte {_at}")] = items[i + 1];
    }

    private List<object> List(object value) => value as List<object> ?? throw Wrong($"expected a list before byte {_at}");

    private object Remembered(int place) => _memo.TryGetValue(place, out object? value) ? value
        : throw Wrong($"expected a known object before byte {_at}");

    private object Top() => _stack.Count > 0 ? _stack[^1] : throw Wrong($"expected an object before byte {_at}, found none");

    private object Pop()
    {
        object top = Top();
        _stack.RemoveAt(_stack.Count - 1);
        return top;
    }

    private void Pair(out object first, out object second) => (second, first) = (Pop(), Pop());

    private object[] PopMany(int count)
    {
        if (_stack.Count < count) throw Wrong($"expected {count} objects before byte {_at}, found {_stack.Count}");
        object[] items = [.. _stack[^count..]];
        _stack.RemoveRange(_stack.Count - count, count);
        return items;
    }

    private object[] PopToMark()
    {
        int mark = _stack.LastIndexOf(_mark);
        if (mark < 0) throw Wrong($"expected a mark before byte {_at}, found none");
        object[] items = [.. _stack[(mark + 1)..]];
        _stack.RemoveRange(mark, _stack.Count - mark);
        return items;
    }

    private byte Byte() => Take(1).Span[0];

    private long Length() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4).Span);

    private string Line()
    {
        int length = _bytes.Span[_at..].IndexOf((byte)'\n');
        if (length < 0) throw Wrong($"expected a line from byte {_at} on");
        string line = Encoding.UTF8.GetString(Take(length).Span);
        _at++;
        return line;
    }

    private ReadOnlyMemory<byte> Take(long length)
    {
        if (length < 0 || length > _bytes.Length - _at) throw Wrong($"expected {length} bytes from byte {_at} on, found {_bytes.Length - _at}. "
            + "The file is cut off");
        ReadOnlyMemory<byte> taken = _bytes.Slice(_at, (int)length);
        _at += (int)length;
        return taken;
    }

    private InvalidDataException Wrong(string what) => new($"{_file}: {what}. Only pickles of images and labels are read.");
}
