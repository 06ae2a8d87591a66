using NUnit.Framework;
using Scratch.Cli;
using Scratch.Cli.Reports;

namespace Scratch.Tests.Cli;

/// <summary>What is drawn with letters, by hand-worked data.</summary>
public sealed class ConsoleDrawingTests
{
    // Two columns of four dots each way: 1 at the top left, 10 in the middle of the logarithm at the bottom, 100 at the top right.
    [Test]
    public void Curve_ThreePoints_PutsDotsWhereTheyBelong()
    {
        IReadOnlyList<string> lines = TextCurve.Lines([1, 10, 100], [3, 0, 3], most: 3, mark: 10, columns: 20, rows: 2);
        Assert.That(lines.Select(line => line.TrimEnd('\u2800', ' ')), Is.EqualTo(
        [
            "    3.000│⠁⠀⠀⠀⠀⠀⠀⠀⠀⠈",
            "    0.000│⠀⠀⠀⠀⠀⡀",
            "         └──────────",
            "               ▲ 10",
            "          1      100",
        ]));
    }

    [Test]
    public void Curve_ValuesThatExplode_AreLeftOut()
    {
        IReadOnlyList<string> lines = TextCurve.Lines([1, 10, 100], [2, 1, 1000], most: 3, mark: 100, columns: 20, rows: 2);
        Assert.That(lines[0], Does.StartWith("    2.000│⠁"));
        Assert.That(lines[0][^1], Is.EqualTo('\u2800'));
        Assert.That(lines[3].TrimEnd(), Is.EqualTo("               100 ▲"), "the name stands before the arrow where there is no room behind it");
    }

    [Test]
    public void Picture_Grey_IsTwoRowsALine()
    {
        IReadOnlyList<string> lines = TerminalPicture.Lines(new(1, 3, 2, [0, 255, 16, 1, 128, 64]), mostColumns: 28);
        Assert.That(lines, Is.EqualTo(["[#000000 on #101010]▀[/][#ffffff on #010101]▀[/]", "[#808080]▀[/][#404040]▀[/]"]));
    }

    [Test]
    public void Picture_WiderThanTheRoom_IsMadeOfMeans()
    {
        byte[] red = [10, 20, 30, 50, 0, 0, 100, 100], rest = new byte[8];
        IReadOnlyList<string> lines = TerminalPicture.Lines(new(3, 2, 4, [.. red, .. rest, .. rest]), mostColumns: 2);
        Assert.That(lines, Is.EqualTo(["[#070000]▀[/][#460000]▀[/]"]), "(10 + 20 + 0 + 0) / 4 and (30 + 50 + 100 + 100) / 4");
    }

    [Test]
    public void Bars_Probabilities_AreAsLongAsTheyAreLarge()
    {
        IReadOnlyList<string> bars = PredictionDrawing.Bars([new(0, "cat", 0.75), new(1, "[dog]", 0.25)], room: 40);
        Assert.That(bars, Is.EqualTo([$"cat   [#2f90c8]{new string('█', 20)}{"",6}[/] 0.7500", $"[[dog]] [grey]{new string('█', 6)}{"",20}[/] "
            + "0.2500"]));
    }

    [Test]
    public void State_OfAnEpoch_SaysShareTimesLossAndSpeed() => Assert.That(
        EpochBar<float>.State(45, 98, TimeSpan.FromSeconds(90), 0.312, 9000), Is.EqualTo(" 45% 45/98 01:30<01:46 loss 0.3120 100/s"));

    [Test]
    public void SmoothedLoss_OfOne_IsItAndOfMoreAWeightedMean()
    {
        SmoothedLoss one = new SmoothedLoss().With(4), two = one.With(2);
        Assert.That((one.Value, two.Value), Is.EqualTo((4.0, (0.9 * 4 + 2) / 1.9)).Within(1e-12));
    }

    [Test]
    public void Confusion_Redirected_IsPlainAndNamesThePairs()
    {
        using var output = new StringWriter();
        new ConfusionTable([[5, 1], [3, 12]], ["cat", "dog [1]"], new Terminal(output, TextWriter.Null)).Print();
        Assert.That(output.ToString().Split('\n'), Is.EqualTo(
        [
            "true        cat dog [1]", "cat           5       1", "dog [1]       3      12", "most confused: dog [1] for cat 3, "
                + "cat for dog [1] 1", "",
        ]));
    }

    [Test]
    public void Models_EveryName_HasALine()
    {
        CliRun run = CliRun.Of("models");
        foreach (string name in Scratch.Models.ModelCatalog.Names) Assert.That($"\n{run.Output}", Does.Contain($"\n{name} "));
        Assert.That(run.Output.Split('\n').Select(line => line.Length), Is.All.AtMost(80));
    }

    [Test]
    public void Layers_EveryPublicLayer_IsListed()
    {
        Type module = typeof(Scratch.Layers.Module<>);
        bool IsModule(Type? type) => type is not null && ((type.IsGenericType && type.GetGenericTypeDefinition() == module)
            || IsModule(type.BaseType));
        string[] layers = [.. module.Assembly.GetExportedTypes().Where(type => type is { Namespace: "Scratch.Layers",
            IsAbstract: false } && IsModule(type))
            .Select(type => type.Name.Split('`')[0])];
        Assert.That(LayerList.All.SelectMany(group => group.Layers).Select(layer => layer.Name), Is.EquivalentTo(layers));
        Assert.That(CliRun.Of("layers").Output.Split('\n').Select(line => line.Length), Is.All.AtMost(80));
    }

    [Test]
    public void Summary_Columns_AreThoseInThatOrder()
    {
        CliRun run = CliRun.Of("summary", "--columns", "weights,layer");
        Assert.That(run.Output.Split('\n')[3].Split(' ', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(["weights", "layer"]));
        WrongInputTests.Expect(CliRun.Of("summary", "--columns", "weight"), ExitCode.WrongUsage, "--columns has 'weight', "
            + "must be some of layer, output");
    }

    [Test]
    public void Train_Quiet_PrintsOnlyResults()
    {
        using var folder = new TemporaryFolder();
        TinyMnist.WriteTo(folder.Path);
        CliRun run = CliRun.Of("train", "--data", folder.Path, "--epochs", "1", "--quiet");
        Assert.That(run.Error, Is.Empty);
        Assert.That(run.Output.Split('\n').Select(line => line.Split(' ')[0]), Is.EqualTo(["test", "telemetry", "speed", "weights", ""]));
    }

    [Test]
    public void Evaluate_OneLabel_ShowsConfusionsAndTheWorst()
    {
        CliRun run = CliRun.Of("evaluate", Path.Combine(Reports.SampleRun.Folder, OutputFolder.Model), "--data",
            Path.GetDirectoryName(Reports.SampleRun.Folder)!);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        JudgedData judged = Reports.SampleRun.Data.Judged!;
        string[] lines = run.Output.Split('\n');
        int first = Array.FindIndex(lines, line => line.StartsWith("true ", StringComparison.Ordinal));
        for (int label = 0; label < 10; label++)
        {
            Assert.That(lines[first + 1 + label].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..],
                Is.EqualTo(judged.Confusion[label].Select(count => count == 0 ? "·" : $"{count}")));
        }
        WorstImage worst = judged.Worst[0];
        Assert.That(run.Output, Does.Contain($"told worst:\n  image {worst.Index}: {worst.Label} taken for {worst.Guess}"));
    }
}
