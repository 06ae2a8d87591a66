using NUnit.Framework;
using Scratch.Cli;
using Scratch.Training;

namespace Scratch.Tests.Cli;

public sealed class EpochTableTests
{
    private const string Header = "epoch  train loss  accuracy  valid loss  accuracy       time";

    [TestCase(0.6371, 0.2011, 0.241, "    3      0.6371    0.8250      0.2011    0.9375    0.241 s")]
    [TestCase(99998.12346, -3, 999.9994, "    3  99998.1235    0.8250     -3.0000    0.9375  999.999 s")]
    [TestCase(12345678901.5, 1e-9, 86400, "    3   1.235E+10    0.8250      0.0000    0.9375    86400 s")]
    [TestCase(1e300, double.NaN, 1000, "    3  1.000E+300    0.8250         NaN    0.9375     1000 s")]
    public void Line_AnyNumbers_StaysInItsColumns(double trainLoss, double validLoss, double seconds, string expected)
    {
        string line = EpochTable<float>.Line(new EpochReport(2, trainLoss, [0.825], validLoss, [0.9375], 0, seconds), "accuracy".Length);
        Assert.That(line, Is.EqualTo(expected));
        Assert.That(line, Has.Length.EqualTo(Header.Length).And.Length.AtMost(60));
    }

    // One step, from the same first weights, is all it takes: nothing here hangs on the last bits of a number.
    [TestCase("30", true)]
    [TestCase("0.1", false)]
    public void Train_LossManyTimesTheFirst_SaysOnceThatItDiverges(string rate, bool diverges)
    {
        CliRun run = CliRun.Of("train", "--data", CliRun.Mnist, "--train-size", "256", "--epochs", "1", "--lr", rate, "--no-telemetry", "--json");
        Assert.That(run.ErrorLines.Count(line => line.Contains("training diverges: loss ", StringComparison.Ordinal)), Is.EqualTo(diverges ? 1 : 0),
            run.Error);
        Assert.That(run.Output, Does.Contain(diverges ? "\"divergedInEpoch\":1," : "\"divergedInEpoch\":null,"));
        if (diverges) Assert.That(run.Error, Does.Contain($"Lower --lr, now {rate};"));
    }
}
