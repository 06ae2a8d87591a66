using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Scratch.Tests.Repository;

/// <summary>Pointers live where they pay, and where somebody has proved every index: in Kernels, and where memory is made.</summary>
public sealed partial class UnsafeCodeTests
{
    [Test]
    public void Engine_OutsideKernelsAndAlignedMemory_IsSafe() => Assert.That(
        SourceFiles.Below("Engine").Where(path => !path.StartsWith("Kernels/", StringComparison.Ordinal) && path != "Tensors/AlignedMemory.cs"
            && Unsafe().IsMatch(SourceFiles.Code("Engine", path))),
        Is.Empty);

    [TestCase("Engine.Book")]
    [TestCase("Engine.Cli")]
    [TestCase("Engine.Pictures")]
    [TestCase("Engine.Playground")]
    [TestCase("Engine.Fuzz")]
    public void OtherProjects_AreSafe(string project) =>
        Assert.That(SourceFiles.Below(project).Where(path => Unsafe().IsMatch(SourceFiles.Code(project, path))), Is.Empty);

    [GeneratedRegex(@"\bunsafe\b|\bUnsafe\.(?!SizeOf)|\bMemoryMarshal\b|\bUnsafeAccessor\b|\bNativeMemory\b")]
    private static partial Regex Unsafe();
}
