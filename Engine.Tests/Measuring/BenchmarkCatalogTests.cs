using NUnit.Framework;
using Scratch.Measuring;
using Scratch.Models;

namespace Scratch.Tests.Measuring;

public sealed class BenchmarkCatalogTests
{
    private static readonly string[] _layers =
    [
        "lesson1", "lesson2", "lesson3", "lesson4", "resnet-stem", "resnet-56", "resnet-28", "resnet-14", "resnet-7", "bottleneck-1x1",
        "depthwise-56", "depthwise-s2", "depthwise-5x5", "depthwise-5x5-s2", "depthwise-5x5-14", "mnist-wide",
        "resnet-56/b32", "resnet-28/b32", "resnet-14/b32", "resnet-7/b32",
    ];

    private static readonly string[] _others =
    [
        "softmax/512x1000", "softmax/512x10", "log-softmax-pixels", "conv-transpose/2x2", "conv-transpose/4x4", "maxpool/2x2", "maxpool/3x3",
        "avgpool/2x2", "avgpool-global", "adaptive-avgpool/1x1", "adaptive-avgpool/6x6",
    ];

    /// <summary>The names of the peers' program, in its order; after its matrix products the thin ones, more of depthwise windows, other layers
    /// and optimisers, and at the end more networks.</summary>
    public static string[] Names { get; } =
    [
        "gemm/256", "gemm/512", "gemm/1024", "gemm/2048",
        "gemm/10x512x32", "gemm/8x100352x25", "gemm/16x25088x72", "gemm/32x8192x144",
        .. _layers.SelectMany(layer => new[] { $"conv/{layer}/forward", $"conv/{layer}/backward-input", $"conv/{layer}/backward-weight" }),
        .. _others.SelectMany(layer => new[] { $"layer/{layer}/forward", $"layer/{layer}/backward" }),
        "optimizer/sgd-momentum/11m", "optimizer/adam/11m",
        "infer/lesson/b1", "train-step/lesson/b1", "infer/lesson/b64", "train-step/lesson/b64", "infer/lesson/b512", "train-step/lesson/b512",
        "train-step/lesson-bn/b512", "train-step/wide/b128",
        "infer/mobilenet-mini/b1", "train-step/mobilenet-mini/b128", "infer/resnet9/b1", "train-step/resnet9/b128",
        "infer/resnet18-cifar/b1", "infer/resnet18-cifar/b32", "train-step/resnet18-cifar/b32", "infer/resnet18/b1", "infer/mobilenet-v2/b1",
        "infer/resnet34/b1", "infer/resnet50/b1", "infer/squeezenet1_1/b1", "infer/vgg11/b1",
        "infer/densenet-mini/b1", "train-step/densenet-mini/b128", "infer/unet-mini/b1", "train-step/unet-mini/b128",
        "infer/unet/b1", "train-step/unet/b4",
    ];

    [Test]
    public void All_Names_AreThoseOfThePeersAndThinProducts() => Assert.That(BenchmarkCatalog.All.Select(which => which.Name), Is.EqualTo(Names));

    [TestCase("gemm/256", 33.6e6)]
    [TestCase("gemm/10x512x32", 2.0 * 163_840)]
    [TestCase("conv/lesson1/backward-weight", 512 * 2.0 * 39_200)]
    [TestCase("infer/lesson/b1", 2.0 * 206_560)]
    [TestCase("train-step/lesson/b1", 6.0 * 206_560)]
    public void Measure_CaseOfEachKind_CountsThePeersOperations(string name, double operations)
    {
        foreach (int threads in new[] { 1, 2 })
        {
            BenchmarkResult result = BenchmarkCatalog.All.Single(which => which.Name == name).Measure(threads, seconds: 0);
            Assert.That(result.Gflops * result.Median * 1e9, Is.EqualTo(operations).Within(0.2).Percent);
            Assert.That((result.Case, result.Threads, result.Runs), Is.EqualTo((name, threads, 5)));
            Assert.That(result.Best, Is.InRange(1e-9, result.Median));
        }
    }

    [Test]
    public void Measure_CaseWithoutMultiplications_CountsWhatItReadsAndWrites()
    {
        BenchmarkResult result = BenchmarkCatalog.All.Single(which => which.Name == "optimizer/adam/11m").Measure(threads: 2, seconds: 0);
        Assert.That(result.GigabytesPerSecond * result.Median * 1e9, Is.EqualTo(4.0 * 11_173_962 * 7).Within(0.01).Percent);
        Assert.That(result.Gflops, Is.Zero);
    }

    [Test]
    public void All_InferenceOfModels_KnowsEveryLargeOneAndEachMini() => Assert.That(BenchmarkCatalog.All.Select(which => which.Name),
        Is.SupersetOf(ModelCatalog.Large.Concat(ModelCatalog.Names.Where(name => name.EndsWith("-mini", StringComparison.Ordinal)))
            .Select(name => $"infer/{name}/b1")));

    [Test]
    public void Peak_OfThisProcessor_IsANumber() => Assert.That(ProcessorPeak.Measure(2), Is.GreaterThan(0.01).And.LessThan(1e6));
}
