using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Data;

/// <summary>Images that are mixed with others of their block.</summary>
public sealed partial class DatasetBatch<T>
{
    // Some images of a block, each with some of the next one.
    private void Mix(int block, int first, int end)
    {
        int size = ImageShape.Length, start = block * Lanes.Count, images = Lanes.Filled(block, _count);
        BlockPixels from = Unmixed(block);
        for (int n = first; n < end; n++)
        {
            Span<byte> image = _mixed.AsSpan((start + n) * size, size);
            from.Pixels.Slice(from.Places[n] * size, size).CopyTo(image);
            MixtureOf(start + n, images).Apply(ImageShape, image, from.Pixels.Slice(from.Places[(n + 1) % images] * size, size));
        }
    }

    private void CopyMixedTargets(int first, int images, Span<T> lanes)
    {
        lanes.Clear();
        int size = lanes.Length / Lanes.Count;
        for (int n = 0; n < images; n++)
        {
            T share = T.CreateTruncating(MixtureOf(first + n, images).Share);
            AddTarget(first + n, share, size, lanes[n..]);
            AddTarget(first + (n + 1) % images, T.One - share, size, lanes[n..]);
        }
    }

    private void AddTarget(int image, T share, int size, Span<T> lane)
    {
        if (_dataset.Targets is not { } targets) lane[_labels[image] * Lanes.Count] += share;
        else
        {
            ReadOnlySpan<float> target = targets.Span.Slice(_indices[image] * size, size);
            for (int p = 0; p < size; p++) lane[p * Lanes.Count] += share * T.CreateTruncating(target[p]);
        }
    }

    // The same whenever it is asked for: by pixels and by targets, on any thread.
    private Mixture MixtureOf(int image, int images)
    {
        if (images == 1) return new(1);
        var random = new RandomSequence(~_seed, _epoch, _indices[image]);
        return _mixings[random.NextInt(_mixings.Length)].Draw(ImageShape, ref random);
    }
}
