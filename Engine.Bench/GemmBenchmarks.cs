using BenchmarkDotNet.Attributes;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Measuring;
using Scratch.Tensors;

namespace Scratch.Bench;

/// <summary>C = A · B, all three row-major; packing included. By three loops, by <c>Vector&lt;T&gt;</c>, and by the widest vectors of this
/// processor.</summary>
/// <remarks>Threads share the rows of C. Thin cases: a linear layer of 10 outputs, and the unfolded second and third layer of the lesson.</remarks>
public partial class GemmBenchmarks
{
    private Variant _naive = null!, _vectorOfT = null!, _widest = null!;

    public static IReadOnlyList<MatrixProduct> Cases { get; } =
        [new(64, 64, 64), new(128, 128, 128), new(256, 256, 256), new(512, 512, 512), new(1024, 1024, 1024), new(10, 512, 32), new(16, 25088, 72),
            new(32, 8192, 144)];

    public static IEnumerable<int> AllThreads => ThreadCounts.All;

    [ParamsSource(nameof(Cases))]
    public MatrixProduct Case { get; set; } = null!;

    [ParamsSource(nameof(AllThreads))]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new RandomGenerator(1);
        Tensor<float> a = RandomValues.Of<float>(new(Case.M, Case.K), random), b = RandomValues.Of<float>(new(Case.K, Case.N), random);
        Tensor<float> c = new(new(Case.M, Case.N));
        _naive = new(ByRows(a, c, (_, rows, from, to) => Gemm.MultiplyNaive(rows, Case.N, Case.K, new(from, Case.K, 1), new(b.Span, Case.N, 1), to,
            Case.N)), () => c);
        (_vectorOfT, _widest) = (Multiply<SimdPortable<float>>(a, b, c), Processor.Widest switch
        {
            SimdWidth.Bits512 => Multiply<Simd512<float>>(a, b, c),
            SimdWidth.Bits256 => Multiply<Simd256<float>>(a, b, c),
            _ => Multiply<SimdPortable<float>>(a, b, c),
        });
        List<(string, Variant)> others = [(nameof(VectorOfT), _vectorOfT), (nameof(Widest), _widest)];
        PreparePeers(a, b, others);
        Agreement.RequireOnce(typeof(GemmBenchmarks), Case, Threads, _naive, others);
    }

    [Benchmark(Baseline = true)]
    public void Naive() => _naive.Run();

    [Benchmark]
    public void VectorOfT() => _vectorOfT.Run();

    [Benchmark]
    public void Widest() => _widest.Run();

    /// <summary>For other engines, where the build includes them.</summary>
    partial void PreparePeers(Tensor<float> a, Tensor<float> b, List<(string, Variant)> others);

    private delegate void RowsProduct(int band, int rows, ReadOnlySpan<float> from, Span<float> to);

    private Variant Multiply<V>(Tensor<float> a, Tensor<float> b, Tensor<float> c) where V : unmanaged, IVector<V, float>
    {
        var scratch = new Tensor<float>(new(Gemm.ScratchLength<V, float>(Case.M, Case.N, Case.K, Threads)));
        return new(
            () =>
            {
                c.Span.Clear();
                Gemm.Multiply<V, float>(Case.M, Case.N, Case.K, Threads, new(a.Span, Case.K, 1), new(b.Span, Case.N, 1), scratch.Span, c.Span,
                    Case.N);
            },
            () => c);
    }

    private Action ByRows(Tensor<float> a, Tensor<float> c, RowsProduct product) => Bands.Of(Case.M, Threads, (band, first, end) =>
    {
        Span<float> to = c.Span[(first * Case.N)..(end * Case.N)];
        to.Clear();
        product(band, end - first, a.Span[(first * Case.K)..(end * Case.K)], to);
    });
}
