using NUnit.Framework;
using Scratch.Files;
using Scratch.Tensors;

namespace Scratch.Tests.Files;

public sealed class AtomicFileTests
{
    private string _folder = "";

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("scratch-files-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Write_NewFile_HasTheBytes()
    {
        AtomicFile.Write(Target, stream => stream.Write([1, 2, 3]));
        Assert.That(File.ReadAllBytes(Target), Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(Directory.GetFileSystemEntries(_folder), Is.EqualTo(new[] { Target }));
    }

    [Test]
    public void Write_OldFile_IsReplacedWhole()
    {
        File.WriteAllBytes(Target, new byte[100]);
        AtomicFile.Write(Target, stream => stream.Write([1]));
        Assert.That(File.ReadAllBytes(Target), Is.EqualTo(new byte[] { 1 }));
        Assert.That(Directory.GetFileSystemEntries(_folder), Is.EqualTo(new[] { Target }));
    }

    [Test]
    public void Write_FailsHalfway_LeavesTheOldFileAndNothingElse()
    {
        File.WriteAllBytes(Target, [7, 8, 9]);
        void Fail(Stream stream)
        {
            stream.Write(new byte[100_000]);
            throw new InvalidOperationException("the disk is full");
        }
        Assert.That(() => AtomicFile.Write(Target, Fail), Throws.InvalidOperationException.With.Message.EqualTo("the disk is full"));
        Assert.That(File.ReadAllBytes(Target), Is.EqualTo(new byte[] { 7, 8, 9 }));
        Assert.That(Directory.GetFileSystemEntries(_folder), Is.EqualTo(new[] { Target }));
    }

    [Test]
    public void Write_BeforeTheEnd_OldFileIsStillThere()
    {
        File.WriteAllBytes(Target, [7]);
        AtomicFile.Write(Target, stream =>
        {
            stream.Write([1, 2]);
            stream.Flush();
            Assert.That(File.ReadAllBytes(Target), Is.EqualTo(new byte[] { 7 }));
        });
    }

    [Test]
    public void Write_TargetIsAFolder_ThrowsAndLeavesNothing()
    {
        Directory.CreateDirectory(Target);
        Assert.That(() => AtomicFile.Write(Target, stream => stream.Write([1])), Throws.InstanceOf<IOException>().Or.InstanceOf<UnauthorizedAccessException>());
        Assert.That(Directory.GetFileSystemEntries(_folder), Is.EqualTo(new[] { Target }));
    }

    [Test]
    public void Write_NoSuchFolder_Throws() =>
        Assert.That(() => AtomicFile.Write(Path.Combine(_folder, "none", "x"), _ => { }), Throws.TypeOf<DirectoryNotFoundException>());

    [Test]
    public void SafetensorsWriterWrite_Path_CanBeReadBack()
    {
        new SafetensorsWriter().Add("x", new Tensor<float>(new Shape(2), [1, 2])).Write(Target);
        Assert.That(SafetensorsFile.Read(Target).Get<float>("x").Span.SequenceEqual([1, 2]));
    }

    private string Target => Path.Combine(_folder, "model.safetensors");
}
