namespace Scratch.Pictures;

/// <summary>Where the pixels of a turned picture lie in the stored one.</summary>
/// <remarks>
/// EXIF's eight orientations: 1 as it is, 2 mirrored left to right, 3 by 180°, 4 mirrored top to bottom, 5 mirrored at the main diagonal, 6 by 90°
/// clockwise, 7 mirrored at the other diagonal, 8 by 90° counter-clockwise. Each is a start and two steps in the stored pixels.
/// </remarks>
internal readonly struct TurnedPixels
{
    private readonly int _start, _stepH, _stepW;

    /// <summary>The map of one picture.</summary>
    public TurnedPixels(PictureInfo info)
    {
        int w = info.StoredWidth, last = (info.StoredHeight - 1) * w;        // last: where the bottom row starts
        (_start, _stepH, _stepW) = info.Orientation switch
        {
            2 => (w - 1, w, -1),
            3 => (last + w - 1, -w, -1),
            4 => (last, -w, 1),
            5 => (0, 1, w),
            6 => (last, 1, -w),
            7 => (last + w - 1, -1, -w),
            8 => (w - 1, -1, w),
            _ => (0, w, 1),
        };
    }

    /// <summary>Where the first pixel of a seen row lies among the stored ones.</summary>
    public int Row(int h) => _start + h * _stepH;

    /// <summary>How far from there each next one of the row lies.</summary>
    public int Step => _stepW;
}
