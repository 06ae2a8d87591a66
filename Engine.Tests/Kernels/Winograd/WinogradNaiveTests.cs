using NUnit.Framework;
using Scratch.Kernels;

namespace Scratch.Tests.Kernels;

/// <summary>The formulas of one tile equal the definition.</summary>
[TestFixture(2)]
[TestFixture(4)]
public sealed class WinogradNaiveTests(int outputs)
{
    private int Size => outputs + 2;

    [Test]
    public void Output_OneTile_IsTheConvolution()
    {
        double[,] tile = Random(Size, 1), window = Random(3, 2), output = WinogradNaive.Output(outputs, tile, window);
        for (int i = 0; i < outputs; i++)
            for (int j = 0; j < outputs; j++)
            {
                double sum = 0;
                for (int kh = 0; kh < 3; kh++)
                    for (int kw = 0; kw < 3; kw++) sum += tile[i + kh, j + kw] * window[kh, kw];
                Assert.That(output[i, j], Is.EqualTo(sum).Within(1e-13));
            }
    }

    [Test]
    public void GradWindowAndGradTile_OneTile_AreTheGradients()
    {
        double[,] tile = Random(Size, 1), window = Random(3, 2), gradOutput = Random(outputs, 3), gradTile = new double[Size, Size],
            gradWindow = new double[3, 3];
        for (int i = 0; i < outputs; i++)
            for (int j = 0; j < outputs; j++)
                for (int kh = 0; kh < 3; kh++)
                    for (int kw = 0; kw < 3; kw++)
                    {
                        gradWindow[kh, kw] += gradOutput[i, j] * tile[i + kh, j + kw];
                        gradTile[i + kh, j + kw] += gradOutput[i, j] * window[kh, kw];
                    }
        Assert.That(WinogradNaive.GradWindow(outputs, tile, gradOutput), Is.EqualTo(gradWindow).Within(1e-13));
        Assert.That(WinogradNaive.GradTile(outputs, window, gradOutput), Is.EqualTo(gradTile).Within(1e-13));
    }

    [Test]
    public void Forward_Images_EqualsTheDefinition()
    {
        var g = new Conv2dGeometry(3, 2, new(9, 3, Padding: 1), new(7, 3, Padding: 2));
        var data = new ConvolutionNumbers<double>(2, g);
        var output = new double[data.GradOutput.Length];
        WinogradNaive.Forward(outputs, g, data.Input, data.Weight, data.Bias, output);
        Assert.That(output, Is.EqualTo(data.Naive().Output).Within(1e-13));
    }

    private static double[,] Random(int size, int seed)
    {
        var random = new Random(seed);
        var values = new double[size, size];
        for (int i = 0; i < size; i++)
            for (int j = 0; j < size; j++) values[i, j] = random.NextDouble() * 2 - 1;
        return values;
    }
}
