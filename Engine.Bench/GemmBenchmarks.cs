using BenchmarkDotNet.Attributes;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;

namespace Scratch.Bench;

/// <summary>C += A · B, all three row-major, on one thread; packing included.
/// C is added to, call after call: it grows, which costs no time.</summary>
public class GemmBenchmarks
{
    private delegate void Product(int size, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> scratch, Span<float> c);

    private Tensor<float> _a = null!, _b = null!, _c = null!, _scratch = null!;
    private Product _multiply = null!;

    public static IReadOnlyList<SquareProduct> Cases { get; } = [new(256), new(512)];

    [ParamsSource(nameof(Cases))]
    public SquareProduct Case { get; set; } = null!;

    [GlobalSetup]
    public void Setup()
    {
        var random = new RandomGenerator(1);
        (_a, _b, _c) = (Square(random), Square(random), new(new Shape(Case.Size, Case.Size)));
        (_multiply, int scratchLength) = Processor.Widest switch
        {
            SimdWidth.Bits512 => Bind<Simd512<float>>(),
            SimdWidth.Bits256 => Bind<Simd256<float>>(),
            _ => Bind<SimdPortable<float>>(),
        };
        _scratch = new(new Shape(scratchLength));
        Naive();
        Tensor<float> expected = _c.Clone();
        _c.Fill(0);
        Multiply();
        Agreement.Require(nameof(Multiply), expected, _c);
    }

    [Benchmark(Baseline = true)]
    public void Naive() =>
        Gemm.MultiplyNaive(Case.Size, Case.Size, Case.Size, new(_a.Span, Case.Size, 1), new(_b.Span, Case.Size, 1), _c.Span, Case.Size);

    [Benchmark]
    public void Multiply() => _multiply(Case.Size, _a.Span, _b.Span, _scratch.Span, _c.Span);

    private (Product Multiply, int ScratchLength) Bind<V>() where V : unmanaged, IVector<V, float> =>
        (static (size, a, b, scratch, c) => Gemm.Multiply<V, float>(size, size, size, 1, new(a, size, 1), new(b, size, 1), scratch, c, size),
            Gemm.ScratchLength<V, float>(Case.Size, Case.Size, Case.Size, 1));

    private Tensor<float> Square(RandomGenerator random)
    {
        var matrix = new Tensor<float>(new Shape(Case.Size, Case.Size));
        foreach (ref float value in matrix.Span) value = (float)random.NextNormal();
        return matrix;
    }
}
