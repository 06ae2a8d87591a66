using System.Text;
using Scratch.Files;

namespace Scratch.Pictures;

/// <summary>One row of a CSV file.</summary>
/// <param name="Line">The line that it begins in, from 1.</param>
/// <param name="Fields">What stands between the separators.</param>
internal readonly record struct CsvRow(int Line, IReadOnlyList<string> Fields);

/// <summary>Reads CSV files as RFC 4180 has them: fields in quotes may hold separators, line breaks and doubled quotes.</summary>
/// <remarks>
/// UTF-8, with or without a byte order mark; lines end as on any system. The separator is a comma, or the semicolon or tab that comes first in
/// the first line, as programs of other countries write them. Empty lines are passed over. What is not so is an error that names the line.
/// Own, and no library: a hundred lines, which <c>Engine.Tests/Hostile</c> feeds with damaged files, are less to keep than a dependency.
/// </remarks>
internal sealed class CsvRows
{
    private const char Quote = '"';

    private readonly string _file, _text;
    private readonly List<CsvRow> _rows = [];
    private int _at, _line = 1;

    private CsvRows(string file, string text) => (_file, _text, Separator) = (file, text, SeparatorOf(text));

    /// <summary>What stands between fields.</summary>
    public char Separator { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is not UTF-8, or a quote is out of place.</exception>
    public static (IReadOnlyList<CsvRow> Rows, char Separator) Read(string path)
    {
        var rows = new CsvRows(Path.GetFileName(path), Text(path));
        rows.ReadAll();
        return (rows._rows, rows.Separator);
    }

    private static string Text(string path)
    {
        try
        {
            var strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
            return strict.GetString(File.ReadAllBytes(path)).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException($"{Path.GetFileName(path)}: expected UTF-8, found other bytes at byte {e.Index}. Save it as UTF-8.", e);
        }
    }

    private static char SeparatorOf(string text)
    {
        bool isQuoted = false;
        foreach (char letter in text)
        {
            if (letter == Quote) isQuoted = !isQuoted;
            if (isQuoted) continue;
            if (letter is ',' or ';' or '\t') return letter;
            if (letter is '\r' or '\n') break;
        }
        return ',';
    }

    private void ReadAll()
    {
        var fields = new List<string>();
        while (_at < _text.Length)
        {
            int line = _line;
            fields.Clear();
            do fields.Add(Field());
            while (TrySkip(Separator));
            if (_at < _text.Length) SkipLineEnd();
            if (fields.Count > 1 || fields[0].Length > 0) _rows.Add(new(line, [.. fields]));
        }
    }

    private string Field()
    {
        if (_at < _text.Length && _text[_at] == Quote) return Quoted();
        int start = _at;
        while (_at < _text.Length && _text[_at] != Separator && _text[_at] is not ('\r' or '\n'))
        {
            if (_text[_at] == Quote) throw Wrong("expected quotes around a whole field, found one in the middle");
            _at++;
        }
        return _text[start.._at].Trim();
    }

    private string Quoted()
    {
        int begin = _line;
        var field = new StringBuilder();
        for (_at++; ; _at++)
        {
            if (_at == _text.Length) throw Wrong("expected a quote at the end of the field, found the end of the file", begin);
            char letter = _text[_at];
            if (letter == '\n') _line++;
            if (letter == Quote)
            {
                if (_at + 1 == _text.Length || _text[_at + 1] != Quote) break;
                _at++;
            }
            field.Append(letter);
        }
        _at++;
        if (_at < _text.Length && _text[_at] != Separator && _text[_at] is not ('\r' or '\n'))
            throw Wrong($"expected '{PrintableText.Of($"{Separator}")}' or the end of the line behind a quote, "
                + $"found '{PrintableText.Of($"{_text[_at]}")}'");
        return $"{field}";
    }

    private bool TrySkip(char letter)
    {
        if (_at == _text.Length || _text[_at] != letter) return false;
        _at++;
        return true;
    }

    private void SkipLineEnd()
    {
        bool isReturn = TrySkip('\r');
        if (!TrySkip('\n') && !isReturn) return;
        _line++;
    }

    private InvalidDataException Wrong(string what, int? line = null) => new($"{_file}, line {line ?? _line}: {what}.");
}
