using NUnit.Framework;
using Scratch.Kernels.Simd;
using Scratch.Measuring;
using Scratch.Models;
using Scratch.Tests.Support;

namespace Scratch.Tests.Measuring;

/// <summary>What is timed is what a model computes, whoever shares it.</summary>
public sealed class LayerWorkTests
{
    private static IEnumerable<string> Names => LayerShape.All.Select(shape => shape.Name);

    [TestCaseSource(nameof(Names))]
    public void Run_ForwardAndBackward_IsWhatAModelComputes(string name)
    {
        LayerShape shape = LayerShape.All.Single(one => one.Name == name) with { Batch = 3 };
        LayerWork forward = Ran(shape, backward: false, threads: 2), backward = Ran(shape, backward: true, threads: 2);
        var model = new Sequential<float>(shape.Create()) { Threads = 1 };
        foreach (var (ours, measured) in model.ParameterVector.Parameters.Zip(forward.Layer.Parameters))
            measured.Value.Span.CopyTo(ours.Value.Span);
        TensorAssert.CloseToLargest(forward.Result(), model.Forward(forward.Input), 1e-5, "output");
        TensorAssert.CloseToLargest(backward.Result(), model.Backward(backward.GradOutput), 1e-5, "gradient of the input");
        foreach (var (ours, measured) in model.ParameterVector.Parameters.Zip(backward.Layer.Parameters))
            TensorAssert.CloseToLargest(measured.Gradient, ours.Gradient, 1e-5, ours.Name);
    }

    [TestCase("layer/maxpool/3x3")]
    [TestCase("layer/conv-transpose/4x4")]
    public void Run_OneThreadOrThree_HaveTheSameBits(string name)
    {
        LayerShape shape = LayerShape.All.Single(one => one.Name == name) with { Batch = 5 };
        foreach (bool backward in new[] { false, true })
            TensorAssert.Equal(Ran(shape, backward, threads: 3).Result(), Ran(shape, backward, threads: 1).Result());
    }

    [TestCase("layer/conv-transpose/4x4", false, 2.0 * 8 * 28 * 28 * 64 * 32 * 16, 0)]
    [TestCase("layer/conv-transpose/4x4", true, 4.0 * 8 * 28 * 28 * 64 * 32 * 16, 0)]
    [TestCase("layer/softmax/512x10", false, 0, 4.0 * 512 * 10 * 2)]
    [TestCase("layer/softmax/512x10", true, 0, 4.0 * 512 * 10 * 3)]
    [TestCase("layer/avgpool-global", true, 0, 4.0 * 32 * 512 * (196 + 1))]
    public void With_Case_CountsOperationsOrBytes(string name, bool backward, double operations, double bytes)
    {
        Workload work = ForVector.Widest(new LayerWork(LayerShape.All.Single(one => one.Name == name), backward, threads: 1));
        Assert.That((work.Operations, work.Bytes), Is.EqualTo((operations, bytes)));
    }

    [Test]
    public void Run_Warm_AllocatesNothing()
    {
        Workload work = ForVector.Widest(new LayerWork(LayerShape.All[0], backward: true, threads: 1));
        work.Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        work.Run();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    // Twice: gradients of weights are not to add up.
    private static LayerWork Ran(LayerShape shape, bool backward, int threads)
    {
        var work = new LayerWork(shape, backward, threads);
        Workload run = ForVector.Widest(work);
        run.Run();
        run.Run();
        return work;
    }
}
