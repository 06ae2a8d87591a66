using NUnit.Framework;

namespace Scratch.Tests.Repository;

/// <summary>A folder that fits a screen says what is in it; one of a hundred files is searched, not read.</summary>
public sealed class RoomTests
{
    private const int Most = 36;

    [TestCase("Engine")]
    [TestCase("Engine.Cli")]
    [TestCase("Engine.Pictures")]
    public void Folders_OfProject_FitAScreen(string project) => Assert.That(
        SourceFiles.Below(project).GroupBy(path => Path.GetDirectoryName(path)!).Where(folder => folder.Count() > Most).Select(folder => folder.Key),
        Is.Empty);

    /// <summary>A room inside a room has no namespace of its own, but where the compiler is asked to hold it: <c>Kernels/Simd</c>.</summary>
    [TestCase("Engine", "Scratch.")]
    [TestCase("Engine.Tests", "Scratch.Tests.")]
    public void Files_OfARoom_AreInItsNamespace(string project, string prefix)
    {
        string[] strangers = [.. SourceFiles.Below(project).Where(path => path.StartsWith("Kernels/", StringComparison.Ordinal)
            || path.StartsWith("Layers/", StringComparison.Ordinal) || path.StartsWith("Models/", StringComparison.Ordinal)
            || path.StartsWith("Training/", StringComparison.Ordinal)).Where(path =>
            {
                string[] folders = path.Split('/')[..^1];
                string room = prefix + (folders is [_, "Simd"] ? string.Join('.', folders) : folders[0]);
                return !("\n" + SourceFiles.Read(project, path)).Contains($"\nnamespace {room};\n", StringComparison.Ordinal);
            })];
        Assert.That(strangers, Is.Empty);
    }
}
