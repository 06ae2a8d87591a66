namespace Scratch.Kernels;

/// <summary>Some rows of an output, for a layer that makes these only: spans of values need hold no more rows than it reads and writes.</summary>
/// <param name="Top">The first row to make.</param>
/// <param name="Bottom">The row after the last.</param>
/// <param name="InputTop">The row of the input with which its span begins.</param>
/// <param name="OutputTop">The row of the output with which its span begins.</param>
internal readonly record struct RowBand(int Top, int Bottom, int InputTop, int OutputTop);
