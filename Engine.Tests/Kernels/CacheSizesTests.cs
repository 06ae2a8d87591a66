using NUnit.Framework;
using Scratch.Kernels;

namespace Scratch.Tests.Kernels;

public sealed class CacheSizesTests
{
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory().FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, true);

    [TestCase("1024K", 1 << 20)]
    [TestCase("100K", 256 << 10, TestName = "Read_TooLittleToBeTrue_IsTheLeast")]
    [TestCase("99999999999K", 4 << 20, TestName = "Read_TooMuch_IsTheMost")]
    [TestCase("plenty", 77, TestName = "Read_NotASize_IsUnknown")]
    public void Read_SecondLevel_IsItsSize(string size, int expected)
    {
        Add("index0", "1", "Data", "48K");
        Add("index1", "2", "Instruction", "3000K");
        Add("index2", "2", "Unified", size);
        Assert.That(CacheSizes.Read(_folder, 2, 256 << 10, 4 << 20, 77), Is.EqualTo(expected));
    }

    [Test]
    public void Read_NoSuchLevel_IsUnknown()
    {
        Add("index0", "1", "Data", "48K");
        Assert.That(CacheSizes.Read(_folder, 3, 1, 9, 77), Is.EqualTo(77));
    }

    [Test]
    public void Read_NoFolder_IsUnknown() => Assert.That(CacheSizes.Read(Path.Combine(_folder, "none"), 2, 1, 9, 77), Is.EqualTo(77));

    [Test]
    public void Read_FileIsMissing_IsUnknown()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "index0"));
        Assert.That(CacheSizes.Read(_folder, 2, 1, 9, 77), Is.EqualTo(77));
    }

    [Test]
    public void L2AndL3_OfThisMachine_AreWithinTheirBounds() => Assert.That((CacheSizes.L2, CacheSizes.L3), Is.EqualTo(
        (Math.Clamp(CacheSizes.L2, 256 << 10, 4 << 20), Math.Clamp(CacheSizes.L3, 2 << 20, 64 << 20))));

    private void Add(string cache, string level, string type, string size)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, cache)).FullName;
        foreach (var (file, text) in new[] { ("level", level), ("type", type), ("size", size) }) File.WriteAllText(Path.Combine(folder, file), text
            + "\n");
    }
}
