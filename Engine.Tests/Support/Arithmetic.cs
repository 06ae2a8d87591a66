using System.Globalization;

namespace Scratch.Tests.Support;

/// <summary>Works out what summaries print: numbers, brackets, <c>+</c>, <c>-</c>, <c>·</c>, <c>//</c> (division that rounds down), <c>/^</c> (that
/// rounds up) and <c>floor(…)</c>.</summary>
internal sealed class Arithmetic
{
    private readonly string _text;
    private int _at;

    private Arithmetic(string text) => _text = text.Replace(" ", "", StringComparison.Ordinal);

    /// <summary>The value of an expression.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static double Of(string text)
    {
        var reader = new Arithmetic(text);
        double value = reader.Sum();
        return reader._at == reader._text.Length ? value : throw reader.Unread();
    }

    private double Sum()
    {
        double sum = Product();
        while (true)
        {
            if (Take("+")) sum += Product();
            else if (Take("-")) sum -= Product();
            else return sum;
        }
    }

    private double Product()
    {
        double product = Term();
        while (true)
        {
            if (Take("·")) product *= Term();
            else if (Take("//")) product = Math.Floor(product / Term());
            else if (Take("/^")) product = Math.Ceiling(product / Term());
            else return product;
        }
    }

    private double Term()
    {
        bool rounds = Take("floor");
        if (Take("("))
        {
            double inner = Sum();
            if (!Take(")")) throw Unread();
            return rounds ? Math.Floor(inner) : inner;
        }
        int first = _at;
        while (_at < _text.Length && (char.IsAsciiDigit(_text[_at]) || _text[_at] == '.')) _at++;
        return rounds || first == _at ? throw Unread() : double.Parse(_text[first.._at], CultureInfo.InvariantCulture);
    }

    private bool Take(string sign)
    {
        if (string.CompareOrdinal(_text, _at, sign, 0, sign.Length) != 0) return false;
        _at += sign.Length;
        return true;
    }

    private FormatException Unread() => new($"'{_text}' is no expression from letter {_at} on.");
}
