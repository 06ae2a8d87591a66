using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Measuring;

/// <summary>One block of a convolution, to be computed by any algorithm in the place where a model would.</summary>
internal sealed class SweepBlock
{
    private readonly SweepShape _shape;
    private readonly int _images;
    private readonly bool _backward;
    private readonly Tensor<float> _input, _output, _gradInput;

    /// <summary>A block with so many images.</summary>
    public SweepBlock(SweepShape shape, int images, bool backward)
    {
        (_shape, _images, _backward) = (shape, images, backward);
        var random = new RandomGenerator(1);
        _input = RandomValues.Of<float>(new Shape(shape.Geometry.InputShape.Length * Lanes.Count), random);
        _output = RandomValues.Of<float>(new Shape(shape.Geometry.OutputShape.Length * Lanes.Count), random);
        _gradInput = new(_input.Shape);
    }

    /// <summary>What Auto takes between neighbours in lanes.</summary>
    public ConvolutionAlgorithm Choose()
    {
        double lanes = Cost(ConvolutionAlgorithm.Lanes), channels = Cost(ConvolutionAlgorithm.Channels);
        foreach (Shape converted in (ReadOnlySpan<Shape>)[_shape.Geometry.InputShape, _shape.Geometry.OutputShape])
            channels += ConvertLayout<float>.Price(converted, _images, _backward && converted == _shape.Geometry.InputShape, ConvolutionCost.Vector);
        return lanes <= channels ? ConvolutionAlgorithm.Lanes : ConvolutionAlgorithm.Channels;
    }

    private double Cost(ConvolutionAlgorithm algorithm) => ChorePrices.For(ConvolutionCost.Vector).Of(Count(algorithm));

    /// <summary>What one run does that has a price, conversions left out.</summary>
    public ChoreCounts Count(ConvolutionAlgorithm algorithm)
    {
        int vector = ConvolutionCost.Vector;
        var cost = new ConvolutionCost(_shape.Geometry);
        if (!_backward) return Of(Conv2dDirection.Forward);
        ChoreCounts counts = Of(Conv2dDirection.BackwardInput);
        counts.Add(Of(Conv2dDirection.BackwardWeight));
        return counts;

        // Weights are prepared before a run; Winograd's are so many that it matters.
        ChoreCounts Of(Conv2dDirection direction) => algorithm != ConvolutionAlgorithm.Winograd ? cost.Count(algorithm, direction, _images, vector)
            : cost.Winograd(direction, cost.WinogradOutputs(direction, _images, prepared: false, vector), _images, prepared: true, vector);
    }

    /// <summary>One run by an algorithm.</summary>
    /// <param name="algorithm">Which.</param>
    /// <param name="converts">Whether the block comes in lanes and leaves so, as from and to neighbours that stay there.</param>
    public Action Run(ConvolutionAlgorithm algorithm, bool converts = true) => ForVector.Widest(new Runner(this, algorithm, converts));

    /// <summary>Lays the input's numbers channels-last.</summary>
    public Action Convert()
    {
        Shape image = _shape.Geometry.InputShape;
        var target = new Tensor<float>(new Shape(Extent.Length(Layout.ChannelsLast, image, _images)));
        return () => ConvertLayout<float>.Convert(Layout.ChannelsLast, image, _images, _input.Span, target.Span);
    }

    private sealed class Runner(SweepBlock block, ConvolutionAlgorithm algorithm, bool converts) : IForVector<float, Action>
    {
        public Action With<V>() where V : unmanaged, IVector<V, float>
        {
            SweepShape s = block._shape;
            var layer = new Conv2d<float>(s.InChannels, s.OutChannels, s.Kernel, s.Stride, s.Padding, s.Dilation, s.Groups) { Algorithm = algorithm };
            var vector = new ParameterVector<float>(layer.Parameters);
            var random = new RandomGenerator(2);
            foreach (ref float value in vector.Values.Span) value = (float)random.NextUniform(-1, 1);
            Shape from = s.Geometry.InputShape, to = s.Geometry.OutputShape;
            int images = block._images;
            Layout layout = algorithm is ConvolutionAlgorithm.Channels or ConvolutionAlgorithm.Winograd ? Layout.ChannelsLast : Layout.Lanes;
            var site = new LayerSite(layout, [from], to, images, Training: true, Backward: true);
            Tensor<float> prepared = new(new Shape(layer.PreparedLength<V>(site))),
                scratch = new(new Shape(Math.Max(1, layer.ScratchLength<V>(site, threads: 1))));
            if (prepared.Length > 0) layer.Prepare<V>(site, null, prepared.Span, threads: 1);
            Tensor<float> input = block._input, output = block._output, gradInput = block._gradInput;
            if (layout == Layout.Lanes)
                return block._backward
                    ? () => layer.Backward<V>(Pass(input, output) with { GradOutput = output.Span, GradInput = gradInput.Span,
                        Gradients = vector.Gradients.Span })
                    : () => layer.Forward<V>(Pass(input, output));

            Tensor<float> x = new(new Shape(Extent.Length(layout, from, images))), y = new(new Shape(Extent.Length(layout, to, images))),
                dx = new(x.Shape);
            if (!converts)
                return block._backward
                    ? () => layer.Backward<V>(Pass(x, y) with { GradOutput = y.Span, GradInput = dx.Span, Gradients = vector.Gradients.Span })
                    : () => layer.Forward<V>(Pass(x, y));
            return block._backward
                ? () =>
                {
                    ConvertLayout<float>.Convert(layout, from, images, input.Span, x.Span);
                    ConvertLayout<float>.Convert(layout, to, images, output.Span, y.Span);
                    layer.Backward<V>(Pass(x, y) with { GradOutput = y.Span, GradInput = dx.Span, Gradients = vector.Gradients.Span });
                    ConvertLayout<float>.Convert(Layout.Lanes, from, images, dx.Span, gradInput.Span);
                }
                : () =>
                {
                    ConvertLayout<float>.Convert(layout, from, images, input.Span, x.Span);
                    layer.Forward<V>(Pass(x, y));
                    ConvertLayout<float>.Convert(Layout.Lanes, to, images, y.Span, output.Span);
                };

            Pass<float> Pass(Tensor<float> input, Tensor<float> output) => new()
            {
                Layout = layout, Site = site, Images = images, Training = true, InputShape = from, OutputShape = to, Input = input.Span,
                    Output = output.Span,
                Scratch = scratch.Span, Prepared = prepared.Span,
            };
        }
    }
}
