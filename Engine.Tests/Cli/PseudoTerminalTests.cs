using System.Text.RegularExpressions;
using NUnit.Framework;
using Scratch.Cli;
using Scratch.Tests.Support;

namespace Scratch.Tests.Cli;

/// <summary>The program under a terminal of some width, which <c>script</c> makes: colours, progress, pictures; nothing of it where it is
/// redirected.</summary>
[Platform("Linux")]
public sealed partial class PseudoTerminalTests
{
    private const char Escape = '\u001b';

    [TestCase(60)]
    [TestCase(80)]
    [TestCase(200)]
    public void Train_OnATerminal_ShowsProgressWithinItsWidthAndKeepsTheTable(int width)
    {
        using var folder = new TemporaryFolder();
        TinyMnist.WriteTo(folder.Path);
        string output = Run(width, $"train --data {folder.Path} --epochs 2 --batch-size 50");
        Assert.That(output, Does.Contain($"{Escape}[1mepoch"), "the heading is bold");
        string[] lines = [.. Plain(output).Split('\n', '\r')];
        string[] progress = [.. lines.Where(line => Progress().IsMatch(line))];
        Assert.That(progress, Is.Not.Empty);
        Assert.That(progress.Select(line => line.TrimEnd().Length), Is.All.AtMost(width));
        Assert.That(lines.Count(line => TableLine().IsMatch(line)), Is.EqualTo(2));
    }

    [TestCase(60, "summary")]
    [TestCase(60, "summary --model resnet18 --image 3x224x224 --classes 1000 --init default")]
    [TestCase(60, "summary --model mobilenet-v2 --image 3x96x96")]
    [TestCase(60, "models")]
    [TestCase(60, "layers")]
    [TestCase(60, "--help")]
    [TestCase(60, "evaluate --help")]
    [TestCase(60, "plan --train --time")]
    [TestCase(60, "plan --model resnet18 --batch-size 8 --train --places --scaling")]
    [TestCase(60, "gradcheck --model resnet9 --image 3x32x32 --sample 2")]
    [TestCase(60, "verify --cases 1")]
    [TestCase(60, "verify --accuracy")]
    [TestCase(60, "bench --filter gemm/10x --seconds 0.01")]
    [TestCase(80, "plan --model resnet18 --batch-size 8 --train --places")]
    [TestCase(200, "plan --model resnet18 --batch-size 8 --train --places")]
    [TestCase(200, "summary")]
    public void Command_OnATerminal_StaysWithinItsWidth(int width, string arguments)
    {
        string output = Plain(Run(width, arguments));
        Assert.That(output.Split('\n').Max(line => line.TrimEnd().Length), Is.AtMost(width), output);
        Assert.That(output.Contains("left out", StringComparison.Ordinal), Is.EqualTo(arguments.StartsWith("summary", StringComparison.Ordinal)
            && width < 80), output);
    }

    [Test]
    public void Commands_OnANarrowTerminal_StayWithinItHoweverLongNamesAre()
    {
        const int Narrow = 60;
        using var folder = new TemporaryFolder();
        string data = folder["pictures"], run = folder["run"], model = Path.Combine(run, OutputFolder.Model);
        string[] classes = ["a class with a name of many words", "one more class, with even more words", "another-of-one-word-that-does-not-break"];
        for (int i = 0; i < 60; i++)
        {
            string of = Directory.CreateDirectory(Path.Combine(data, classes[i % 3])).FullName;
            byte[] pixels = [.. Enumerable.Range(0, 28 * 28).Select(pixel => (byte)(pixel * (i % 3 + 1) % 17 < i % 7 + 4 ? 255 : 0))];
            File.WriteAllBytes(Path.Combine(of, $"photograph {i} of a collection with long names.png"),
                Pictures.PngBytes.Of(pixels, 28, 28, channels: 1));
        }
        string one = Directory.GetFiles(data, "*", SearchOption.AllDirectories)[0];
        string[] arguments = [$"train --data {data} --epochs 1 --out {run}", $"train --data {data} --epochs 1 --folds 2",
            $"evaluate {model} --data {data}", $"predict {model} {data}", $"predict {model} '{one}'", $"find-lr --data {data}"];
        foreach (string each in arguments)
        {
            string[] lines = [.. Plain(Run(Narrow, each)).Split('\n', '\r')
                .Where(line => !line.StartsWith("scratch train ", StringComparison.Ordinal))];       // to copy: the terminal breaks it
            Assert.That(lines.Select(line => line.TrimEnd().Length), Is.All.AtMost(Narrow), $"{each}\n{string.Join('\n', lines)}");
        }
    }

    [TestCase(80, 2)]
    [TestCase(200, 5)]
    public void Evaluate_OnATerminal_DrawsAsManyImagesAsFit(int width, int images)
    {
        string data = Path.GetDirectoryName(Reports.SampleRun.Folder)!, model = Path.Combine(data, "model.safetensors");
        File.Copy(Path.Combine(Reports.SampleRun.Folder, OutputFolder.Model), model, overwrite: true);
        string output = Run(width, $"evaluate {model} --data {data}");
        string[] drawn = [.. Plain(output).Split('\n').Where(line => line.StartsWith('▀'))];
        Assert.That(drawn.Select(line => line.TrimEnd().Length), Is.All.EqualTo(images * 30 - 2));
        Assert.That(drawn, Has.Length.EqualTo(14));
        Assert.That(output, Does.Contain($"{Escape}[38;2;"), "in all colours");
    }

    [Test]
    public void Predict_OnATerminal_DrawsThePictureBesideBars()
    {
        using var folder = new TemporaryFolder();
        File.Copy(Path.Combine(Reports.SampleRun.Folder, OutputFolder.Model), folder["m.safetensors"]);
        File.WriteAllBytes(folder["digit.png"], Pictures.PngBytes.Of(new byte[28 * 28], 28, 28, channels: 1));
        string[] lines = Plain(Run(80, $"predict {folder["m.safetensors"]} {folder["digit.png"]}")).Split('\n');
        Assert.That(lines.Count(line => line.StartsWith(new string('▀', 28), StringComparison.Ordinal)), Is.EqualTo(14));
        Assert.That(lines.Count(line => Bar().IsMatch(line)), Is.EqualTo(3));
    }

    private static string Run(int width, string arguments)
    {
        string command = $"stty cols {width}; TERM=xterm-256color COLORTERM=truecolor dotnet {typeof(CommandLine).Assembly.Location} {arguments}";
        using ChildProcess process = ChildProcess.Start("script", "-qec", command, "/dev/null");
        var (code, output, error) = process.Finish();
        Assert.That(code, Is.EqualTo(ExitCode.Done), output + error);
        return output;
    }

    private static string Plain(string text) => Sequence().Replace(text, "");

    [GeneratedRegex("\u001b\\[[0-9;?]*[a-zA-Z]|\u001b[=>]")]
    private static partial Regex Sequence();

    [GeneratedRegex("^epoch \\d/2 .*%.*loss")]
    private static partial Regex Progress();

    [GeneratedRegex("^ +[12]  +\\d.*s$")]
    private static partial Regex TableLine();

    [GeneratedRegex("▀  \\d █* *[01]\\.\\d{4}")]
    private static partial Regex Bar();
}
