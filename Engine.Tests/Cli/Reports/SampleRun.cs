using Scratch.Cli;
using Scratch.Cli.Reports;

namespace Scratch.Tests.Cli.Reports;

/// <summary>One short training with a report, on images without meaning, shared by the tests that read what it left.</summary>
internal static class SampleRun
{
    private static readonly Lazy<string> _folder = new(Train);

    /// <summary>The folder that train wrote.</summary>
    public static string Folder => _folder.Value;

    /// <summary>Its data.</summary>
    public static RunData Data => RunJson.Read(Folder);

    /// <summary>Its page.</summary>
    public static string Page => File.ReadAllText(Path.Combine(Folder, RunFile.Page));

    /// <summary>Removes it, at the end of all tests.</summary>
    public static void Remove()
    {
        if (_folder.IsValueCreated) Directory.Delete(Path.GetDirectoryName(_folder.Value)!, recursive: true);
    }

    private static string Train()
    {
        string folder = Directory.CreateTempSubdirectory("scratch-report-").FullName, output = Path.Combine(folder, "sample & <run>");
        TinyMnist.WriteTo(folder);
        CliRun run = CliRun.Of("train", "--data", folder, "--epochs", "2", "--batch-size", "50", "--schedule", "one-cycle", "--out", output);
        return run.ExitCode == ExitCode.Done ? output : throw new InvalidOperationException(run.Error);
    }
}
