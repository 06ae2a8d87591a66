using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Models;

/// <summary>One stage of an <see cref="ImagePath{T}"/>: a window over an image whose channels lie side by side, then perhaps an activation.</summary>
internal abstract class ImageStage<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int CacheLine = 16;
    private int _offset;

    /// <param name="input">[C, H, W].</param>
    /// <param name="pitch">Numbers of one input pixel: the channels, rounded up.</param>
    /// <param name="padding">Pixels around the image.</param>
    /// <exception cref="ArgumentOutOfRangeException">The padded image is more than one array can hold.</exception>
    protected ImageStage(Shape input, int pitch, Size2 padding)
    {
        (Input, Pitch, Padding) = (input, pitch, padding);
        double length = (input[1] + 2.0 * padding.Height) * (input[2] + 2.0 * padding.Width) * pitch;
        if (length > Array.MaxLength - CacheLine)
            ShapeGuard.TooLarge(nameof(Predictor<>),
                $"an image of {input} with padding {padding} at each side, {pitch} numbers to a pixel, is {length:F0} elements.",
                (long)Math.Min(length, long.MaxValue / 2));
    }

    /// <summary>Numbers of one output pixel: the channels, rounded up to whole vectors.</summary>
    public abstract int OutPitch { get; }

    /// <summary>What negative outputs are multiplied by; 1 for no activation.</summary>
    protected T Slope { get; private set; } = T.One;

    protected Shape Input { get; }

    protected int Pitch { get; }

    protected int RowLength => (Input[2] + 2 * Padding.Width) * Pitch;

    private Size2 Padding { get; }

    private int Inside => Padding.Height * RowLength + Padding.Width * Pitch;

    private int Length => (Input[1] + 2 * Padding.Height) * RowLength;

    /// <summary>A convolution with its weights packed.</summary>
    public static ImageStage<T> Convolution(Conv2dGeometry geometry, ReadOnlySpan<T> weight, Parameter<T>? bias, int pitch, int vectorLength) =>
        new ConvolutionStage(geometry, weight, bias, pitch, vectorLength);

    /// <summary>A maximum or mean under windows.</summary>
    public static ImageStage<T> Pooling(Layer<T> layer, Shape input, int pitch) => new PoolingStage(layer, input, pitch);

    /// <summary>Takes room for its input from <paramref name="at"/> on; returns where the next may begin.</summary>
    /// <exception cref="ArgumentOutOfRangeException">All stages together are more than one array can hold.</exception>
    public int Place(int at)
    {
        _offset = at;
        long end = at + ((long)Length + CacheLine - 1) / CacheLine * CacheLine;
        if (end + OutPitch > Array.MaxLength)
            ShapeGuard.TooLarge(nameof(Predictor<>), $"the stages of an image up to {Input}, {Pitch} numbers to a pixel, are {end} elements.", end);
        return (int)end;
    }

    /// <summary>Makes an activation this stage's last step, if it has none yet.</summary>
    public bool TryActivate(double slope)
    {
        if (Slope != T.One) return false;
        Slope = T.CreateTruncating(slope);
        return true;
    }

    /// <summary>Takes on a normalisation with running statistics, if nothing comes between.</summary>
    public virtual bool TryFold(BatchNormLayer<T> norm) => false;

    /// <summary>Lays the model's input, [C, H, W], into this stage's input.</summary>
    public void CopyInput(ReadOnlySpan<T> image, Span<T> memory)
    {
        int channels = Input[0], height = Input[1], width = Input[2];
        Span<T> inside = memory.Slice(_offset, Length)[Inside..];
        for (int c = 0; c < channels; c++)
            for (int h = 0; h < height; h++)
            {
                ReadOnlySpan<T> row = image.Slice((c * height + h) * width, width);
                if (channels == 1) row.CopyTo(inside[(h * RowLength)..]);
                else for (int w = 0; w < width; w++) inside[h * RowLength + w * Pitch + c] = row[w];
            }
    }

    /// <summary>From this stage's input to the next one's.</summary>
    public void Run<V>(Span<T> memory, ImageStage<T> next) where V : unmanaged, IVector<V, T> =>
        Run<V>(memory.Slice(_offset, Length), memory.Slice(next._offset, next.Length)[next.Inside..], next.RowLength);

    /// <summary>From this stage's input to an output of one pixel.</summary>
    public void Run<V>(Span<T> memory, Span<T> output) where V : unmanaged, IVector<V, T> => Run<V>(memory.Slice(_offset, Length), output, 0);

    protected abstract void Run<V>(ReadOnlySpan<T> image, Span<T> output, int outRowStep) where V : unmanaged, IVector<V, T>;

    private sealed class ConvolutionStage : ImageStage<T>
    {
        private readonly Conv2dGeometry _geometry;
        private readonly Tap[] _taps;
        private readonly Tensor<T> _packed, _start;                          // [taps, outPitch], [outPitch]: what the sums begin with
        private Tensor<T>? _scale, _shift;                                   // [outPitch], after the sums; none without a normalisation

        public ConvolutionStage(Conv2dGeometry geometry, ReadOnlySpan<T> weight, Parameter<T>? bias, int pitch, int vectorLength)
            : base(geometry.InputShape, pitch, new Size2(geometry.Rows.Padding, geometry.Columns.Padding))
        {
            _geometry = geometry;
            OutPitch = (geometry.OutChannels + vectorLength - 1) / vectorLength * vectorLength;
            _taps = Conv2dImage.Taps(geometry, pitch, OutPitch);
            (_packed, _start) = (new(new Shape(_taps.Length, OutPitch)), new(new Shape(OutPitch)));
            bias?.Value.Span.CopyTo(_start.Span);
            Conv2dImage.Pack(geometry, weight, OutPitch, _packed.Span);
        }

        public override int OutPitch { get; }

        /// <remarks>The sums start at bias - mean, and scale and shift come after them. In weights times the scale the mean would cancel only when
        /// all is rounded; where it is large against the deviation, nothing of the difference would be left.</remarks>
        public override bool TryFold(BatchNormLayer<T> norm)
        {
            if (Slope != T.One) return false;
            _scale ??= new Tensor<T>(new Shape(OutPitch)).Fill(T.One);
            _shift ??= new Tensor<T>(new Shape(OutPitch));
            double[] statistics = new double[norm.StatisticsLength(_geometry.OutputShape)];
            norm.RunningStatistics(statistics);
            for (int c = 0; c < norm.NumFeatures; c++)
            {
                double weight = norm.Weight is null ? 1 : double.CreateTruncating(norm.Weight.Value.Span[c]);
                double bias = norm.Bias is null ? 0 : double.CreateTruncating(norm.Bias.Value.Span[c]);
                double scale = statistics[norm.NumFeatures + c] * weight, last = double.CreateTruncating(_scale.Span[c]);
                // The norm's input is (sum + start) · last + shift: its mean, as the sums see it, goes into the start.
                double mean = statistics[c] - double.CreateTruncating(_shift.Span[c]), start = double.CreateTruncating(_start.Span[c]);
                double wanted = last == 0 ? start : start - mean / last;
                _start.Span[c] = T.CreateTruncating(wanted);
                double rest = (start - double.CreateTruncating(_start.Span[c])) * last - mean;
                (_scale.Span[c], _shift.Span[c]) = (T.CreateTruncating(last * scale), T.CreateTruncating(bias + rest * scale));
            }
            return true;
        }

        protected override void Run<V>(ReadOnlySpan<T> image, Span<T> output, int outRowStep)
        {
            var window = new ImageWindow(_taps, OutPitch, _geometry.Rows.Output, _geometry.Columns.Output,
                _geometry.Columns.Stride * Pitch, _geometry.Rows.Stride * RowLength, OutPitch, outRowStep);
            var after = new ImageEnd<T>(_scale is null ? [] : _scale.Span, _shift is null ? [] : _shift.Span, Slope);
            Conv2dImage.Forward<V, T>(window, _packed.Span, _start.Span, after, image, output);
        }
    }

    private sealed class PoolingStage : ImageStage<T>
    {
        private readonly TapTable _table;
        private readonly T[]? _shares;                                       // of an average; none for a maximum
        private readonly int _outWidth;

        public PoolingStage(Layer<T> layer, Shape input, int pitch) : base(input, pitch, 0)
        {
            _outWidth = layer.OutputShape(input)[2];
            if (layer is MaxPool2d<T> max) _table = max.Table(input);
            else (_table, _shares) = layer is AvgPool2d<T> average ? average.Plan(input) : ((AdaptiveAvgPool2d<T>)layer).Plan(input);
        }

        public override int OutPitch => Pitch;

        protected override void Run<V>(ReadOnlySpan<T> image, Span<T> output, int outRowStep)
        {
            if (_shares is null) Pool2dImage.Max<V, T>(_table, Pitch, image, output, _outWidth, outRowStep);
            else Pool2dImage.Average<V, T>(_table, _shares, Pitch, image, output, _outWidth, outRowStep);
            if (Slope == T.One) return;
            for (int row = 0; row < _table.Windows.Length / _outWidth; row++)
            {
                Span<T> pixels = output.Slice(row * outRowStep, _outWidth * Pitch);
                Elementwise.LeakyRelu<V, T>(pixels, Slope, pixels);
            }
        }
    }
}
