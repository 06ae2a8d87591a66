using NUnit.Framework;
using Scratch.Tests.Cli;
using Scratch.Tests.Support;

namespace Scratch.Tests.Repository;

/// <summary>What a project has after <c>dotnet add package</c>: the README's programs compile as they stand.</summary>
[Category("Slow")]
public sealed class PackageTests
{
    private static readonly string _configuration = AppContext.BaseDirectory.Contains("Release", StringComparison.Ordinal) ? "Release" : "Debug";
    private readonly TemporaryFolder _folder = new();

    [OneTimeSetUp]
    public void Pack()
    {
        foreach (string project in (ReadOnlySpan<string>)["Engine", "Engine.Pictures"])
        {
            using ChildProcess pack = ChildProcess.Start("dotnet", "pack", project, "-c", _configuration, "--no-build", "-o", _folder["packages"]);
            var (code, output, error) = pack.Finish();
            Assert.That(code, Is.Zero, output + error);
        }
        // what they depend on comes from where the build of this repository has it
        string cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        File.WriteAllText(_folder["Directory.Build.props"], $"""
            <Project>
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <OutputType>Exe</OutputType>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <RestoreSources>{_folder["packages"]}</RestoreSources>
                <RestoreFallbackFolders>{cache}</RestoreFallbackFolders>
                <RestorePackagesPath>{_folder["restored"]}</RestorePackagesPath>
              </PropertyGroup>
            </Project>
            """);
    }

    [OneTimeTearDown]
    public void Clear() => _folder.Dispose();

    [TestCase("example", "Scratch.Engine")]
    [TestCase("answer", "Scratch.Engine.Pictures")]
    public void Readme_AfterAddPackage_CompilesAsItStands(string program, string package)
    {
        string project = Write(program, package, File.ReadAllText(Path.Combine(RepositoryFolder.Path, "docs", program, "Program.cs")));
        var (code, output) = Build(project);
        Assert.That(code, Is.Zero, output);
    }

    [Test]
    public void Precision_DoubleNoneOrWrong_IsWhatItSays()
    {
        string project = Write("precision", "Scratch.Engine", "double[] x = new Tensor(new Shape(2)).Span.ToArray();");
        var (code, output) = Build(project, "-p:ScratchPrecision=double");
        Assert.That(code, Is.Zero, output);
        Assert.That(Build(project, "-p:ScratchPrecision=none").Output, Does.Contain("error CS0246"));
        Assert.That(Build(project, "-p:ScratchPrecision=half").Output,
            Does.Contain("error SCRATCH1: ScratchPrecision is 'half', must be float, double or none (no short names)."));
    }

    /// <summary>A type of one's own goes before a short name inside any namespace; outside, the compiler names both.</summary>
    [Test]
    public void OwnTypeOfAShortName_InANamespace_IsMeant()
    {
        string project = Write("own", "Scratch.Engine", "namespace Own; class Metric { static int Main() => new Metric().GetType().Name.Length; }");
        var (code, output) = Build(project);
        Assert.That(code, Is.Zero, output);
        Write("own", "Scratch.Engine", "new Metric(); class Metric { }");
        Assert.That(Build(project).Output, Does.Contain("error CS0576").And.Contains("'Metric'"));
    }

    private string Write(string name, string package, string program)
    {
        Directory.CreateDirectory(_folder[name]);
        File.WriteAllText(Path.Combine(_folder[name], "Program.cs"), program);
        string project = Path.Combine(_folder[name], $"{name}.csproj");
        File.WriteAllText(project, $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <ItemGroup>
                <PackageReference Include="{package}" Version="0.1.0" />
              </ItemGroup>
            </Project>
            """);
        return project;
    }

    private static (int Code, string Output) Build(string project, params string[] options)
    {
        using ChildProcess build = ChildProcess.StartIn(Path.GetDirectoryName(project)!, "dotnet",
            ["build", project, "-nologo", "-v", "q", .. options]);
        var (code, output, error) = build.Finish();
        return (code, output + error);
    }
}
