using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Scratch.Kernels;
using Scratch.Measuring;
using Scratch.Tensors;

namespace Scratch.Bench;

/// <summary>Unfolding one image into the columns that its windows read, and adding such columns back to the image, on one thread.</summary>
/// <remarks>Naive is the definition: for every number of the columns the pixel that it is. Both move numbers and multiply none.</remarks>
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
public class UnfoldBenchmarks
{
    private Conv2dGeometry _geometry = null!;
    private Tensor<float> _image = null!, _columns = null!;

    // By name: the operations of a case are those of its convolution, and here there are none.
    public static IEnumerable<string> Cases => LayerCases.All.Select(layer => $"{layer}");

    [ParamsSource(nameof(Cases))]
    public string Case { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        LayerCase layer = LayerCases.All.First(layer => $"{layer}" == Case);
        _geometry = layer.Geometry;
        var random = new RandomGenerator(1);
        _image = RandomValues.Of<float>(_geometry.InputShape, random);
        _columns = new(new(_geometry.InChannels * _geometry.KernelLength, _geometry.OutputPlane));
        Agreement.RequireOnce(GetType(), "unfold " + Case, 1, new(NaiveUnfold, () => _columns), ("Unfold", new(Unfold, () => _columns)));
        Agreement.RequireOnce(GetType(), "fold " + Case, 1, new(NaiveFold, () => _image), ("Fold", new(Fold, () => _image)));
    }

    [Benchmark(Baseline = true), BenchmarkCategory("Unfold")]
    public void NaiveUnfold()
    {
        Span<float> columns = _columns.Span;
        for (int i = 0; i < columns.Length; i++) columns[i] = Source(i) is >= 0 and int pixel ? _image.Span[pixel] : 0;
    }

    [Benchmark, BenchmarkCategory("Unfold")]
    public void Unfold() => Im2Col.Unfold<float>(_geometry, _image.Span, _columns.Span);

    [Benchmark(Baseline = true), BenchmarkCategory("Fold")]
    public void NaiveFold()
    {
        _image.Span.Clear();
        ReadOnlySpan<float> columns = _columns.Span;
        for (int i = 0; i < columns.Length; i++)
            if (Source(i) is >= 0 and int pixel) _image.Span[pixel] += columns[i];
    }

    [Benchmark, BenchmarkCategory("Fold")]
    public void Fold()
    {
        _image.Span.Clear();
        Im2Col.Fold<float>(_geometry, _columns.Span, _image.Span);
    }

    /// <summary>The pixel that number i of the columns [(c, kh, kw), (oh, ow)] is; -1 if it lies on the padding.</summary>
    private int Source(int i)
    {
        (WindowAxis rows, WindowAxis columns) = (_geometry.Rows, _geometry.Columns);
        int ow = i % columns.Output, oh = i / columns.Output % rows.Output, row = i / _geometry.OutputPlane;
        int h = rows.Source(oh, row / columns.Kernel % rows.Kernel), w = columns.Source(ow, row % columns.Kernel);
        return h < 0 || w < 0 ? -1 : row / _geometry.KernelLength * _geometry.InputPlane + h * columns.Input + w;
    }
}
