using Scratch.Kernels;

namespace Scratch.Pictures;

/// <summary>How many picture files were read, and of which sizes.</summary>
/// <param name="Count">Pictures of all parts.</param>
/// <param name="Smallest">Height and width of the one of fewest pixels, as its file has it.</param>
/// <param name="Largest">Of the one of most pixels.</param>
/// <param name="Resized">How many came to another size.</param>
/// <param name="Skipped">What was not read, such as <c>2 files whose type is not read</c>.</param>
public sealed record PictureCounts(int Count, Size2 Smallest, Size2 Largest, int Resized, IReadOnlyList<string> Skipped);
