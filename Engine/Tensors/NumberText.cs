using System.Globalization;
using System.Numerics;

namespace Scratch.Tensors;

/// <summary>How the numbers of one tensor are written, all alike: points below each other, with an exponent where they lie far apart.</summary>
/// <typeparam name="T">Their precision: as many digits are written as tell a number of it from its neighbours, but at most 8 behind the
/// point.</typeparam>
internal sealed class NumberText<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Precision = 8;

    private readonly bool _exponents;
    private readonly int _before, _behind, _exponentDigits;                  // characters before the point, behind it, and of the exponent

    /// <summary>Looks at all numbers that will be written.</summary>
    public NumberText(IReadOnlyList<T> numbers)
    {
        List<T> finite = [.. numbers.Where(T.IsFinite)], magnitudes = [.. finite.Select(T.Abs).Where(x => x != T.Zero)];
        if (magnitudes.Count > 0)
        {
            (T least, T most) = (magnitudes.Min(), magnitudes.Max());
            _exponents = most >= T.CreateTruncating(1e8) || least < T.CreateTruncating(1e-4) || most / least > T.CreateTruncating(1000);
        }
        foreach (T x in finite)
        {
            var (whole, fraction, exponent) = Parts(x);
            (_before, _behind) = (Math.Max(_before, whole.Length), Math.Max(_behind, fraction.Length));
            _exponentDigits = Math.Max(_exponentDigits, Math.Abs(exponent) > 99 ? 3 : 2);
        }
        if (finite.Count == numbers.Count) return;
        int longest = numbers.Any(T.IsNegativeInfinity) ? "-inf".Length : "inf".Length;
        _before = Math.Max(_before, longest - Behind);
    }

    // The point and what follows it.
    private int Behind => 1 + _behind + (_exponents ? _exponentDigits + 2 : 0);

    /// <summary>One number, as wide as all others.</summary>
    public string Of(T x)
    {
        if (!T.IsFinite(x)) return (T.IsNaN(x) ? "nan" : x < T.Zero ? "-inf" : "inf").PadLeft(_before + Behind);
        var (whole, fraction, exponent) = Parts(x);
        if (!_exponents) return $"{whole.PadLeft(_before)}.{fraction.PadRight(_behind)}";
        string power = Math.Abs(exponent).ToString(CultureInfo.InvariantCulture).PadLeft(_exponentDigits, '0');
        return $"{whole.PadLeft(_before)}.{fraction.PadRight(_behind, '0')}e{(exponent < 0 ? '-' : '+')}{power}";
    }

    /// <summary>A number by itself, with all its digits.</summary>
    public static string Single(T x)
    {
        if (!T.IsFinite(x)) return T.IsNaN(x) ? "nan" : x < T.Zero ? "-inf" : "inf";
        string sign = T.IsNegative(x) ? "-" : "";
        var (digits, point) = Digits(x);
        if (x != T.Zero && point is <= -4 or > 16)
        {
            string behind = digits.Length > 1 ? "." + digits[1..] : "", power = Math.Abs(point - 1).ToString("D2", CultureInfo.InvariantCulture);
            return $"{sign}{digits[0]}{behind}e{(point < 1 ? '-' : '+')}{power}";
        }
        var (whole, fraction) = AtPoint(digits, point);
        return $"{sign}{whole}.{(fraction.Length == 0 ? "0" : fraction)}";
    }

    private (string Whole, string Fraction, int Exponent) Parts(T x)
    {
        string sign = T.IsNegative(x) ? "-" : "";
        var (digits, point) = Digits(x);
        (digits, point) = Rounded(x, digits, point, _exponents ? 1 + Precision : point + Precision);
        int exponent = _exponents && x != T.Zero ? point - 1 : 0;
        var (whole, fraction) = AtPoint(digits, point - exponent);
        return (sign + whole, fraction, exponent);
    }

    private static (string Whole, string Fraction) AtPoint(string digits, int point) => point <= 0
        ? ("0", (new string('0', -point) + digits).TrimEnd('0'))
        : (digits.PadRight(point, '0')[..point], digits.Length > point ? digits[point..].TrimEnd('0') : "");

    /// <summary>The fewest digits that tell a number from its neighbours, and before which of them the point stands: 0.digits · 10^point.</summary>
    private static (string Digits, int Point) Digits(T x) => Read(T.Abs(x).ToString("R", CultureInfo.InvariantCulture));

    private static (string Digits, int Point) Read(string text)
    {
        int e = text.IndexOf('E', StringComparison.Ordinal), exponent = e < 0 ? 0 : int.Parse(text[(e + 1)..], NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture);
        string mantissa = e < 0 ? text : text[..e];
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        string digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        int whole = point < 0 ? digits.Length : point, zeros = digits.Length - digits.TrimStart('0').Length;
        digits = digits.Trim('0');
        return digits.Length == 0 ? ("0", 1) : (digits, whole - zeros + exponent);
    }

    // The number, not its shortest digits, is rounded; where it lies in the very middle, to an even digit.
    private static (string Digits, int Point) Rounded(T x, string digits, int point, int keep)
    {
        if (digits.Length <= keep) return (digits, point);
        if (keep < 0) return ("0", 1);
        bool up = digits[keep] >= '5';
        if (digits.Length == keep + 1 && digits[keep] == '5')
        {
            string exact = Read(T.Abs(x).ToString("E800", CultureInfo.InvariantCulture)).Digits;               // all there are
            up = exact.Length == keep + 1 ? keep > 0 && (digits[keep - 1] - '0') % 2 == 1 : string.CompareOrdinal(exact, digits) > 0;
        }
        string kept = digits[..keep];
        if (!up) return keep == 0 || kept.All(digit => digit == '0') ? ("0", 1) : (kept, point);
        int last = kept.Length - 1;
        while (last >= 0 && kept[last] == '9') last--;
        return last < 0 ? ("1", point + 1) : ($"{kept[..last]}{(char)(kept[last] + 1)}", point);
    }
}
