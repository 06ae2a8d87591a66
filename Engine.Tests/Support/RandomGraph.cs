using System.Numerics;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Tests.Support;

/// <summary>Networks that nobody would build: convolutions in either layout, normalisations, units, shortcuts and branches by chance, and ten
/// classes.</summary>
/// <param name="seed">The same seed, the same network.</param>
internal sealed class RandomGraph<T>(long seed) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly ConvolutionAlgorithm[] _algorithms =
        [ConvolutionAlgorithm.Auto, ConvolutionAlgorithm.Lanes, ConvolutionAlgorithm.Channels];

    private readonly RandomGenerator _random = new(seed);

    /// <summary>What all of them take.</summary>
    public static Shape Image { get; } = new(3, 7, 6);

    /// <summary>The network, with random numbers.</summary>
    /// <param name="seed">The same seed, the same network.</param>
    /// <param name="threads">How many may work.</param>
    public static Model<T> Build(long seed, int threads = 1)
    {
        int channels = Image[0];
        Module<T>[] modules = new RandomGraph<T>(seed).Some(ref channels, depth: 2);
        return RandomModel.Of(seed, [.. modules, new GlobalAvgPool<T>(), new Linear<T>(channels, 10)], threads);
    }

    private Module<T>[] Some(ref int channels, int depth)
    {
        var modules = new Module<T>[2 + _random.NextInt(4)];
        for (int i = 0; i < modules.Length; i++) modules[i] = One(ref channels, depth);
        return modules;
    }

    // All of them leave height and width alone.
    private Module<T> One(ref int channels, int depth)
    {
        switch (_random.NextInt(depth > 0 ? 12 : 8))
        {
            case 0 or 1 or 2: return Convolution(channels, channels = 1 + _random.NextInt(20));
            case 3 or 4: return new BatchNorm2d<T>(channels);
            case 5: return new Relu<T>();
            case 6: return _random.NextInt(2) == 0 ? new Gelu<T>() : new Dropout<T>(0.3);
            case 7: return _random.NextInt(2) == 0 ? new MaxPool2d<T>(3, 1, 1) : new GroupNorm<T>(1, channels);
            case 8:
                int within = channels;
                Module<T>[] body = Some(ref within, depth - 1);
                return new Residual<T>(new Sequential<T>([.. body, Convolution(within, channels)]));
            case 9:
                int to = channels, from = channels;
                var way = new Sequential<T>(Some(ref to, depth - 1));
                channels = to;
                return new Residual<T>(way, new Sequential<T>(Convolution(from, to), new BatchNorm2d<T>(to)));
            case 10:
                int left = channels, right = channels;
                var concat = new Concat<T>(new Sequential<T>(Some(ref left, depth - 1)), new Sequential<T>(Some(ref right, depth - 1)));
                channels = left + right;
                return concat;
            default: return new Joined<T>((x, y) => x * y, new AdaptiveAvgPool2d<T>(1), Convolution(channels, channels, size: 1));
        }
    }

    private Conv2d<T> Convolution(int from, int to, int size = 3) => new(from, to, size, padding: size / 2, bias: _random.NextInt(2) == 0)
    {
        Algorithm = _algorithms[_random.NextInt(_algorithms.Length)],
    };
}
