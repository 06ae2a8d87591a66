using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;

namespace Scratch.Measuring;

/// <summary>How far a convolution in float is off by one algorithm.</summary>
/// <param name="Channels">Of the inputs and of the outputs.</param>
/// <param name="Algorithm">direct, winograd 2x2 or winograd 4x4.</param>
/// <param name="Direction">forward, backward-input or backward-weight.</param>
/// <param name="Rms">The root of the mean square of the errors, as a share of that of the results.</param>
/// <param name="Largest">The largest error, as a share of the root of the mean square of the results.</param>
public sealed record ConvolutionError(int Channels, string Algorithm, string Direction, double Rms, double Largest);

/// <summary>Measures the errors of a 3x3 convolution in float, computed as it is defined and by Winograd's method, against the definition in
/// double.</summary>
/// <remarks>Inputs and gradients are normal random numbers, weights too, as Kaiming scales them; two images of 14x14 pixels, padding 1.</remarks>
public static class ConvolutionAccuracy
{
    private const int Images = 2, Size = 14;

    private static readonly string[] _directions = ["forward", "backward-input", "backward-weight"];

    /// <summary>The numbers of channels that are compared.</summary>
    public static IReadOnlyList<int> Channels { get; } = [32, 64, 128, 256, 512];

    /// <summary>Measures, for every number of channels.</summary>
    /// <param name="seed">Of the random numbers.</param>
    public static IEnumerable<ConvolutionError> Run(long seed)
    {
        foreach (int channels in Channels)
        {
            var axis = new WindowAxis(Size, 3, Padding: 1);
            var geometry = new Conv2dGeometry(channels, channels, axis, axis);
            var random = new RandomGenerator(seed);
            float[] x = Normal(Images * geometry.InputShape.Length, 1), w = Normal(geometry.WeightShape.Length,
                Math.Sqrt(2.0 / geometry.WindowLength));
            float[] dy = Normal(Images * geometry.OutputShape.Length, 1);
            double[][] exact = ForVector.Widest(new Direct<double>(geometry, Wide(x), Wide(w), Wide(dy)));
            (string Name, float[][] Results)[] ways =
            [
                ("direct", ForVector.Widest(new Direct<float>(geometry, x, w, dy))),
                ("winograd 2x2", ForVector.Widest(new ByWinograd(WinogradOfTwo.Outputs, geometry, x, w, dy))),
                ("winograd 4x4", ForVector.Widest(new ByWinograd(WinogradOfFour.Outputs, geometry, x, w, dy))),
            ];
            foreach (var (name, results) in ways)
                for (int direction = 0; direction < exact.Length; direction++) yield return Error(channels, name, _directions[direction],
                    results[direction], exact[direction]);

            float[] Normal(int count, double deviation)
            {
                var values = new float[count];
                foreach (ref float value in values.AsSpan()) value = (float)(random.NextNormal() * deviation);
                return values;
            }
        }
    }

    private static double[] Wide(float[] values) => Array.ConvertAll(values, value => (double)value);

    private static ConvolutionError Error(int channels, string algorithm, string direction, float[] actual, double[] exact)
    {
        double squares = 0, all = 0, largest = 0;
        for (int i = 0; i < exact.Length; i++)
        {
            double error = actual[i] - exact[i];
            squares += error * error;
            all += exact[i] * exact[i];
            largest = Math.Max(largest, Math.Abs(error));
        }
        return new(channels, algorithm, direction, Math.Sqrt(squares / all), largest / Math.Sqrt(all / exact.Length));
    }

    // Output, gradInput and gradWeight, with channels last.
    private sealed class Direct<T>(Conv2dGeometry g, T[] x, T[] w, T[] dy) : IForVector<T, T[][]> where T : unmanaged, INumber<T>
    {
        public T[][] With<V>() where V : unmanaged, IVector<V, T>
        {
            var tables = new ChannelTables(g);
            T[] scratch = new T[Conv2dChannels.ScratchLength<V, T>(tables, 1)], y = new T[dy.Length], dx = new T[x.Length], dw = new T[w.Length];
            Conv2dChannels.Forward<V, T>(tables, 1, x, w, [], scratch, y);
            Conv2dChannels.BackwardInput<V, T>(tables, 1, dy, w, scratch, dx);
            Conv2dChannels.BackwardWeight<V, T>(tables, 1, x, dy, scratch, dw);
            return [y, dx, dw];
        }
    }

    private sealed class ByWinograd(int outputs, Conv2dGeometry g, float[] x, float[] w, float[] dy) : IForVector<float, float[][]>
    {
        public float[][] With<V>() where V : unmanaged, IVector<V, float>
        {
            var (y, dx, dw) = WinogradTwins<V, float>.Run(WinogradMethod<V, float>.Of(outputs), g, Images, x, w, [], dy);
            return [y, dx, dw];
        }
    }
}
