using NUnit.Framework;
using Scratch.Layers;
using Scratch.Tests.Cli;

namespace Scratch.Tests.Layers;

/// <summary>The prices by which layouts are chosen: those that come with the engine, and the file that stands in for them.</summary>
[TestFixture]
public sealed class ChorePricesTests
{
    [Test]
    public void Shipped_EveryWidth_HasAPriceForEveryChore()
    {
        foreach (var (vector, prices) in ChorePrices.Shipped)
            Assert.That(prices.All.ToArray(), Has.Length.EqualTo(ChoreCounts.Kinds).And.All.InRange(0, 1000), $"{vector} floats");
    }

    [TestCase(16, 16)]
    [TestCase(8, 8)]
    [TestCase(4, 4)]
    [TestCase(2, 4)]
    public void For_Vector_TakesTheNearestThatIsNotWider(int vector, int expected) =>
        Assert.That(ChorePrices.For(vector), Is.SameAs(ChorePrices.Shipped[expected]), "tests run without the machine's own prices");

    [Test]
    public void Of_Counts_IsTheirSumByPrice()
    {
        ChorePrices prices = ChorePrices.Of("test", Enumerable.Range(1, ChoreCounts.Kinds).Select(i => i / 8.0));
        var counts = new ChoreCounts { [Chore.LanesTile] = 3, [Chore.LanesRow] = 5 };
        counts.Add(new() { [Chore.LanesRow] = 2 });
        Assert.That(prices.Of(counts), Is.EqualTo((3 * 1 + 7 * 3) / 8.0));
    }

    [Test]
    public void Write_TwoWidths_BothAreKnownAndTheThirdIsShipped()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder["new"], "prices.json");
        ChorePrices wide = Some(0.25), narrow = Some(0.5), again = Some(0.75);
        ChorePrices.Write(file, 16, wide);
        ChorePrices.Write(file, 8, narrow);
        ChorePrices.Write(file, 16, again);
        IReadOnlyDictionary<int, ChorePrices> known = ChorePrices.Known(file);
        Assert.Multiple(() =>
        {
            Assert.That(known[16].All.ToArray(), Is.EqualTo(again.All.ToArray()));
            Assert.That(known[8].All.ToArray(), Is.EqualTo(narrow.All.ToArray()));
            Assert.That(known[8].Source, Does.Contain(file));
            Assert.That(known[4], Is.SameAs(ChorePrices.Shipped[4]));
        });
    }

    [Test]
    public void Known_NoFile_IsWhatComesWithTheEngine()
    {
        using var folder = new TemporaryFolder();
        Assert.That(ChorePrices.Known(folder["prices.json"]), Is.SameAs(ChorePrices.Shipped));
    }

    [TestCase("", "")]
    [TestCase("{\"512 bits\": {\"LanesTile\": 1}}", "")]
    [TestCase("{\"512 bits\": 3}", "")]
    [TestCase("[1]", "")]
    [TestCase("\"LanesRow\": 0.5", "\"LanesRow\": -0.5")]
    [TestCase("\"LanesRow\": 0.5", "\"LanesRow\": 1e300")]
    [TestCase("\"LanesRow\": 0.5", "\"LanesRow\": \"much\"")]
    [TestCase("\"LanesRow\": 0.5", "\"LanesRow\": 0.5, \"LanesRow\": 0.5")]
    public void Known_DamagedFile_NamesItAndWhatToDo(string text, string instead)
    {
        using var folder = new TemporaryFolder();
        string file = folder["prices.json"];
        if (instead.Length == 0) File.WriteAllText(file, text);
        else
        {
            ChorePrices.Write(file, 16, Some(0.5));
            File.WriteAllText(file, File.ReadAllText(file).Replace(text, instead, StringComparison.Ordinal));
        }
        Assert.That(() => ChorePrices.Known(file),
            Throws.TypeOf<InvalidDataException>().With.Message.StartsWith(file).And.Message.Contains("bench --calibrate"));
    }

    private static ChorePrices Some(double price) => ChorePrices.Of("test", Enumerable.Repeat(price, ChoreCounts.Kinds));
}
