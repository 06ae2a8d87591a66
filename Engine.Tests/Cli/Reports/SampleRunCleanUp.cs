using NUnit.Framework;

namespace Scratch.Tests.Cli.Reports;

/// <summary>When the tests of reports are over.</summary>
[SetUpFixture]
public sealed class SampleRunCleanUp
{
    [OneTimeTearDown]
    public void Remove() => SampleRun.Remove();
}
