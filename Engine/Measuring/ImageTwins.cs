using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Measuring;

/// <summary>What is done to each image by itself against its formula: activations, normalisation, softmax on the way back, dropout.</summary>
internal static class ImageTwins<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void Compare(ChannelShape shape, Comparisons<T> to)
    {
        var (values, values2) = to.Values(shape.Images * shape.Length);
        var (gradient, gradient2) = to.Values(values.Length);
        T[] x = Block(values, shape), dy = Block(gradient, shape);
        CompareActivations(shape, values, gradient, to);
        CompareNorm(shape, x, values2, dy, gradient2, to);
        CompareSoftmax(shape, x, values2, dy, gradient2, to);
        CompareDropout(shape, x, values2, to);
    }

    private static void CompareActivations(ChannelShape shape, T[] values, T[] gradient, Comparisons<T> to)
    {
        const double Reach = 8, Leak = 0.25, Sub = 0.5, Most = 5;            // beyond every kink; exact in any precision
        T[] wide = [.. values.Select(v => v * T.CreateTruncating(Reach))];
        double[] wide2 = Comparisons<T>.ToDouble(wide), gradient2 = Comparisons<T>.ToDouble(gradient);
        T[] x = Block(wide, shape), dy = Block(gradient, shape), y = new T[x.Length], dx = new T[x.Length];

        Of("sigmoid", new Sigmoid<T>(), Logistic, v => Logistic(v) * (1 - Logistic(v)));
        Of("tanh", new Tanh<T>(), Math.Tanh, v => 1 - Math.Tanh(v) * Math.Tanh(v));
        Of("silu", new Silu<T>(), v => v * Logistic(v), v => Logistic(v) * (1 + v * (1 - Logistic(v))));
        Of("relu6", new Relu6<T>(), v => Math.Clamp(v, 0, 6), v => v is > 0 and < 6 ? 1 : 0);
        Of("hardswish", new Hardswish<T>(), v => v * Math.Clamp(v + 3, 0, 6) / 6, v => v <= -3 ? 0 : v >= 3 ? 1 : (2 * v + 3) / 6);
        Of("general relu", new GeneralRelu<T>(Leak, Sub, Most), v => Math.Min((v > 0 ? v : Leak * v) - Sub, Most),
            v => v - Sub > Most ? 0 : v > 0 ? 1 : Leak);

        void Of(string name, ActivationLayer<T> layer, Func<double, double> function, Func<double, double> slope)
        {
            var image = new Shape(shape.Length);
            layer.Forward<V>(new Pass<T> { Images = shape.Images, InputShape = image, OutputShape = image, Input = x, Output = y });
            layer.Backward<V>(new Pass<T> { Images = shape.Images, InputShape = image, OutputShape = image, Input = x, Output = y, GradOutput = dy,
                GradInput = dx });
            to.Add($"{name}, forward", $"{shape}", Images(y, shape), [.. wide2.Select(function)]);
            to.Add($"{name}, backward", $"{shape}", Images(dx, shape), [.. wide2.Zip(gradient2, (v, g) => g * slope(v))]);
        }
    }

    private static void CompareNorm(ChannelShape shape, T[] x, double[] values2, T[] dy, double[] gradient2, Comparisons<T> to)
    {
        const double Eps = 0.25;
        int count = shape.Length;
        var (weight, weight2) = to.Values(count);
        var (bias, bias2) = to.Values(count);
        T[] y = new T[x.Length], dx = new T[x.Length], dw = new T[count], db = new T[count];
        NormLanes.Forward<V, T>(x, T.CreateTruncating(Eps), weight, bias, 1, y);
        NormLanes.Backward<V, T>(x, dy, T.CreateTruncating(Eps), weight, 1, dx, dw, db);

        double[] output2 = new double[values2.Length], gradInput2 = new double[values2.Length], gradWeight2 = new double[count], gradBias2 =
            new double[count];
        for (int start = 0; start < values2.Length; start += count)
        {
            ReadOnlySpan<double> image = values2.AsSpan(start, count);
            double mean = 0, variance = 0, meanOfGradient = 0, meanOfProduct = 0;
            foreach (double v in image) mean += v / count;
            foreach (double v in image) variance += (v - mean) * (v - mean) / count;
            double scale = 1 / Math.Sqrt(variance + Eps);
            for (int i = 0; i < count; i++)
            {
                double normal = (image[i] - mean) * scale, g = gradient2[start + i];
                output2[start + i] = normal * weight2[i] + bias2[i];
                gradWeight2[i] += g * normal;
                gradBias2[i] += g;
                meanOfGradient += g * weight2[i] / count;
                meanOfProduct += g * weight2[i] * normal / count;
            }
            for (int i = 0; i < count; i++)
                gradInput2[start + i] = scale * (gradient2[start + i] * weight2[i] - meanOfGradient - (image[i] - mean) * scale * meanOfProduct);
        }
        to.Add("image norm, forward", $"{shape}", Images(y, shape), output2);
        to.Add("image norm, backward-input", $"{shape}", Images(dx, shape), gradInput2);
        to.Add("image norm, backward-weight", $"{shape}", dw, gradWeight2, shape.Images);
        to.Add("image norm, backward-bias", $"{shape}", db, gradBias2, shape.Images);
    }

    private static void CompareSoftmax(ChannelShape shape, T[] x, double[] values2, T[] dy, double[] gradient2, Comparisons<T> to)
    {
        T[] y = new T[x.Length], dx = new T[x.Length];
        foreach (bool logarithm in (ReadOnlySpan<bool>)[false, true])
        {
            SoftmaxLanes.Forward<V, T>(shape.Length, Lanes.Count, logarithm, x, y);
            SoftmaxLanes.Backward<V, T>(shape.Length, Lanes.Count, logarithm, y, dy, dx);
            double[] output2 = [.. values2.Chunk(shape.Length).SelectMany(image =>
            {
                double logSum = Math.Log(image.Sum(Math.Exp));
                return image.Select(v => logarithm ? v - logSum : Math.Exp(v - logSum));
            })];
            double[] gradInput2 = [.. output2.Chunk(shape.Length).Zip(gradient2.Chunk(shape.Length), (image, g) =>
            {
                double sum = logarithm ? g.Sum() : image.Zip(g, (p, each) => p * each).Sum();
                return image.Zip(g, (p, each) => logarithm ? each - Math.Exp(p) * sum : p * (each - sum));
            }).SelectMany(image => image)];
            string name = logarithm ? "log softmax" : "softmax";
            if (logarithm) to.Add($"{name}, forward", $"{shape}", Images(y, shape), output2);
            to.Add($"{name}, backward", $"{shape}", Images(dx, shape), gradInput2);
        }
    }

    private static void CompareDropout(ChannelShape shape, T[] x, double[] values2, Comparisons<T> to)
    {
        const ulong Key = 0x9E3779B97F4A7C15;
        const double P = 0.4;
        T[] y = new T[x.Length];
        DropoutLanes.Apply<V, T>(Key, P, 1, x, y);
        to.Add("dropout", $"{shape}", Images(y, shape), [.. values2.Select((v, i) => IsKept(i / shape.Length, i % shape.Length) ? v / (1 - P) : 0)]);

        static bool IsKept(int image, int number) =>
            Scatter(Scatter((uint)(number * Lanes.Count + image) ^ unchecked((uint)Key)) ^ (uint)(Key >> 32)) >= P * (1L << 32);

        static uint Scatter(uint x)
        {
            unchecked
            {
                x = (x ^ (x >> 16)) * 0x7FEB352D;
                x = (x ^ (x >> 15)) * 0x846CA68B;
                return x ^ (x >> 16);
            }
        }
    }

    private static double Logistic(double v) => 1 / (1 + Math.Exp(-v));

    private static T[] Block(T[] images, ChannelShape shape)
    {
        T[] block = new T[shape.Length * Lanes.Count];
        Lanes.Interleave<T>(images, shape.Length, block);
        return block;
    }

    private static T[] Images(T[] block, ChannelShape shape)
    {
        T[] images = new T[shape.Images * shape.Length];
        Lanes.Deinterleave<T>(block, shape.Length, images);
        return images;
    }
}
