using System.Buffers;
using NUnit.Framework;
using Scratch.Pictures;

namespace Scratch.Tests.Pictures;

/// <summary>What a decoder may take for a picture.</summary>
public sealed class PictureMemoryTests
{
    private const int Pixels = 1000, Most = (int)(Pixels * PictureMemory.PerPixel + PictureMemory.Besides);

    [Test]
    public void Allocate_UpToTheMost_IsGiven()
    {
        var memory = new PictureMemory(Pixels);
        using IMemoryOwner<long> half = memory.Allocate<long>(Most / 16);
        using IMemoryOwner<byte> rest = memory.Allocate<byte>(Most - Most / 16 * 8);
        Assert.That((half.Memory.Length, rest.Memory.Length), Is.EqualTo((Most / 16, Most - Most / 16 * 8)));
    }

    [Test]
    public void Allocate_OneByteMore_IsRefused()
    {
        var memory = new PictureMemory(Pixels);
        using IMemoryOwner<long> half = memory.Allocate<long>(Most / 16);
        Assert.That(() => memory.Allocate<byte>(Most - Most / 16 * 8 + 1),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains($"more than 24 bytes for each of its {Pixels} pixels"));
    }
}
