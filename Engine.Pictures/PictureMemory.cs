using System.Buffers;
using System.Runtime.CompilerServices;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Memory;

namespace Scratch.Pictures;

/// <summary>The memory that a decoder takes for one picture: pooled as ever, and not more than its pixels can need.</summary>
/// <param name="pixels">Of the picture.</param>
internal sealed class PictureMemory(long pixels) : MemoryAllocator
{
    /// <summary>The bytes that a decoder may take: for each pixel, and besides.</summary>
    public const long PerPixel = 24, Besides = 1 << 22;

    private long _left = PerPixel * pixels + Besides;

    /// <inheritdoc/>
    public override IMemoryOwner<T> Allocate<T>(int length, AllocationOptions options = AllocationOptions.None)
    {
        if (Interlocked.Add(ref _left, -length * (long)Unsafe.SizeOf<T>()) < 0)
            throw new InvalidDataException($"its decoder takes more than {PerPixel} bytes for each of its {pixels} pixels, and {Besides} besides");
        return Configuration.Default.MemoryAllocator.Allocate<T>(length, options);
    }

    /// <summary>A picture is in one piece.</summary>
    protected override int GetBufferCapacityInBytes() => int.MaxValue;
}
