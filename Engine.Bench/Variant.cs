using Scratch.Tensors;

namespace Scratch.Bench;

/// <summary>One way to compute something, ready to be timed.</summary>
/// <param name="Run">Computes it. Allocates nothing once it is warm.</param>
/// <param name="Result">What it computed, in the layout of the naive twin's result; called outside of what is timed.</param>
internal sealed record Variant(Action Run, Func<Tensor<float>> Result);
