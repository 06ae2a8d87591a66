using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Layers;

namespace Scratch.Measuring;

/// <summary>The cases that this engine is measured by, the same shapes under the same names as other engines are; and thin matrix products.</summary>
public static class BenchmarkCatalog
{
    private static readonly int[] _squares = [256, 512, 1024, 2048], _batches = [1, 64, 512];

    private static readonly (int M, int N, int K)[] _thinProducts = [(10, 512, 32), (8, 100_352, 25), (16, 25_088, 72), (32, 8192, 144)];

    private static readonly (string Name, int Batch, int InChannels, int Size, int OutChannels, int Kernel, int Stride, int Padding,
        int Groups)[] _convolutions =
    [
        ("lesson1", 512, 1, 28, 8, 5, 2, 2, 1), ("lesson2", 512, 8, 14, 16, 3, 2, 1, 1),
        ("lesson3", 512, 16, 7, 32, 3, 2, 1, 1), ("lesson4", 512, 32, 4, 32, 3, 2, 1, 1),
        ("resnet-stem", 8, 3, 224, 64, 7, 2, 3, 1), ("resnet-56", 8, 64, 56, 64, 3, 1, 1, 1),
        ("resnet-28", 8, 128, 28, 128, 3, 1, 1, 1), ("resnet-14", 8, 256, 14, 256, 3, 1, 1, 1),
        ("resnet-7", 8, 512, 7, 512, 3, 1, 1, 1), ("bottleneck-1x1", 8, 256, 56, 64, 1, 1, 0, 1),
        ("depthwise-56", 8, 128, 56, 128, 3, 1, 1, 128), ("depthwise-s2", 8, 128, 56, 128, 3, 2, 1, 128),
        ("depthwise-5x5", 8, 128, 56, 128, 5, 1, 2, 128), ("depthwise-5x5-s2", 8, 128, 56, 128, 5, 2, 2, 128),
        ("depthwise-5x5-14", 8, 480, 14, 480, 5, 1, 2, 480), ("mnist-wide", 64, 32, 28, 64, 3, 1, 1, 1),
        ("resnet-56/b32", 32, 64, 56, 64, 3, 1, 1, 1), ("resnet-28/b32", 32, 128, 28, 128, 3, 1, 1, 1),
        ("resnet-14/b32", 32, 256, 14, 256, 3, 1, 1, 1), ("resnet-7/b32", 32, 512, 7, 512, 3, 1, 1, 1),
    ];

    private static readonly (string Name, Conv2dDirection Direction)[] _directions =
        [("forward", Conv2dDirection.Forward), ("backward-input", Conv2dDirection.BackwardInput),
            ("backward-weight", Conv2dDirection.BackwardWeight)];

    private static readonly bool[] _ways = [false, true];                    // forward, backward

    /// <summary>All of them.</summary>
    public static IReadOnlyList<BenchmarkCase> All { get; } = With(ConvolutionAlgorithm.Auto);

    /// <summary>The same where all convolutions are computed as told: <see cref="ConvolutionAlgorithm.Auto"/>, Direct or Winograd.</summary>
    public static IReadOnlyList<BenchmarkCase> With(ConvolutionAlgorithm convolution) =>
        [.. Products(), .. Convolutions(convolution), .. Layers(), .. Optimizers(), .. Models(convolution)];

    private static IEnumerable<BenchmarkCase> Products() =>
    [
        .. _squares.Select(size => Product($"gemm/{size}", size, size, size)),
        .. _thinProducts.Select(size => Product($"gemm/{size.M}x{size.N}x{size.K}", size.M, size.N, size.K)),
    ];

    private static BenchmarkCase Product(string name, int m, int n, int k) => new(name, threads => ForVector.Widest(new GemmWork(m, n, k, threads)),
        sizeof(float) * ((long)m * n + (long)m * k + (long)n * k));

    private static IEnumerable<BenchmarkCase> Convolutions(ConvolutionAlgorithm convolution) => _convolutions.SelectMany(c =>
    {
        WindowAxis axis = new(c.Size, c.Kernel, c.Stride, c.Padding);
        var geometry = new Conv2dGeometry(c.InChannels, c.OutChannels, axis, axis, c.Groups);
        long bytes = sizeof(float) * ((long)c.Batch * (geometry.InputShape.Length + geometry.OutputShape.Length) + geometry.WeightShape.Length);
        return _directions.Select(d => Convolution($"conv/{c.Name}/{d.Name}", geometry, c.Batch, d.Direction, convolution, bytes));
    });

    private static BenchmarkCase Convolution(string name, Conv2dGeometry geometry, int batch, Conv2dDirection direction,
        ConvolutionAlgorithm convolution, long bytes)
    {
        var chosen = new Lazy<ConvolutionAlgorithm>(() => Conv2dWork.Choose(geometry, batch, direction, convolution));     // by who measures it
        return new(name, threads => Work(chosen.Value, threads, nchw: false), bytes)
        {
            Others = () => Conv2dWork.AlgorithmsFor(geometry).Where(which => which != chosen.Value).ToDictionary(Conv2dWork.NameOf, which =>
                (Func<int, Workload>)(threads => Work(which, threads, nchw: false))),
            Nchw = threads => Work(chosen.Value, threads, nchw: true),
        };

        Workload Work(ConvolutionAlgorithm algorithm, int threads, bool nchw) =>
            ForVector.Widest(new Conv2dWork(geometry, batch, direction, threads, algorithm, nchw));
    }

    private static IEnumerable<BenchmarkCase> Layers() => LayerShape.All.SelectMany(shape => _ways.Select(backward =>
        new BenchmarkCase(shape.CaseName(backward), threads => ForVector.Widest(new LayerWork(shape, backward, threads)))));

    private static IEnumerable<BenchmarkCase> Optimizers() => OptimizerWork.Rules.Select(rule =>
        new BenchmarkCase(OptimizerWork.CaseName(rule), threads => new OptimizerWork(rule, threads).Step()));

    private static IEnumerable<BenchmarkCase> Models(ConvolutionAlgorithm convolution)
    {
        return
        [
            .. _batches.SelectMany(batch => new[] { Infer("lesson", batch), TrainStep("lesson", batch) }),
            TrainStep("lesson-bn", 512), TrainStep("wide", 128),
            Infer("mobilenet-mini", 1), TrainStep("mobilenet-mini", 128), Infer("resnet9", 1), TrainStep("resnet9", 128),
            Infer("resnet18-cifar", 1), Infer("resnet18-cifar", 32), TrainStep("resnet18-cifar", 32), Infer("resnet18", 1), Infer("mobilenet-v2", 1),
            Infer("resnet34", 1), Infer("resnet50", 1), Infer("squeezenet1_1", 1), Infer("vgg11", 1),
            Infer("densenet-mini", 1), TrainStep("densenet-mini", 128), Infer("unet-mini", 1), TrainStep("unet-mini", 128),
            Infer("unet", 1), TrainStep("unet", 4),
        ];

        BenchmarkCase Infer(string network, int batch) =>
            new($"infer/{network}/b{batch}", threads => ModelWork.Infer(ModelWork.Network.Of(network, convolution), batch, threads));

        BenchmarkCase TrainStep(string network, int batch) =>
            new($"train-step/{network}/b{batch}", threads => ModelWork.TrainStep(ModelWork.Network.Of(network, convolution), batch, threads));
    }
}
