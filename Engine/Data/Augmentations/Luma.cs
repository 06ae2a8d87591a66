namespace Scratch.Data;

/// <summary>Grey of a colour.</summary>
public static class Luma
{
    private const int Red = 19595, Green = 38470, Blue = 7471, Half = 0x8000, Bits = 16;

    /// <summary>How bright a colour is, as television once weighed it (ITU-R 601), with Pillow's rounding.</summary>
    /// <remarks>Grey stays as it is: the weights sum to 1.</remarks>
    public static byte Of(byte red, byte green, byte blue) => (byte)((red * Red + green * Green + blue * Blue + Half) >> Bits);
}
