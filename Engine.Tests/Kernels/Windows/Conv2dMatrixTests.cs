using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

/// <summary>The fourth viewpoint: a convolution is a matrix, its input's gradient that transposed, its weight's a sum along shared entries.</summary>
public sealed class Conv2dMatrixTests
{
    private static ConvolutionCase[] Cases => ConvolutionCase.All;

    private static IEnumerable<ConvolutionCase> SmallCases => Cases.Where(which =>
        which.Geometry.WeightShape.Length * which.Geometry.OutputShape.Length * which.Geometry.InputShape.Length < 3_000_000);

    [TestCaseSource(nameof(Cases))]
    public void Fill_TimesInput_EqualsForward(ConvolutionCase which)
    {
        var data = new ConvolutionData<double>(which);
        double[] matrix = Matrix(which, data), output = new double[data.GradOutput.Span.Length];
        int rows = which.Geometry.OutputShape.Length, columns = which.Geometry.InputShape.Length;
        for (int n = 0; n < which.Images; n++)
            for (int row = 0; row < rows; row++)
            {
                double sum = which.Bias ? data.Bias.Span[row / which.Geometry.OutputPlane] : 0;
                for (int column = 0; column < columns; column++) sum += matrix[row * columns + column] * data.Input.Span[n * columns + column];
                output[n * rows + row] = sum;
            }
        data.CheckOutput(output);
    }

    [TestCaseSource(nameof(Cases))]
    public void Fill_TransposedTimesGradOutput_EqualsBackwardInput(ConvolutionCase which)
    {
        var data = new ConvolutionData<double>(which);
        double[] matrix = Matrix(which, data), gradInput = new double[data.Input.Span.Length];
        int rows = which.Geometry.OutputShape.Length, columns = which.Geometry.InputShape.Length;
        for (int n = 0; n < which.Images; n++)
            for (int row = 0; row < rows; row++)
                for (int column = 0; column < columns; column++)
                    gradInput[n * columns + column] += matrix[row * columns + column] * data.GradOutput.Span[n * rows + row];
        data.CheckGradInput(gradInput);
    }

    [TestCaseSource(nameof(SmallCases))]
    public void Fill_OneWeightAtATime_FindsWhereItIsShared(ConvolutionCase which)
    {
        // The gradient of one weight is <gradOutput, M₁·input>, where M₁ is the matrix of that weight alone set to 1.
        Conv2dGeometry g = which.Geometry;
        var data = new ConvolutionData<double>(which);
        double[] gradWeight = data.WeightBefore().Span.ToArray(), one = new double[gradWeight.Length];
        int rows = g.OutputShape.Length, columns = g.InputShape.Length;
        double[] matrix = new double[rows * columns];
        for (int w = 0; w < one.Length; w++)
        {
            one[w] = 1;
            Conv2dMatrix.Fill<double>(g, one, matrix);
            one[w] = 0;
            for (int at = 0; at < matrix.Length; at++)
            {
                if (matrix[at] == 0) continue;
                for (int n = 0; n < which.Images; n++)
                    gradWeight[w] += matrix[at] * data.GradOutput.Span[n * rows + at / columns] * data.Input.Span[n * columns + at % columns];
            }
        }
        data.CheckGradWeight(gradWeight);
    }

    private static double[] Matrix(ConvolutionCase which, ConvolutionData<double> data)
    {
        var matrix = new GuardedBuffer<double>(which.Geometry.OutputShape.Length * which.Geometry.InputShape.Length);
        Conv2dMatrix.Fill<double>(which.Geometry, data.Weight.Span, matrix.Span);
        return matrix.Written();
    }
}
