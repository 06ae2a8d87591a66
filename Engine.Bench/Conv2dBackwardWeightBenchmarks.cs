using Scratch.Kernels;

namespace Scratch.Bench;

/// <summary>gradWeight and gradBias from input and gradOutput.</summary>
public class Conv2dBackwardWeightBenchmarks() : Conv2dBenchmarks(Conv2dDirection.BackwardWeight);
