using System.Numerics;
using Scratch.Kernels.Simd;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Kernels;

// What a worker does: an image from its first look to the last number written, or one of these steps for a stretch of it.
internal static unsafe partial class NormChannels
{
    /// <summary>An image, run by run.</summary>
    internal static void Forward<V, T>(NormJob<V, T> job, int image, int worker)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int run = 0, start = image * job.Parts.Length; run < job.Parts.Runs; run++, start += job.Parts.RunLength)
        {
            for (int i = 0; i < job.Parts.Stretches; i++) Look(job, start, i, worker);
            SettleForward(job, worker);
            for (int i = 0; i < job.Parts.Stretches; i++) Write(job, start, i, worker);
        }
    }

    /// <summary>The way back of one.</summary>
    internal static void Backward<V, T>(NormJob<V, T> job, int image, int worker)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NormParts parts = job.Parts;
        var (shared, runs) = parts.Shared;
        Span<T> rest = job.RoomOf(worker)[OwnLength<T>(parts)..];
        SharedGradient<V, T> weights = new(job.IsPerChannel ? [] : job.Gradient(job.GradWeight), rest, runs),
            biases = new(job.IsPerChannel ? [] : job.Gradient(job.GradBias), rest[SharedGradient<V, T>.ScratchLength(shared, runs)..], runs);
        for (int run = 0, start = image * parts.Length; run < parts.Runs; run++, start += parts.RunLength)
        {
            for (int i = 0; i < parts.Stretches; i++) Look(job, start, i, worker);
            Settle(job, worker);
            if (!job.IsPerChannel)
            {
                WeighBack(job, start, worker, weights.Target, biases.Target);
                weights.Next();
                biases.Next();
                if (job.GradInput == null) continue;
            }
            for (int i = 0; i < parts.Stretches; i++) LookBack(job, start, i, worker);
            SettleBack(job, image, worker);
            for (int i = 0; i < parts.Stretches && job.GradInput != null; i++) WriteBack(job, start, i, worker);
        }
        weights.End();
        biases.End();
    }

    /// <summary>Finds each channel's mean and squared distances in a stretch of a run.</summary>
    internal static void Look<V, T>(NormJob<V, T> job, int start, int stretch, int worker)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Standard<T> standard = job.StandardOf(worker);
        ChannelNorm.Gather<V, T>(job.Read(job.Input, start, stretch), standard.FirstOf(stretch), standard.SecondOf(stretch));
    }

    /// <summary>Of what was found in the stretches: what normalises each channel.</summary>
    internal static void Settle<V, T>(NormJob<V, T> job, int worker)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NormParts parts = job.Parts;
        Standard<T> standard = job.StandardOf(worker);
        for (int c = 0; c < parts.Channels && parts.Stretches > 1; c++)
        {
            Moments all = default;
            for (int i = 0; i < parts.Stretches; i++)
                all = all.With(new(parts.PixelsOf(i), standard.FirstOf(i)[c], standard.SecondOf(i)[c]));
            (standard.First[c], standard.Second[c]) = (all.Mean, all.SquaredDistances);
        }
        Standardize(parts, job.Eps, standard);
    }

    /// <summary>The same, and weight and bias with it.</summary>
    internal static void SettleForward<V, T>(NormJob<V, T> job, int worker)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Settle(job, worker);
        Standard<T> standard = job.StandardOf(worker);
        bool isWeighed = job.IsPerChannel && job.Weight != null;
        for (int c = 0; c < job.Parts.Channels; c++)
        {
            standard.A[c] = isWeighed ? standard.Scale[c] * job.Weight[c] : standard.Scale[c];
            standard.B[c] = isWeighed ? standard.Rest[c] * job.Weight[c] + job.Bias[c] : standard.Rest[c];
        }
    }

    /// <summary>Writes a stretch of a run.</summary>
    internal static void Write<V, T>(NormJob<V, T> job, int start, int stretch, int worker)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NormParts parts = job.Parts;
        Standard<T> standard = job.StandardOf(worker);
        Span<T> y = job.Of(job.Output, start, stretch);
        ChannelNorm.Forward<V, T>(job.Read(job.Input, start, stretch), new(standard.Mean, standard.A, standard.B), [], default, y);
        if (!job.IsPerChannel) Weigh(job, y);
        if (job.Activation.IsSome) Elementwise.Activate<V, T>(job.Activation, y, y);
    }

    // Where the weight is a pixel's or a number's own.
    private static void Weigh<V, T>(NormJob<V, T> job, Span<T> y)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NormParts parts = job.Parts;
        ReadOnlySpan<T> weight = new(job.Weight, parts.Weights), bias = new(job.Bias, parts.Weights);
        if (parts.Order == WeightOrder.PerNumber) TensorPrimitives.MultiplyAdd(y, weight, bias, y);
        else
            for (int p = 0; p < parts.Run; p++)
            {
                Span<T> pixel = y.Slice(p * parts.Channels, parts.Channels);
                TensorPrimitives.Multiply(pixel, weight[p], pixel);
                TensorPrimitives.Add(pixel, bias[p], pixel);
            }
    }

    // The same back: adds its gradient, and lays the gradient times weight into gradInput.
    private static void WeighBack<V, T>(NormJob<V, T> job, int start, int worker, Span<T> gradWeight, Span<T> gradBias)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<T> gradient = Before(job, start, 0);
        AddGradients(job.Parts, job.Read(job.Input, start, 0), gradient, job.StandardOf(worker), gradWeight, gradBias);
        if (job.GradInput != null) Weigh(job.Parts, gradient, new(job.Weight, job.Parts.Weights), job.Of(job.GradInput, start, 0));
    }

    // The gradient before the activation, of a stretch of a run.
    private static ReadOnlySpan<T> Before<V, T>(NormJob<V, T> job, int start, int stretch)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<T> gradient = job.Read(job.GradOutput, start, stretch);
        if (!job.Activation.IsSome) return gradient;
        Span<T> before = job.Of(job.GradBefore, start, stretch);
        Elementwise.ActivateBackward<V, T>(job.Activation, job.Read(job.Output, start, stretch), gradient, before);
        return before;
    }

    /// <summary>Finds each channel's sums of the gradient in a stretch of a run.</summary>
    internal static void LookBack<V, T>(NormJob<V, T> job, int start, int stretch, int worker)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Standard<T> standard = job.StandardOf(worker);
        ReadOnlySpan<T> gradient = job.IsPerChannel ? Before(job, start, stretch) : job.Read(job.GradInput, start, stretch);
        ChannelNorm.GatherGradient<V, T>(job.Read(job.Input, start, stretch), gradient, new(standard.Mean, standard.Scale, standard.Rest), default,
            [], [], standard.FirstOf(stretch), standard.SecondOf(stretch));
    }

    /// <summary>Of these: what the gradient of the input is made with, and what the image adds to the parameters' gradients.</summary>
    internal static void SettleBack<V, T>(NormJob<V, T> job, int image, int worker)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NormParts parts = job.Parts;
        Standard<T> standard = job.StandardOf(worker);
        for (int c = 0; c < parts.Channels && parts.Stretches > 1; c++)
        {
            (double sum, double product) = (0, 0);
            for (int i = 0; i < parts.Stretches; i++) (sum, product) = (sum + standard.FirstOf(i)[c], product + standard.SecondOf(i)[c]);
            (standard.First[c], standard.Second[c]) = (sum, product);
        }
        Span<T> found = new(job.Found + 2L * image * parts.Channels, 2 * parts.Channels);
        ToPerChannel(parts, standard, job.IsPerChannel && job.Weight != null ? new(job.Weight, parts.Channels) : [], found[..parts.Channels],
            found[parts.Channels..]);
    }

    /// <summary>The gradient of the input in a stretch of a run.</summary>
    internal static void WriteBack<V, T>(NormJob<V, T> job, int start, int stretch, int worker)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Standard<T> standard = job.StandardOf(worker);
        T* gradient = !job.IsPerChannel ? job.GradInput : job.Activation.IsSome ? job.GradBefore : job.GradOutput;
        ChannelNorm.Backward<V, T>(job.Read(job.Input, start, stretch), job.Read(gradient, start, stretch),
            new(standard.Mean, standard.A, standard.Rest), standard.B, standard.Rest, default, job.Of(job.GradInput, start, stretch));
    }

    // Image after image.
    private static void AddFound<V, T>(NormJob<V, T> job, int images)
        where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int channels = job.Parts.Channels;
        for (int image = 0; image < images; image++)
        {
            ReadOnlySpan<T> found = new(job.Found + 2L * image * channels, 2 * channels);
            if (job.GradWeight != null) Add(found[..channels], new(job.GradWeight, channels));
            if (job.GradBias != null) Add(found[channels..], new(job.GradBias, channels));
        }

        static void Add(ReadOnlySpan<T> some, Span<T> all) => TensorPrimitives.Add(all, some, all);
    }
}
