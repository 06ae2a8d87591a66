using System.Numerics;
using Scratch.Kernels;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

/// <summary>Random numbers for one case, and what the definition makes of them in double, with the summed magnitudes of every sum.</summary>
internal sealed class ConvolutionData<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Conv2dGeometry _g;

    public ConvolutionData(ConvolutionCase which)
    {
        _g = which.Geometry;
        Input = new(RandomTensors.Values<T>(which.Images * _g.InputShape.Length, 1));
        GradOutput = new(RandomTensors.Values<T>(which.Images * _g.OutputShape.Length, 2));
        Weight = new(RandomTensors.Values<T>(_g.WeightShape.Length, 3));
        Bias = new(RandomTensors.Values<T>(which.Bias ? _g.OutChannels : 0, 4));
    }

    public GuardedBuffer<T> Input { get; }

    public GuardedBuffer<T> GradOutput { get; }

    public GuardedBuffer<T> Weight { get; }

    public GuardedBuffer<T> Bias { get; }

    /// <summary>Random numbers to which a gradient of the weights is added.</summary>
    public GuardedBuffer<T> WeightBefore() => new(RandomTensors.Values<T>(_g.WeightShape.Length, 5));

    /// <summary>Random numbers to which a gradient of the bias is added.</summary>
    public GuardedBuffer<T> BiasBefore() => new(RandomTensors.Values<T>(_g.OutChannels, 6));

    public void CheckOutput(ReadOnlySpan<T> actual) =>
        Check(actual, GradOutput.Span.Length, (convert, y) => Conv2dNaive.Forward(_g, convert(Input), convert(Weight), convert(Bias), y));

    public void CheckGradInput(ReadOnlySpan<T> actual) =>
        Check(actual, Input.Span.Length, (convert, dx) => Conv2dNaive.BackwardInput(_g, convert(GradOutput), convert(Weight), dx));

    public void CheckGradWeight(ReadOnlySpan<T> actual) => Check(actual, Weight.Span.Length, (convert, dw) =>
    {
        convert(WeightBefore()).CopyTo(dw, 0);
        Conv2dNaive.BackwardWeight(_g, convert(Input), convert(GradOutput), dw);
    });

    public void CheckGradBias(ReadOnlySpan<T> actual) => Check(actual, _g.OutChannels, (convert, db) =>
    {
        convert(BiasBefore()).CopyTo(db, 0);
        Conv2dNaive.BackwardBias(_g, convert(GradOutput), db);
    });

    // Once with the numbers themselves, once with their magnitudes.
    private static void Check(ReadOnlySpan<T> actual, int length, Action<Func<GuardedBuffer<T>, double[]>, double[]> compute)
    {
        double[] expected = new double[length], magnitudes = new double[length];
        compute(buffer => RandomTensors.ToDouble<T>(buffer.Span), expected);
        compute(buffer => Array.ConvertAll(RandomTensors.ToDouble<T>(buffer.Span), Math.Abs), magnitudes);
        SumAssert.Close(actual, expected, magnitudes);
    }
}
