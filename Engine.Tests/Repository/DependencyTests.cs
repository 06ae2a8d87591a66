using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Scratch.Tests.Repository;

/// <summary>Uses go one way, as data flows: a room of the engine uses only rooms that stand before it, and of those only what this table
/// says.</summary>
public sealed partial class DependencyTests
{
    private static readonly (string Room, string[] Uses)[] Allowed =
    [
        ("Tensors", []),
        ("Kernels", ["Tensors"]),                                            // shapes in geometries, and the wording of their errors
        ("Files", ["Tensors"]),
        ("Data", ["Tensors", "Kernels", "Files"]),                           // checksums, and the wording of what strangers' files say
        ("Losses", ["Tensors", "Kernels", "Data"]),                          // a loss checks the labels of a batch
        ("Optimizers", ["Tensors", "Kernels"]),
        ("Schedules", ["Tensors"]),                                          // the wording of errors
        ("Layers", ["Tensors", "Kernels", "Files"]),                             // the prices of a machine are a file
        ("Plans", ["Tensors", "Kernels", "Data", "Losses", "Layers"]),       // a block goes forward, through the loss and back at once
        ("Models", ["Tensors", "Kernels", "Data", "Files", "Losses", "Layers", "Plans"]),
        ("Telemetry", ["Tensors", "Kernels", "Layers", "Plans", "Models"]),           // looks at blocks as a model makes them
        ("Training", ["Tensors", "Kernels", "Data", "Files", "Losses", "Optimizers", "Schedules", "Layers", "Plans", "Models", "Telemetry"]),
        ("Checking", ["Tensors", "Layers", "Models"]),
        ("Measuring", ["Tensors", "Kernels", "Data", "Losses", "Optimizers", "Layers", "Plans", "Models"]),
    ];

    [Test]
    public void Table_EveryUse_StandsBeforeItsUser()
    {
        var before = new HashSet<string>();
        foreach (var (room, uses) in Allowed)
        {
            Assert.That(uses, Is.SubsetOf(before), room);
            before.Add(room);
        }
    }

    [Test]
    public void Engine_EveryRoom_IsInTheTable() => Assert.That(Allowed.Select(entry => entry.Room), Is.SupersetOf(
        SourceFiles.Below("Engine").Where(path => path.Contains('/')).Select(Room).Distinct()));

    [Test]
    public void Engine_EveryFile_UsesOnlyWhatItsRoomMay()
    {
        var allowed = Allowed.ToDictionary(entry => entry.Room, entry => entry.Uses);
        List<string> violations = [];
        foreach (string path in SourceFiles.Below("Engine").Where(path => path.Contains('/')))
            violations.AddRange(Uses(SourceFiles.Code("Engine", path)).Where(use => use != Room(path)
                && !allowed[Room(path)].Contains(use)).Select(use => $"{path} uses {use}"));
        Assert.That(violations, Is.Empty);
    }

    [TestCase("using Scratch.Layers;", "Layers")]
    [TestCase("using Scratch.Kernels.Simd;", "Kernels")]
    [TestCase("using static Scratch.Data.Mnist;", "Data")]
    [TestCase("int n = Models.ModelCatalog.Names.Count;", "Models")]
    [TestCase("global::Scratch.Losses.Loss<float> loss;", "Losses")]
    public void Uses_OneWayToWriteIt_IsSeen(string code, string room) => Assert.That(Uses(code), Is.EqualTo([room]));

    [TestCase("using System.Numerics.Tensors;")]
    [TestCase("pass.Data.Length + model.Layers.Count")]
    [TestCase("namespace Scratch.Layers;")]
    public void Uses_SomethingElse_IsNotSeen(string code) => Assert.That(Uses(code), Is.Empty);

    private static string Room(string path) => path[..path.IndexOf('/', StringComparison.Ordinal)];

    private static IEnumerable<string> Uses(string code) => Use().Matches(code).Select(match => match.Groups["room"].Value).Distinct();

    [GeneratedRegex(@"((?<!namespace )Scratch\.|(?<![\w.>)\]?!]))(?<room>Tensors|Kernels|Data|Files|Losses|"
        + @"Optimizers|Schedules|Layers|Plans|Models|Telemetry|Training|Checking|Measuring)(?=\.[A-Z]|;)")]
    private static partial Regex Use();
}
