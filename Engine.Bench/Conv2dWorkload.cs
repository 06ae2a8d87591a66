using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Measuring;
using Scratch.Tensors;

namespace Scratch.Bench;

/// <summary>One layer with seeded values in every layout, and every way to compute each direction of it. The vector is chosen once.</summary>
/// <remarks>
/// NCHW: input and gradInput [N, inC, H, W], output and gradOutput [N, outC, oH, oW]. Lanes: the same images as [blocks, C, H, W, 32]. Channels
/// last: [N, H, W, C]. A direction's result overwrites: the gradient of weight and bias is cleared and summed within the timed run. Threads share
/// the images, or the blocks; each has a gradient of its own, and they are added at the end.
/// </remarks>
internal abstract class Conv2dWorkload
{
    private readonly LayerCase _layer;
    private readonly Tensor<float>[] _gradWeights, _gradBiases;              // of each thread; the first becomes the sum

    protected Conv2dWorkload(LayerCase layer, int threads)
    {
        (_layer, Threads) = (layer, threads);
        var random = new RandomGenerator(1);
        Input = RandomValues.Of<float>(Geometry.InputShape.Prepend(layer.Batch), random);
        GradOutput = RandomValues.Of<float>(Geometry.OutputShape.Prepend(layer.Batch), random);
        Weight = RandomValues.Of<float>(Geometry.WeightShape, random);
        Bias = RandomValues.Of<float>(new(Geometry.OutChannels), random);
        (Output, GradInput) = (new(GradOutput.Shape), new(Input.Shape));
        _gradWeights = [.. Enumerable.Range(0, threads).Select(_ => new Tensor<float>(Weight.Shape))];
        _gradBiases = [.. Enumerable.Range(0, threads).Select(_ => new Tensor<float>(Bias.Shape))];
    }

    public static Conv2dWorkload Create(LayerCase layer, int threads) => ForVector.Widest(new Maker(layer, threads));

    public int Threads { get; }

    public Conv2dGeometry Geometry => _layer.Geometry;

    public int Batch => _layer.Batch;

    public Tensor<float> Input { get; }

    public Tensor<float> GradOutput { get; }

    public Tensor<float> Weight { get; }

    public Tensor<float> Bias { get; }

    protected Tensor<float> Output { get; }

    protected Tensor<float> GradInput { get; }

    protected Tensor<float> GradWeight => _gradWeights[0];

    protected Tensor<float> GradBias => _gradBiases[0];

    /// <summary>The definition, from NCHW to NCHW.</summary>
    public Variant Naive(Conv2dDirection direction) => direction switch
    {
        Conv2dDirection.Forward => new(Bands.Of(Batch, Threads, (_, first, end) =>
            Conv2dNaive.Forward<float>(Geometry, Images(Input, first, end), Weight.Span, Bias.Span, Images(Output, first, end))), () => Output),
        Conv2dDirection.BackwardInput => new(Bands.Of(Batch, Threads, (_, first, end) =>
            Conv2dNaive.BackwardInput<float>(Geometry, Images(GradOutput, first, end), Weight.Span, Images(GradInput, first, end))), () => GradInput),
        _ => Summed(Batch, (band, first, end) =>
        {
            Conv2dNaive.BackwardWeight<float>(Geometry, Images(Input, first, end), Images(GradOutput, first, end), _gradWeights[band].Span);
            Conv2dNaive.BackwardBias<float>(Geometry, Images(GradOutput, first, end), _gradBiases[band].Span);
        }),
    };

    /// <summary>By unfolding and a matrix product, from NCHW to NCHW.</summary>
    public abstract Variant Im2Col(Conv2dDirection direction);

    /// <summary>In lanes, from and to the engine's own layout.</summary>
    public abstract Variant Lanes(Conv2dDirection direction);

    /// <summary>In lanes, but from NCHW to NCHW, the two changes of layout included, block by block.</summary>
    public abstract Variant LanesFromNchw();

    /// <summary>With the channels last, from and to that layout.</summary>
    public abstract Variant Channels(Conv2dDirection direction);

    /// <summary>Some entries of the first axis: images of an NCHW tensor, or blocks.</summary>
    protected static Span<float> Images(Tensor<float> images, int first, int end)
    {
        int size = images.Length / images.Shape[0];
        return images.Span.Slice(first * size, (end - first) * size);
    }

    /// <summary>The gradient of weight and bias, each band's cleared before and added to the first after.</summary>
    protected Variant Summed(int count, Action<int, int, int> addBand)
    {
        Action run = Bands.Of(count, Threads, (band, first, end) =>
        {
            _gradWeights[band].Span.Clear();
            _gradBiases[band].Span.Clear();
            addBand(band, first, end);
        });
        return new(() =>
        {
            run();
            for (int i = 1; i < Math.Min(Threads, count); i++)
            {
                System.Numerics.Tensors.TensorPrimitives.Add(GradWeight.Span, _gradWeights[i].Span, GradWeight.Span);
                System.Numerics.Tensors.TensorPrimitives.Add(GradBias.Span, _gradBiases[i].Span, GradBias.Span);
            }
        }, WeightAndBias);
    }

    /// <summary>The weight's gradient and then the bias's, as one row of numbers.</summary>
    protected Tensor<float> WeightAndBias() => new(new Shape(Weight.Length + Bias.Length), [.. GradWeight.Span, .. GradBias.Span]);

    protected Span<float> GradWeightOf(int band) => _gradWeights[band].Span;

    protected Span<float> GradBiasOf(int band) => _gradBiases[band].Span;

    private sealed class Maker(LayerCase layer, int threads) : IForVector<float, Conv2dWorkload>
    {
        public Conv2dWorkload With<V>() where V : unmanaged, IVector<V, float> => new Conv2dWorkload<V>(layer, threads);
    }
}
