namespace Scratch.Kernels;

/// <summary>How <see cref="Conv2dWinograd"/> finds its weights.</summary>
internal enum WinogradWeights
{
    /// <summary>As the layer has them, [outC, inC, 3, 3]: they are transformed where they are read.</summary>
    Plain,

    /// <summary>Sorted for four tiles, for which they are transformed in registers: as many numbers as there are weights.</summary>
    Sorted,

    /// <summary>Transformed: up to four times as many.</summary>
    Transformed,
}
