using Scratch.Tensors;
using Scratch.Tests.Pictures;

namespace Scratch.Tests.Support;

// As files.
internal static partial class Drawings
{
    /// <summary>Writes drawings as PNG files into a folder for each class.</summary>
    /// <param name="folder">Where the folders of the classes go.</param>
    /// <param name="count">How many, all classes together.</param>
    /// <param name="seed">What all chance follows from.</param>
    /// <param name="size">Height and width of the next one; 28x28 if null.</param>
    public static void WriteTo(string folder, int count, long seed, Func<int, (int Height, int Width)>? size = null)
    {
        var random = new RandomGenerator(seed);
        for (int i = 0; i < count; i++)
        {
            int label = i % Classes.Count;
            var (height, width) = size?.Invoke(i) ?? (28, 28);
            string path = Path.Combine(folder, Classes[label], $"{i:0000}.png");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, PngBytes.Of(Draw(label, height, width, random), height, width, channels: 1));
        }
    }
}
