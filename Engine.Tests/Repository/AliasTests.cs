using System.Xml.Linq;
using NUnit.Framework;
using Scratch.Layers;
using Scratch.Tests.Support;

namespace Scratch.Tests.Repository;

/// <summary>The file of short names that the package brings knows every public generic type, and no other.</summary>
public sealed class AliasTests
{
    [Test]
    public void Targets_EveryPublicGenericType_HasItsName()
    {
        XElement targets = XElement.Load(Path.Combine(RepositoryFolder.Path, "Engine", "buildTransitive", "Scratch.Engine.targets"));
        string[] names = [.. targets.Descendants("Using").Where(name => name.Attribute("Alias") is not null)
            .Select(name => $"{name.Attribute("Alias")!.Value} = {name.Attribute("Include")!.Value}")];
        IEnumerable<string> types = typeof(Layer<>).Assembly.GetExportedTypes()
            .Where(type => type.IsGenericTypeDefinition && !type.IsNested && type.GetGenericArguments().Length == 1)
            .Select(type => $"{type.Name[..^2]} = {type.Namespace}.{type.Name[..^2]}<$(ScratchPrecision)>");
        Assert.That(names, Is.EquivalentTo(types));
    }
}
