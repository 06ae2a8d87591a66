using NUnit.Framework;
using Scratch.Layers;
using Scratch.Tests.Support;

namespace Scratch.Tests.Repository;

/// <summary>The file of names for one precision that the package brings knows every layer.</summary>
public sealed class AliasTests
{
    private static IEnumerable<string> Layers =>
        typeof(Layer<>).Assembly.GetExportedTypes().Where(type => type.Namespace == typeof(Layer<>).Namespace && !type.IsAbstract && type.IsClass
            && type.IsGenericType)
            .Select(type => type.Name[..^2]).Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Layers))]
    public void Targets_EveryLayer_HasAName(string layer) =>
        Assert.That(File.ReadAllText(Path.Combine(RepositoryFolder.Path, "Engine", "buildTransitive", "Scratch.Engine.targets")),
            Does.Contain($"<Using Include=\"Scratch.Layers.{layer}&lt;$(ScratchPrecision)&gt;\" Alias=\"{layer}\" />"));
}
