using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Measuring;
using Scratch.Tests.Support;

namespace Scratch.Tests.Measuring;

/// <summary>Pieces of one block, put together, are the block: bit for bit, as every sum is whole in one piece.</summary>
public sealed class Conv2dPieceTests
{
    private static readonly Conv2dGeometry _plain = new(7, 11, new(6, 3, 2, 1), new(5, 2)), _depthwise = new(6, 12, new(6, 3, 2, 1), new(5, 2), 6);

    [Test]
    public void OfChannels_Forward_IsTheWhole([Values] bool depthwise, [Values(2, 3, 20)] int pieces)
    {
        Conv2dGeometry g = depthwise ? _depthwise : _plain;
        var (input, _, weight, bias) = Values(g);
        float[] whole = new float[g.OutputShape.Length * Lanes.Count], parts = new float[whole.Length];
        Conv2dLanes.Forward<SimdPortable<float>, float>(new(g), input, weight, bias, whole);
        foreach (Conv2dPiece p in Conv2dPiece.OfChannels(g, Conv2dDirection.Forward, pieces))
            Conv2dLanes.Forward<SimdPortable<float>, float>(p.Tables, input.AsSpan()[p.Input], weight.AsSpan()[p.Weight], bias.AsSpan()[p.Bias], parts.AsSpan()[p.Output]);
        Check(parts, whole);
    }

    [Test]
    public void OfChannels_BackwardInput_IsTheWhole([Values] bool depthwise, [Values(2, 3, 20)] int pieces)
    {
        Conv2dGeometry g = depthwise ? _depthwise : _plain;
        var (_, gradOutput, weight, _) = Values(g);
        float[] whole = new float[g.InputShape.Length * Lanes.Count], parts = new float[whole.Length];
        Conv2dLanes.BackwardInput<SimdPortable<float>, float>(new(g), gradOutput, weight, whole);
        foreach (Conv2dPiece p in Conv2dPiece.OfChannels(g, Conv2dDirection.BackwardInput, pieces))
            Conv2dLanes.BackwardInput<SimdPortable<float>, float>(p.Tables, gradOutput.AsSpan()[p.Output], p.Weights(weight), parts.AsSpan()[p.Input]);
        Check(parts, whole);
    }

    [Test]
    public void OfChannels_BackwardWeight_IsTheWhole([Values] bool depthwise, [Values(2, 3, 20)] int pieces)
    {
        Conv2dGeometry g = depthwise ? _depthwise : _plain;
        var (input, gradOutput, weight, _) = Values(g);
        float[] whole = new float[weight.Length], parts = new float[weight.Length];
        Conv2dLanes.BackwardWeight<SimdPortable<float>, float>(new(g), input, gradOutput, whole);
        foreach (Conv2dPiece p in Conv2dPiece.OfChannels(g, Conv2dDirection.BackwardWeight, pieces))
            Conv2dLanes.BackwardWeight<SimdPortable<float>, float>(p.Tables, input.AsSpan()[p.Input], gradOutput.AsSpan()[p.Output], parts.AsSpan()[p.Weight]);
        Check(parts, whole);
    }

    private static (float[] Input, float[] GradOutput, float[] Weight, float[] Bias) Values(Conv2dGeometry g) => (
        RandomTensors.Values<float>(g.InputShape.Length * Lanes.Count, 1), RandomTensors.Values<float>(g.OutputShape.Length * Lanes.Count, 2),
        RandomTensors.Values<float>(g.WeightShape.Length, 3), RandomTensors.Values<float>(g.OutChannels, 4));

    // Tiles of other heights may add the lanes up in another order: a millionth of the largest.
    private static void Check(float[] parts, float[] whole) => Assert.That(parts, Is.EqualTo(whole).Within(1e-6f * whole.Max(Math.Abs)));
}
