using NUnit.Framework;
using Scratch.Kernels;

namespace Scratch.Tests.Kernels;

/// <summary>Sizes that are found at once are those that are found tile by tile.</summary>
[TestFixture]
public sealed class TileSizesTests
{
    [Test]
    public void Of_AnyRows_AreTheTilesOneAfterTheOther()
    {
        for (int rows = 1; rows <= 100; rows++)
        {
            var expected = new List<int>();
            for (int left = rows; left > 0; left -= expected[^1]) expected.Add(Conv2dChannels.TileRows(left));
            TileSizes sizes = TileSizes.Of(rows);
            int[] actual = [.. Enumerable.Repeat(sizes.Rows, sizes.Whole), sizes.Rest, sizes.Last];
            Assert.That(actual.Where(size => size > 0), Is.EqualTo(expected), $"{rows} rows");
            Assert.That(sizes.Count, Is.EqualTo(expected.Count), $"{rows} rows");
        }
    }
}
