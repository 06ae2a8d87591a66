using System.Globalization;

namespace Scratch.Pictures;

/// <summary>Sizes as text, such as <c>3x64x64</c>.</summary>
internal static class SizeText
{
    /// <summary>Numbers with an x between them; 0 for what is no number of pixels.</summary>
    /// <param name="text">The text.</param>
    /// <param name="most">The largest number.</param>
    public static int[] Sizes(string text, int most) => [.. text.Split('x').Select(part =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int size) && size <= most ? size : 0)];
}
