using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Scratch.Kernels.Simd;

/// <summary>Asks for numbers a while before they are read or written, where no core foresees which: it follows a few walks straight on, to the end of
/// a page of memory, not many side by side.</summary>
internal static unsafe class CacheLines
{
    /// <summary>Bytes of a line.</summary>
    public const int Bytes = 64;

    /// <summary>Where the next line begins: what is borrowed is to have room for one more.</summary>
    public static T* Align<T>(T* address) where T : unmanaged => (T*)(((nint)address + Bytes - 1) & -Bytes);

    /// <summary>Asks for so many numbers that follow each other. Nothing waits, nothing is read: so an address may lie anywhere. Who goes from number
    /// to number, not from vector to vector, is slow enough without asking.</summary>
    [MethodImpl(AggressiveInlining)]
    public static void Fetch<T>(T* from, int count) where T : unmanaged
    {
        if (!Sse.IsSupported || count == 1) return;
        for (int i = 0; i < count; i += Bytes / sizeof(T)) Sse.Prefetch0(from + i);
    }

    /// <summary>The same of each of some rows, a stride apart.</summary>
    [MethodImpl(AggressiveInlining)]
    public static void Fetch<T>(T* from, int rows, nint stride, int count) where T : unmanaged
    {
        for (; rows > 0 && Sse.IsSupported; rows--, from += stride) Fetch(from, count);
    }

    /// <summary>Asks for one line, in the second cache: for what is not wanted so soon that the nearest should make room.</summary>
    [MethodImpl(AggressiveInlining)]
    public static void FetchFar<T>(T* at) where T : unmanaged
    {
        if (Sse.IsSupported) Sse.Prefetch1(at);
    }

    /// <summary>The same of some, a stride apart.</summary>
    [MethodImpl(AggressiveInlining)]
    public static void FetchFar<T>(T* from, int count, nint stride) where T : unmanaged
    {
        if (!Sse.IsSupported) return;
        for (int i = 0; i < count; i++) Sse.Prefetch1(from + i * stride);
    }

    /// <summary>Reads one number of every cache line of some rows, a step apart, in order: memory, or another core's cache, then gives them as fast
    /// as it can, which it does not in the order in which they are wanted.</summary>
    [MethodImpl(AggressiveOptimization | NoInlining)]
    public static int Read<T>(T* from, int rows, nint step, nint length) where T : unmanaged
    {
        int sum = 0;
        for (int i = 0; i < rows; i++, from += step)
            for (T* x = from, end = from + length; x < end; x += Bytes / sizeof(T)) sum += *(int*)x;
        return sum;
    }
}
