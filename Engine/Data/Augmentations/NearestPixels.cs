namespace Scratch.Data;

/// <summary>The two pixels of a line between which a pixel of a longer line lies, and the share of each.</summary>
/// <remarks>Pillow's bilinear filter where the line grows: weights worked out in double, 22 bits after the point. Beyond the ends there is
/// nothing: the first and the last pixel stand alone.</remarks>
/// <param name="First">The one before.</param>
/// <param name="Second">The one behind, or the same one.</param>
/// <param name="FirstWeight">The share of the one before, in 1/2^22.</param>
/// <param name="SecondWeight">The share of the one behind.</param>
internal readonly record struct NearestPixels(int First, int Second, int FirstWeight, int SecondWeight)
{
    private const int Bits = 22;

    /// <summary>Finds them.</summary>
    /// <param name="place">The pixel of the longer line.</param>
    /// <param name="from">Pixels of the line as it is.</param>
    /// <param name="to">Pixels of the longer line.</param>
    public static NearestPixels Of(int place, int from, int to)
    {
        double center = (place + 0.5) * ((double)from / to);
        int first = Math.Max((int)(center - 0.5), 0), end = Math.Min((int)(center + 1.5), from);
        double before = 1 - Math.Abs(first - center + 0.5), behind = end - first > 1 ? 1 - Math.Abs(first + 1 - center + 0.5) : 0;
        double sum = before + behind;
        return new(first, Math.Min(first + 1, from - 1), Fixed(before / sum), Fixed(behind / sum));
    }

    /// <summary>The value between two.</summary>
    public byte Mix(byte first, byte second) => (byte)((FirstWeight * first + SecondWeight * second + (1 << (Bits - 1))) >> Bits);

    private static int Fixed(double share) => (int)(0.5 + share * (1 << Bits));
}
