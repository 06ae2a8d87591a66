using System.Numerics;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tests.Support;

namespace Scratch.Tests.Kernels.Simd;

/// <summary>Every operation of every vector, lane by lane against the scalar one.</summary>
/// <remarks>AddSums works on addresses: it is tested by Conv2dLanes.BackwardWeight, with a stride of 1 (1x1 windows) and of others.</remarks>
[EveryVector(Pairs = true)]
public sealed class VectorTests<V, T> where V : unmanaged, IVector<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Signs, zeros of both signs, ends of the range, and what is no number, in pairs of every kind.
    private static readonly T[] _special =
        [T.Zero, T.NegativeZero, T.One, T.NegativeOne, T.Epsilon, T.PositiveInfinity, T.NegativeInfinity, T.NaN,
            T.CreateChecked(0.1f), T.CreateChecked(-7.25)];

    private static readonly T[] _left = [.. Pairs().Select(pair => pair.Left)], _right = [.. Pairs().Select(pair => pair.Right)];

    [Test]
    public void Count_AnyVector_DividesTheLanes() => Assert.That(Lanes.Count % V.Count, Is.Zero);

    [Test]
    public void Add_EveryPair_EqualsScalar() => Exactly((a, b) => a + b, (a, b) => a + b);

    [Test]
    public void Subtract_EveryPair_EqualsScalar() => Exactly((a, b) => a - b, (a, b) => a - b);

    [Test]
    public void Multiply_EveryPair_EqualsScalar() => Exactly((a, b) => a * b, (a, b) => a * b);

    [Test]
    public void Divide_EveryPair_EqualsScalar() => Exactly((a, b) => a / b, (a, b) => a / b);

    [Test]
    public void Max_EveryPair_EqualsScalarAndKeepsNaN() => Exactly(V.Max, T.Max);

    [Test]
    public void Min_EveryPair_EqualsScalarAndKeepsNaN() => Exactly(V.Min, T.Min);

    [Test]
    public void Larger_EveryPair_TakesTheFirstOnlyWhereItIsGreater() => Exactly(V.Larger, (a, b) => a > b ? a : b);

    [Test]
    public void Smaller_EveryPair_TakesTheFirstOnlyWhereItIsLess() => Exactly(V.Smaller, (a, b) => a < b ? a : b);

    [Test]
    public void Sqrt_EveryNumber_EqualsScalar() => Exactly((a, _) => V.Sqrt(a), (a, _) => T.Sqrt(a));

    [Test]
    public void Select_GreaterThan_TakesYesWhereTrue() =>
        Exactly((a, b) => V.Select(V.GreaterThan(a, b), a, V.Splat(T.One)), (a, b) => a > b ? a : T.One);

    [Test]
    public void Select_Equal_TakesYesWhereTrue() =>
        Exactly((a, b) => V.Select(V.Equal(a, b), V.Splat(T.One), V.Splat(T.Zero)), (a, b) => a == b ? T.One : T.Zero);

    [Test]
    public void Splat_OneNumber_IsEverywhere() => Exactly((_, _) => V.Splat(T.CreateChecked(2.5)), (_, _) => T.CreateChecked(2.5));

    [Test]
    public void MultiplyAdd_EveryPair_RoundsOnceOrTwice()
    {
        T third = T.CreateChecked(0.3f);
        T[] actual = Map((a, b) => V.MultiplyAdd(a, b, V.Splat(third)));
        for (int i = 0; i < actual.Length; i++)
        {
            T fused = T.FusedMultiplyAdd(_left[i], _right[i], third), twice = _left[i] * _right[i] + third;
            Assert.That(actual[i], Is.EqualTo(fused).Or.EqualTo(twice), $"{_left[i]} · {_right[i]} + {third}");
        }
    }

    [Test]
    public void AddProduct_EveryPair_EqualsMultiplyAdd()
    {
        V third = V.Splat(T.CreateChecked(0.3f));
        T[] expected = Map((a, b) => V.MultiplyAdd(a, b, third)), actual = Map((a, b) =>
        {
            V sum = third;
            V.AddProduct(ref sum, a, b);
            return sum;
        });
        Assert.That(actual, Is.EqualTo(expected));
    }

    [Test]
    public void Sum_WholeNumbers_IsExact()
    {
        T[] numbers = RandomTensors.Integers<T>(V.Count, 100, 1);
        Assert.That(V.Sum(V.Load(numbers)), Is.EqualTo(numbers.Aggregate((a, b) => a + b)));
    }

    // .NET's float exponential of 0 is 1.0000001, one ulp off.
    [Test]
    public void Exp_MinusEightyToSeventy_IsWithinTwoUlps() =>
        WithinUlps(V.Exp, double.Exp, 2, [.. new T[V.Count], .. RandomTensors.Values<T>(40 * V.Count, 1, -80, 70),
            .. RandomTensors.Values<T>(20 * V.Count, 2, -0.01, 0.01)]);

    [Test]
    public void Log_AroundOneAndFarAway_IsWithinTwoUlps() =>
        WithinUlps(V.Log, double.Log, 2, [.. RandomTensors.Values<T>(20 * V.Count, 1, 0.5, 2),
            .. RandomTensors.Values<T>(20 * V.Count, 2, 1e-30, 1e30)]);

    [TestCase(-1000, 0)]
    [TestCase(double.NegativeInfinity, 0)]
    [TestCase(double.PositiveInfinity, double.PositiveInfinity)]
    [TestCase(1000, double.PositiveInfinity)]
    [TestCase(double.NaN, double.NaN)]
    public void Exp_EndsOfTheRange_AreExact(double at, double expected) =>
        Assert.That(All(V.Exp(V.Splat(T.CreateChecked(at)))), Has.All.EqualTo(T.CreateChecked(expected)));

    [TestCase(1, 0)]
    [TestCase(0, double.NegativeInfinity)]
    [TestCase(double.PositiveInfinity, double.PositiveInfinity)]
    [TestCase(-1, double.NaN)]
    [TestCase(double.NaN, double.NaN)]
    public void Log_EndsOfTheRange_AreExact(double at, double expected) =>
        Assert.That(All(V.Log(V.Splat(T.CreateChecked(at)))), Has.All.EqualTo(T.CreateChecked(expected)));

    [Test]
    public void Load_LongerSpan_TakesTheFirst()
    {
        T[] numbers = RandomTensors.Values<T>(V.Count + 3, 1);
        Assert.That(All(V.Load(numbers)), Is.EqualTo(numbers[..V.Count]));
    }

    [Test]
    public void Store_LongerSpan_WritesTheFirstOnly()
    {
        var buffer = new GuardedBuffer<T>(V.Count);
        V.Store(V.Splat(T.One), buffer.Span);
        Assert.That(buffer.Written(), Has.All.EqualTo(T.One));
    }

    [Test]
    public void Load_ShortSpan_Throws() => Assert.That(() => V.Load(new T[V.Count - 1]), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Store_ShortSpan_Throws() => Assert.That(() => V.Store(default, new T[V.Count - 1]), Throws.TypeOf<ArgumentOutOfRangeException>());

    private static List<(T Left, T Right)> Pairs()
    {
        var random = RandomTensors.Values<T>(60, 1).Zip(RandomTensors.Values<T>(60, 2));
        var pairs = _special.SelectMany(a => _special.Select(b => (a, b))).Concat(random).ToList();
        while (pairs.Count % Lanes.Count != 0) pairs.Add((T.One, T.One));
        return pairs;
    }

    private static T[] All(V vector)
    {
        var numbers = new T[V.Count];
        V.Store(vector, numbers);
        return numbers;
    }

    private static T[] Map(Func<V, V, V> operation)
    {
        var results = new T[_left.Length];
        for (int i = 0; i < results.Length; i += V.Count) V.Store(operation(V.Load(_left.AsSpan(i)), V.Load(_right.AsSpan(i))), results.AsSpan(i));
        return results;
    }

    private static void Exactly(Func<V, V, V> operation, Func<T, T, T> scalar) => Assert.That(Map(operation), Is.EqualTo(_left.Zip(_right, scalar)));

    private static void WithinUlps(Func<V, V> operation, Func<double, double> scalar, double ulps, T[] at)
    {
        for (int i = 0; i < at.Length; i += V.Count)
        {
            T[] actual = All(operation(V.Load(at.AsSpan(i))));
            for (int lane = 0; lane < V.Count; lane++)
            {
                double expected = scalar(double.CreateChecked(at[i + lane]));
                T magnitude = T.Abs(T.CreateChecked(expected));
                double ulp = double.CreateChecked(T.BitIncrement(magnitude) - magnitude);
                Assert.That(Math.Abs(double.CreateChecked(actual[lane]) - expected) / ulp, Is.LessThanOrEqualTo(ulps),
                    $"at {at[i + lane]}: {actual[lane]}, expected {expected}");
            }
        }
    }
}
