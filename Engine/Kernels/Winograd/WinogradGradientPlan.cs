using Scratch.Kernels.Simd;

namespace Scratch.Kernels;

/// <summary>How <see cref="Conv2dWinograd"/> cuts the gradient of the weights: by shape alone, for it decides in which order tiles are added
/// up.</summary>
/// <param name="Tiles">Tiles of a strip: the terms of one product.</param>
/// <param name="MostTiles">What fewer images do not exceed either: for so many there is memory.</param>
/// <param name="Strips">How many strips.</param>
/// <param name="Parts">Into how many parts the strips go, each with sums of its own; those of a part follow each other.</param>
/// <param name="IsShared">Whether there is one part only, and threads share each step of a strip.</param>
/// <param name="InputPitch">Numbers of a tile of inputs at one position.</param>
/// <param name="OutputPitch">The same of gradients of outputs.</param>
/// <param name="InputPosition">Numbers from one position to the next.</param>
/// <param name="OutputPosition">The same of gradients of outputs.</param>
/// <param name="BlockInputs">Input channels of a block of sums, at most.</param>
/// <param name="BlockOutputs">Output channels of a block of sums, at most.</param>
internal readonly record struct WinogradGradientPlan(int Tiles, int MostTiles, int Strips, int Parts, bool IsShared, int InputPitch, int OutputPitch,
    int InputPosition,
    int OutputPosition, int BlockInputs, int BlockOutputs)
{
    private const int LeastTiles = 24, SharedTiles = 128, StripNumbers = 300_000;      // of a strip in a worker's own cache
    private const int SharedWeights = 1 << 14, PartNumbers = 9 << 17, MostParts = 16, Inputs = 64, Panels = 2;

    /// <summary>For so many tiles.</summary>
    /// <param name="size">Numbers of a tile along an axis.</param>
    /// <param name="tiles">All tiles.</param>
    /// <param name="inputs">inC.</param>
    /// <param name="outputs">outC.</param>
    public static unsafe WinogradGradientPlan Of<V, T>(int size, int tiles, int inputs, int outputs) where V : unmanaged, IVector<V, T>
        where T : unmanaged
    {
        long pairs = (long)inputs * outputs;
        bool shared = pairs > SharedWeights;
        int most = shared ? SharedTiles : Math.Clamp(StripNumbers / (size * size * (inputs + outputs)), LeastTiles, SharedTiles);
        int strips = Math.Max(1, (tiles + most - 1) / most), strip = Math.Max(1, (tiles + strips - 1) / strips);
        int parts = shared ? 1 : (int)Math.Clamp(PartNumbers / (Conv2dWinograd.Elements * pairs), 1, Math.Min(strips, MostParts));
        int inputPitch = WinogradPlan.Apart(Math.Max(inputs, V.Count), sizeof(T)),
            outputPitch = WinogradPlan.Apart((outputs + V.Count - 1) / V.Count * V.Count, sizeof(T));
        return new(strip, Math.Min(most, Math.Max(1, tiles)), strips, parts, shared, inputPitch, outputPitch, WinogradPlan.Apart(strip * inputPitch,
            sizeof(T)),
            WinogradPlan.Apart(strip * outputPitch, sizeof(T)), Math.Min(Inputs, inputs), 2 * V.Count * Panels);
    }

    /// <summary>Whether threads share the one strip there is: a block's sums are then whole once they are made.</summary>
    public bool IsAtOnce => IsShared && Strips == 1;

    /// <summary>The first strip of a part.</summary>
    public int FirstStrip(int part) => Kernels.Parts.Begin(Strips, part, Parts);

    /// <summary>Numbers of a strip, transformed.</summary>
    public unsafe int StripLength<T>(int size) where T : unmanaged =>
        checked(size * size * (WinogradPlan.Apart(MostTiles * InputPitch, sizeof(T)) + WinogradPlan.Apart(MostTiles * OutputPitch, sizeof(T))));
}
