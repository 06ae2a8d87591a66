using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NUnit.Framework;
using Scratch.Tensors;

namespace Scratch.Tests.Tensors;

public sealed class AlignedMemoryTests
{
    [Test]
    public void Allocate_AnyLength_StartsOnACacheLine([Values(0, 1, 3, 15, 16, 17, 1000, 100_003)] int length)
    {
        for (int i = 0; i < 20; i++) Assert.That((Start<float>(length), Start<double>(length)), Is.EqualTo((0, 0)));
    }

    [Test]
    public void Allocate_AnyLength_HoldsItAndIsZero([Values(0, 1, 17, 1000)] int length)
    {
        var (storage, offset) = AlignedMemory.Allocate<float>(length);
        Assert.That(storage.Skip(offset).Take(length), Is.EqualTo(new float[length]));
    }

    [Test]
    public void Allocate_CollectedGarbage_StaysWhereItIs()
    {
        var tensors = new List<Tensor<float>>();
        for (int i = 0; i < 50; i++) tensors.Add(new(new Shape(100 + i)));
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        Assert.That(tensors.Select(tensor => Line<float>(tensor.Span)), Has.All.EqualTo(0));
    }

    private static int Start<T>(int length) where T : unmanaged
    {
        var (storage, offset) = AlignedMemory.Allocate<T>(length);
        return Line<T>(storage.AsSpan(offset));
    }

    // Bytes from the start of a cache line: the distance of a reference from the null reference is its address.
    private static int Line<T>(Span<T> span) where T : unmanaged =>
        (int)(Unsafe.ByteOffset(ref Unsafe.NullRef<T>(), ref MemoryMarshal.GetReference(span)) & 63);
}
