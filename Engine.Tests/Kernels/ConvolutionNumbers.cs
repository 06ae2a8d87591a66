using System.Numerics;
using Scratch.Kernels;

namespace Scratch.Tests.Kernels;

/// <summary>Random numbers for one convolution in NCHW, what the definition makes of them in double, and the way to images with their channels last
/// and back.</summary>
internal sealed class ConvolutionNumbers<T>(int images, Conv2dGeometry g) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // The definition is slow, and the same for every kernel, vector and tile that is compared with it.
    private static readonly Dictionary<(int Images, Conv2dGeometry Geometry, bool Magnitudes), ConvolutionResults> _naive = [];

    public int Images => images;

    public Conv2dGeometry Geometry => g;

    public T[] Input { get; } = Values(images * g.InputShape.Length, 1);

    public T[] Weight { get; } = Values(g.WeightShape.Length, 2);

    public T[] Bias { get; } = Values(g.OutChannels, 3);

    public T[] GradOutput { get; } = Values(images * g.OutputShape.Length, 4);

    /// <summary>The definition's; the gradient by the weights is added to the weights themselves.</summary>
    public ConvolutionResults Naive() => Known(magnitudes: false);

    /// <summary>The same of magnitudes alone: how large the sums could be.</summary>
    public ConvolutionResults NaiveOfMagnitudes() => Known(magnitudes: true);

    public T[] InputChannelsLast() => Last(Input, g.InChannels, g.InputPlane);

    public T[] GradOutputChannelsLast() => Last(GradOutput, g.OutChannels, g.OutputPlane);

    public T[] InputChannelsFirst(ReadOnlySpan<T> last) => First(last, g.InChannels, g.InputPlane);

    public T[] OutputChannelsFirst(ReadOnlySpan<T> last) => First(last, g.OutChannels, g.OutputPlane);

    private ConvolutionResults Known(bool magnitudes)
    {
        lock (_naive)
        {
            if (!_naive.TryGetValue((images, g, magnitudes), out ConvolutionResults? known))
                _naive[(images, g, magnitudes)] = known = Naive(magnitudes ? Math.Abs : value => value);
            return known;
        }
    }

    private ConvolutionResults Naive(Func<double, double> of)
    {
        double[] x = Wide(Input), w = Wide(Weight), b = Wide(Bias), dy = Wide(GradOutput);
        var results = new ConvolutionResults(new double[dy.Length], new double[x.Length], [.. w]);
        Conv2dNaive.Forward<double>(g, x, w, b, results.Output);
        Conv2dNaive.BackwardInput<double>(g, dy, w, results.GradInput);
        Conv2dNaive.BackwardWeight<double>(g, x, dy, results.GradWeight);
        return results;

        double[] Wide(T[] values) => Array.ConvertAll(values, value => of(double.CreateChecked(value)));
    }

    private static T[] Last(T[] first, int channels, int plane)
    {
        var last = new T[first.Length];
        ChannelLayout.ToChannelsLast<T>(first, channels, plane, last);
        return last;
    }

    private static T[] First(ReadOnlySpan<T> last, int channels, int plane)
    {
        var first = new T[last.Length];
        ChannelLayout.ToChannelsFirst(last, channels, plane, first);
        return first;
    }

    private static T[] Values(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => T.CreateChecked(random.NextDouble() * 2 - 1))];
    }
}

/// <summary>What came of it, in NCHW.</summary>
internal sealed record ConvolutionResults(double[] Output, double[] GradInput, double[] GradWeight);
