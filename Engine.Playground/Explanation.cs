using Scratch.Tensors;

namespace Scratch.Playground;

/// <summary>What a model made of one image, layer by layer, and which pixels its answer hangs on.</summary>
/// <param name="Outputs">The model's outputs before softmax, [outputs].</param>
/// <param name="Winner">The largest of them.</param>
/// <param name="Maps">What each layer put out, [C, H, W] or [numbers]; only the first channels where there are too many to look at.</param>
/// <param name="Gradient">[C, H, W], how much the largest output would grow with each pixel, for a pixel's whole way from 0 to 255.</param>
internal sealed record Explanation(float[] Outputs, int Winner, IReadOnlyList<Tensor<float>> Maps, Tensor<float> Gradient);
