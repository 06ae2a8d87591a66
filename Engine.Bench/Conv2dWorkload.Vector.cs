using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Measuring;
using Scratch.Tensors;

namespace Scratch.Bench;

/// <summary>The ways that compute with vectors.</summary>
internal sealed class Conv2dWorkload<V>(LayerCase layer, int threads) : Conv2dWorkload(layer, threads) where V : unmanaged, IVector<V, float>
{
    public override Variant Im2Col(Conv2dDirection direction)
    {
        Tensor<float>[] scratch = [.. Enumerable.Range(0, Threads).Select(_ =>
            new Tensor<float>(new Shape(Conv2dIm2Col.ScratchLength<V, float>(Geometry))))];
        return direction switch
        {
            Conv2dDirection.Forward => new(Bands.Of(Batch, Threads, (band, first, end) => Conv2dIm2Col.Forward<V, float>(
                Geometry, Images(Input, first, end), Weight.Span, Bias.Span, scratch[band].Span, Images(Output, first, end))), () => Output),
            Conv2dDirection.BackwardInput => new(Bands.Of(Batch, Threads, (band, first, end) => Conv2dIm2Col.BackwardInput<V, float>(
                Geometry, Images(GradOutput, first, end), Weight.Span, scratch[band].Span, Images(GradInput, first, end))), () => GradInput),
            _ => Summed(Batch, (band, first, end) =>
            {
                Conv2dIm2Col.BackwardWeight<V, float>(
                    Geometry, Images(Input, first, end), Images(GradOutput, first, end), scratch[band].Span, GradWeightOf(band));
                Conv2dIm2Col.BackwardBias<float>(Geometry, Images(GradOutput, first, end), GradBiasOf(band));
            }),
        };
    }

    public override Variant Lanes(Conv2dDirection direction)
    {
        var tables = new Conv2dTables(Geometry);
        if (direction == Conv2dDirection.Forward)
        {
            Tensor<float> input = RandomValues.Blocks(Input), output = RandomValues.Blocks(Output);
            return new(Bands.Of(input.Shape[0], Threads, (_, first, end) =>
            {
                for (int i = first; i < end; i++) Conv2dLanes.Forward<V, float>(tables, Block(input, i), Weight.Span, Bias.Span, Block(output, i));
            }), () => FromBlocks(output, Output.Shape));
        }
        Tensor<float> gradOutput = RandomValues.Blocks(GradOutput), other = RandomValues.Blocks(Input);   // input, or the place of its gradient
        if (direction == Conv2dDirection.BackwardInput)
        {
            return new(Bands.Of(other.Shape[0], Threads, (_, first, end) =>
            {
                for (int i = first; i < end; i++) Conv2dLanes.BackwardInput<V, float>(tables, Block(gradOutput, i), Weight.Span, Block(other, i));
            }), () => FromBlocks(other, Input.Shape));
        }
        return Summed(other.Shape[0], (band, first, end) =>
        {
            for (int i = first; i < end; i++)
            {
                Conv2dLanes.BackwardWeight<V, float>(tables, Block(other, i), Block(gradOutput, i), GradWeightOf(band));
                Conv2dLanes.BackwardBias<V, float>(tables, Block(gradOutput, i), GradBiasOf(band));
            }
        });
    }

    public override Variant LanesFromNchw()
    {
        var tables = new Conv2dTables(Geometry);
        int inputSize = Geometry.InputShape.Length, outputSize = Geometry.OutputShape.Length, blocks = Kernels.Lanes.Blocks(Batch);
        Tensor<float> input = new(new Shape(Threads, inputSize * Kernels.Lanes.Count)), output =
            new(new Shape(Threads, outputSize * Kernels.Lanes.Count));
        return new(Bands.Of(blocks, Threads, (band, first, end) =>           // one block a thread, used again and again
        {
            for (int i = first; i < end; i++)
            {
                int image = i * Kernels.Lanes.Count, next = image + Kernels.Lanes.Filled(i, Batch);
                Kernels.Lanes.Interleave<float>(Images(Input, image, next), inputSize, Block(input, band));
                Conv2dLanes.Forward<V, float>(tables, Block(input, band), Weight.Span, Bias.Span, Block(output, band));
                Kernels.Lanes.Deinterleave<float>(Block(output, band), outputSize, Images(Output, image, next));
            }
        }), () => Output);
    }

    public override Variant Channels(Conv2dDirection direction)
    {
        var tables = new ChannelTables(Geometry);
        var scratch = new Tensor<float>(new Shape(Conv2dChannels.ScratchLength<V, float>(tables, Threads)));
        Tensor<float> input = ToChannelsLast(Input), output = ToChannelsLast(GradOutput);
        return direction switch
        {
            Conv2dDirection.Forward => new(() =>
                Conv2dChannels.Forward<V, float>(tables, Threads, input.Span, Weight.Span, Bias.Span, scratch.Span, output.Span),
                () => FromChannelsLast(output, Output.Shape)),
            Conv2dDirection.BackwardInput => new(() =>
                Conv2dChannels.BackwardInput<V, float>(tables, Threads, output.Span, Weight.Span, scratch.Span, input.Span),
                () => FromChannelsLast(input, Input.Shape)),
            _ => new(() =>
            {
                GradWeight.Span.Clear();
                GradBias.Span.Clear();
                Conv2dChannels.BackwardWeight<V, float>(tables, Threads, input.Span, output.Span, scratch.Span, GradWeight.Span, GradBias.Span);
            }, WeightAndBias),
        };
    }

    private static Span<float> Block(Tensor<float> blocks, int block) => Images(blocks, block, block + 1);

    private static Tensor<float> FromBlocks(Tensor<float> blocks, Shape shape)
    {
        var images = new Tensor<float>(shape);
        for (int i = 0; i < blocks.Shape[0]; i++)
        {
            int first = i * Kernels.Lanes.Count;
            Kernels.Lanes.Deinterleave<float>(Block(blocks, i), shape.Tail().Length, Images(images, first, first + Kernels.Lanes.Filled(i,
                shape[0])));
        }
        return images;
    }

    private static Tensor<float> ToChannelsLast(Tensor<float> images)
    {
        var last = new Tensor<float>(images.Shape);
        ChannelLayout.ToChannelsLast<float>(images.Span, images.Shape[1], images.Shape[2] * images.Shape[3], last.Span);
        return last;
    }

    private static Tensor<float> FromChannelsLast(Tensor<float> last, Shape shape)
    {
        var images = new Tensor<float>(shape);
        ChannelLayout.ToChannelsFirst<float>(last.Span, shape[1], shape[2] * shape[3], images.Span);
        return images;
    }
}
