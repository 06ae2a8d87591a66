using CsCheck;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

/// <summary>What must hold for every convolution, tried on random ones.</summary>
public sealed class Conv2dPropertyTests
{
    private const int Tries = 150;

    [Test]
    public void Fold_AnyGeometry_IsTheAdjointOfUnfold() => Every(which =>
    {
        Conv2dGeometry g = which.Geometry;
        double[] x = Random(g.InputShape.Length, 1), c = Random(g.InChannels * g.KernelLength * g.OutputPlane, 2);
        double[] unfolded = new double[c.Length], folded = new double[x.Length];
        Im2Col.Unfold<double>(g, x, unfolded);
        Im2Col.Fold<double>(g, c, folded);
        Products.AssertEqual((unfolded, c), (x, folded));
    });

    [Test]
    public void BackwardInput_AnyGeometry_IsTheAdjointOfForwardInTheInput() => Every(which =>
    {
        var (x, w, y) = Sizes(which);
        double[] forward = Forward(which, x, w, []), backward = new double[x.Length];
        Conv2dNaive.BackwardInput<double>(which.Geometry, y, w, backward);
        Products.AssertEqual((forward, y), (x, backward));
    });

    [Test]
    public void BackwardWeight_AnyGeometry_IsTheAdjointOfForwardInTheWeight() => Every(which =>
    {
        var (x, w, y) = Sizes(which);
        double[] forward = Forward(which, x, w, []), backward = new double[w.Length];
        Conv2dNaive.BackwardWeight<double>(which.Geometry, x, y, backward);
        Products.AssertEqual((forward, y), (w, backward));
    });

    [Test]
    public void BackwardBias_AnyGeometry_IsTheAdjointOfTheBias() => Every(which =>
    {
        // With an input of zeros only the bias is left: <Forward(0, b), g> = <b, BackwardBias(g)>.
        var (x, w, y) = Sizes(which);
        double[] b = Random(which.Geometry.OutChannels, 4), forward = Forward(which, new double[x.Length], w, b), backward = new double[b.Length];
        Conv2dNaive.BackwardBias<double>(which.Geometry, y, backward);
        Products.AssertEqual((forward, y), (b, backward));
    });

    [Test]
    public void Forward_AnyGeometry_IsLinearInTheInput() => Every(which =>
    {
        // Forward(2·x + 3·x') = 2·Forward(x) + 3·Forward(x'), without bias.
        var (x, w, _) = Sizes(which);
        double[] other = Random(x.Length, 7), mixed = [.. x.Zip(other, (a, b) => 2 * a + 3 * b)];
        double[] one = Forward(which, x, w, []), two = Forward(which, other, w, []), both = Forward(which, mixed, w, []);
        for (int i = 0; i < both.Length; i++) Assert.That(both[i], Is.EqualTo(2 * one[i] + 3 * two[i]).Within(1e-12 * which.Geometry.WindowLength));
    });

    [Test]
    public void Forward_Batch_EqualsItsImagesOneByOne() => Every(which =>
    {
        var (x, w, _) = Sizes(which);
        int size = x.Length / which.Images;
        double[] b = Random(which.Geometry.OutChannels, 4), batch = Forward(which, x, w, b);
        double[] single = [.. Enumerable.Range(0, which.Images).SelectMany(n =>
            Forward(which with { Images = 1 }, x[(n * size)..((n + 1) * size)], w, b))];
        Assert.That(single, Is.EqualTo(batch));
    });

    [Test]
    public void BackwardWeight_Batch_EqualsItsImagesAddedUp() => Every(which =>
    {
        var (x, w, y) = Sizes(which);
        int size = x.Length / which.Images, outputSize = y.Length / which.Images;
        double[] batch = new double[w.Length], single = new double[w.Length];
        Conv2dNaive.BackwardWeight<double>(which.Geometry, x, y, batch);
        for (int n = 0; n < which.Images; n++)
            Conv2dNaive.BackwardWeight<double>(which.Geometry, x.AsSpan(n * size, size), y.AsSpan(n * outputSize, outputSize), single);
        Assert.That(single, Is.EqualTo(batch).Within(1e-12));
    });

    [Test]
    public void Lanes_AnyGeometry_EqualNaive() => Every(which =>
    {
        var tests = new Conv2dLanesTests<SimdPortable<double>, double>();
        tests.Forward_AnyShape_EqualsNaive(which);
        tests.BackwardInput_AnyShape_EqualsNaive(which);
        tests.BackwardWeight_AnyShape_AddsWhatNaiveAdds(which);
        tests.BackwardBias_AnyShape_AddsWhatNaiveAdds(which);
    });

    [Test]
    public void Im2Col_AnyGeometry_EqualsNaive() => Every(which =>
    {
        var tests = new Conv2dIm2ColTests<SimdPortable<double>, double>();
        tests.Forward_AnyShape_EqualsNaive(which);
        tests.BackwardInput_AnyShape_EqualsNaive(which);
        tests.BackwardWeight_AnyShape_AddsWhatNaiveAdds(which);
    });

    [Test]
    public void Output_AnyGeometry_FitsEveryWindow() => Every(which =>
    {
        foreach (WindowAxis axis in new[] { which.Geometry.Rows, which.Geometry.Columns })
        {
            int end = (axis.Output - 1) * axis.Stride + (int)axis.Span, room = axis.Input + axis.Padding + axis.EndPadding;
            Assert.That(end <= room && end + axis.Stride > room, $"{axis}");
        }
    });

    private static void Every(Action<ConvolutionCase> property) => ConvolutionGen.Case.Sample(property, iter: Tries, print: ConvolutionGen.Print);

    private static (double[] Input, double[] Weight, double[] GradOutput) Sizes(ConvolutionCase which) =>
        (Random(which.Images * which.Geometry.InputShape.Length, 1), Random(which.Geometry.WeightShape.Length, 2),
            Random(which.Images * which.Geometry.OutputShape.Length, 3));

    private static double[] Forward(ConvolutionCase which, double[] input, double[] weight, double[] bias)
    {
        double[] output = new double[which.Images * which.Geometry.OutputShape.Length];
        Conv2dNaive.Forward<double>(which.Geometry, input, weight, bias, output);
        return output;
    }

    private static double[] Random(int length, long seed) => RandomTensors.Values<double>(length, seed);
}
