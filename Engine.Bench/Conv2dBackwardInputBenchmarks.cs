using Scratch.Kernels;

namespace Scratch.Bench;

/// <summary>gradInput from gradOutput and weight.</summary>
public class Conv2dBackwardInputBenchmarks() : Conv2dBenchmarks(Conv2dDirection.BackwardInput);
