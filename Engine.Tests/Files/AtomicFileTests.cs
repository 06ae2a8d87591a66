using System.Runtime.Versioning;
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
        Assert.That(() => AtomicFile.Write(Target, stream => stream.Write([1])),
            Throws.InstanceOf<IOException>().Or.InstanceOf<UnauthorizedAccessException>());
        Assert.That(Directory.GetFileSystemEntries(_folder), Is.EqualTo(new[] { Target }));
    }

    [Test]
    [Platform(Exclude = "Win")]
    [UnsupportedOSPlatform("windows")]
    public void Write_OldFile_KeepsItsPermissions(
        [Values(UnixFileMode.UserRead | UnixFileMode.UserWrite, UnixFileMode.UserRead,
            UnixFileMode.UserRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)] UnixFileMode mode)
    {
        File.WriteAllBytes(Target, [7]);
        File.SetUnixFileMode(Target, mode);
        AtomicFile.Write(Target, stream =>
        {
            stream.Write([1]);
            Assert.That(Directory.GetFiles(_folder).Select(File.GetUnixFileMode), Is.All.EqualTo(mode));
        });
        Assert.That(File.ReadAllBytes(Target), Is.EqualTo(new byte[] { 1 }));
        Assert.That(File.GetUnixFileMode(Target), Is.EqualTo(mode));
    }

    [Test]
    [Platform(Exclude = "Win")]
    public void Write_ThroughALink_ReplacesTheFileAndKeepsTheLink()
    {
        string link = Path.Combine(_folder, "link"), real = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "below")).FullName, "real");
        File.WriteAllBytes(real, [7]);
        File.CreateSymbolicLink(link, Path.Combine("below", "real"));
        AtomicFile.Write(link, stream => stream.Write([1]));
        Assert.That(new FileInfo(link).LinkTarget, Is.EqualTo(Path.Combine("below", "real")));
        Assert.That(File.ReadAllBytes(real), Is.EqualTo(new byte[] { 1 }));
    }

    [Test]
    public void Write_LeftOversOfKilledWriters_AreGone()
    {
        string leftOver = $"{Target}.{Path.GetRandomFileName()}.tmp", other = Path.Combine(_folder, "other.tmp"), another = $"{Target}.mine.tmp";
        foreach (string file in (string[])[leftOver, other, another]) File.WriteAllBytes(file, [1, 2]);
        AtomicFile.Write(Target, stream => stream.Write([1]));
        Assert.That(Directory.GetFiles(_folder), Is.EquivalentTo([Target, other, another]));
    }

    [Test]
    public void Write_WhileAnotherWrites_BothSucceed()
    {
        AtomicFile.Write(Target, stream =>
        {
            stream.Write([1]);
            stream.Flush();
            AtomicFile.Write(Target, second => second.Write([2]));
            Assert.That(File.ReadAllBytes(Target), Is.EqualTo(new byte[] { 2 }));
        });
        Assert.That(File.ReadAllBytes(Target), Is.EqualTo(new byte[] { 1 }));
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
