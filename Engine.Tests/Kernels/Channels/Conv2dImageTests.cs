using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels;

/// <summary>One image in its frame of zeros, with enough to do for several threads: weights more than the image's numbers, or fewer.</summary>
[EveryVector]
public sealed class Conv2dImageTests<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private Conv2dGeometry _geometry = new(48, 250, new(6, 3), new(7, 3, Stride: 2));
    private T[] _image = [], _weight = [], _bias = [], _packed = [];
    private ImageWindow _window;

    private void Make(bool fewWeights)
    {
        if (fewWeights) _geometry = new(16, 37, new(29, 3), new(23, 3));
        Conv2dGeometry g = _geometry;
        int pitch = (g.OutChannels + V.Count - 1) / V.Count * V.Count;
        (_image, _weight, _bias) = (Numbers(g.InChannels * g.InputPlane, 1), Numbers(g.OutChannels * g.WindowLength, 2), new T[pitch]);
        Numbers(g.OutChannels, 3).CopyTo(_bias, 0);
        _packed = new T[g.WindowLength * pitch];
        Conv2dImage.Pack<V, T>(g, _weight, pitch, _packed);
        _window = new(Conv2dImage.Taps(g, g.InChannels), pitch, g.Rows.Output, g.Columns.Output, g.Columns.Stride * g.InChannels,
            g.Columns.Input * g.InChannels, pitch, g.Columns.Output * pitch);
    }

    [Test]
    public void Forward_AnyThreads_IsTheDefinition([Values(1, 2, 3, 8, 16)] int threads, [Values] bool fewWeights)
    {
        Make(fewWeights);
        Conv2dGeometry g = _geometry;
        T[] output = Forward(threads), planes = new T[_image.Length], naive = new T[g.OutChannels * g.OutputPlane];
        Assert.That(output, Is.EqualTo(Forward(1)), "the same bits");
        ChannelLayout.ToChannelsFirst<T>(_image, g.InChannels, g.InputPlane, planes);
        Conv2dNaive.Forward<T>(g, planes, _weight, _bias.AsSpan(0, g.OutChannels), naive);
        for (int oc = 0; oc < g.OutChannels; oc++)
            for (int p = 0; p < g.OutputPlane; p++)
                Assert.That(double.CreateTruncating(output[p * _window.OutPitch + oc]),
                    Is.EqualTo(double.CreateTruncating(naive[oc * g.OutputPlane + p])).Within(typeof(T) == typeof(float) ? 1e-4 : 1e-12));
    }

    [Test]
    public void Forward_Clamped_IsTheActivationAfterwards([Values] bool fewWeights, [Values("Relu", "Relu6")] string kind, [Values(1, 3)] int threads)
    {
        Make(fewWeights);
        var activation = new Activation<T>(Enum.Parse<ActivationKind>(kind));
        T[] clamped = Forward(threads, activation), expected = Forward(threads);
        Elementwise.Activate<V, T>(activation, expected, expected);
        Assert.That(clamped, Is.EqualTo(expected));
        Assert.That(clamped, Has.Some.EqualTo(T.Zero).And.Some.GreaterThan(T.Zero));
    }

    [Test]
    public void Forward_Warm_AllocatesNothing()
    {
        Make(fewWeights: true);
        T[] output = new T[_window.OutPitch * _geometry.OutputPlane];
        long before = 0;
        for (int i = 0; i < 3; i++)
        {
            if (i == 1) before = GC.GetAllocatedBytesForCurrentThread();
            Conv2dImage.Forward<V, T>(2, _window, _packed, _bias, _image, output);
        }
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private T[] Forward(int threads, Activation<T> clamp = default)
    {
        var output = new T[_window.OutPitch * _geometry.OutputPlane];
        Conv2dImage.Forward<V, T>(threads, _window, _packed, _bias, _image, output, clamp);
        return output;
    }

    private static T[] Numbers(int count, int seed) => RandomTensors.Tensor<T>(new(count), seed).Span.ToArray();
}
