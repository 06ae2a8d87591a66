using Scratch.Tensors;

namespace Scratch.Tests.Support;

/// <summary>Drawings of circles, squares and triangles: a small set that has to be learned.</summary>
/// <remarks>Place, size, a small turn, stroke, brightness and noise are random; all follows from the seed.</remarks>
internal static partial class Drawings
{
    private const double Noise = 25;

    public static IReadOnlyList<string> Classes { get; } = ["circle", "square", "triangle"];

    /// <summary>One drawing, [H, W].</summary>
    public static byte[] Draw(int label, int height, int width, RandomGenerator random)
    {
        double Between(double low, double high) => low + (high - low) * random.NextDouble();
        double side = Math.Min(height, width), radius = Between(0.18, 0.38) * side, stroke = Between(0.04, 0.1) * side, ink = Between(120, 230);
        double room = radius * 1.1, x = Between(room, width - room), y = Between(room, height - room);
        var (sin, cos) = Math.SinCos(Between(-0.25, 0.25));
        byte[] pixels = new byte[height * width];
        for (int p = 0; p < pixels.Length; p++)
        {
            double right = p % width + 0.5 - x, down = p / width + 0.5 - y;
            double u = cos * right + sin * down, v = cos * down - sin * right;
            double fromLine = Math.Abs(Outside(label, u, v, radius));
            double value = ink * Math.Clamp(0.5 + stroke / 2 - fromLine, 0, 1) + Noise * Math.Abs(random.NextNormal());
            pixels[p] = (byte)Math.Min(value, 255);
        }
        return pixels;
    }

    // How far a place lies outside of the line; negative within.
    private static double Outside(int label, double u, double v, double radius) => label switch
    {
        0 => Math.Sqrt(u * u + v * v) - radius,
        1 => Math.Max(Math.Abs(u), Math.Abs(v)) - radius * 0.8,
        _ => Math.Max(v, Math.Max(-0.5 * v + 0.866 * u, -0.5 * v - 0.866 * u)) - radius * 0.55,
    };
}
