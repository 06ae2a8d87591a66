using NUnit.Framework;
using Scratch.Kernels;

namespace Scratch.Tests.Kernels;

/// <summary>Sizes that are found at once are those that are found tile by tile.</summary>
[TestFixture]
public sealed class TileSizesTests
{
    [TestCase(1)]
    [TestCase(2)]
    public void Of_AnyRows_AreTheTilesOneAfterTheOther(int vectors)
    {
        for (int rows = 1; rows <= 100; rows++)
        {
            var expected = new List<int>();
            for (int left = rows; left > 0; left -= expected[^1]) expected.Add(TileSizes.First(left, vectors));
            TileSizes sizes = TileSizes.Of(rows, vectors);
            int[] actual = [.. Enumerable.Repeat(sizes.Rows, sizes.Whole), sizes.Rest, sizes.Last];
            Assert.That(actual.Where(size => size > 0), Is.EqualTo(expected), $"{rows} rows");
            Assert.That(sizes.Count, Is.EqualTo(expected.Count), $"{rows} rows");
        }
    }
}
