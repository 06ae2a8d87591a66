using System.Globalization;

namespace Scratch.Pictures;

/// <summary>Counts what was changed or dropped while pictures became bytes of red, green and blue, and says it in one line.</summary>
internal sealed class PictureNotes
{
    private const int DeepScale = 257;                                       // 65535 of 16 bits is 255 of 8

    private int _pictures, _turned, _deep, _seeThrough, _cmyk, _several, _profiles;
    private int _least = ushort.MaxValue, _most;

    /// <summary>Adds one picture.</summary>
    /// <param name="info">What its file says.</param>
    /// <param name="seeThrough">Whether a pixel is not opaque.</param>
    public void Add(PictureInfo info, bool seeThrough)
    {
        _pictures++;
        if (info.Orientation != 1) _turned++;
        if (info.Depth > 8) _deep++;
        if (seeThrough) _seeThrough++;
        if (info.IsCmyk) _cmyk++;
        if (info.HasMore) _several++;
        if (info.HasProfile) _profiles++;
    }

    /// <summary>Adds what others have counted.</summary>
    public void Add(PictureNotes others)
    {
        _pictures += others._pictures;
        _turned += others._turned;
        _deep += others._deep;
        _seeThrough += others._seeThrough;
        _cmyk += others._cmyk;
        _several += others._several;
        _profiles += others._profiles;
        (_least, _most) = (Math.Min(_least, others._least), Math.Max(_most, others._most));
    }

    /// <summary>Brings a number of 16 bits to the nearest of 8.</summary>
    public byte Narrowed(ushort value)
    {
        (_least, _most) = (Math.Min(_least, value), Math.Max(_most, value));
        return Rounded(value);
    }

    /// <summary>The line; null if pictures are as their files have them.</summary>
    public string? Line()
    {
        List<string> parts = [];
        void Say(int count, string what)
        {
            if (count > 0) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{count} {what}"));
        }
        Say(_turned, "turned as the file says");
        Say(_deep, $"of 16 bits brought to 8 ({_least}..{_most} of 65535 became {Rounded(_least)}..{Rounded(_most)})");
        Say(_seeThrough, "see-through, alpha dropped");
        Say(_cmyk, "of CMYK brought to RGB");
        Say(_several, "with more frames or pages, the first taken");
        Say(_profiles, "with a colour profile, dropped");
        return parts.Count == 0 ? null : $"{Amount.Of(_pictures, "picture")}: {string.Join("; ", parts)}";
    }

    private static int Rounded(int value) => (value + DeepScale / 2) / DeepScale;

    private static byte Rounded(ushort value) => (byte)Rounded((int)value);
}
