using NUnit.Framework;
using Scratch.Cli;

namespace Scratch.Tests.Cli;

public sealed class HeapBudgetTests
{
    [TestCase(0, null, Description = "no container")]
    [TestCase(75_000_000, null, Description = "of 100 MB the rest of the program leaves less than half")]
    [TestCase(120_000_000, 85_000_000)]
    [TestCase(900_000_000, 1_125_000_000)]
    public void Of_ThreeQuartersOfAContainer_IsWhatTheProgramLeaves(long threeQuarters, long? budget) =>
        Assert.That(HeapBudget.Of(threeQuarters), Is.EqualTo(budget));
}
