using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Scratch.Kernels.Simd;

/// <summary>Which vectors the engine computes with.</summary>
public enum SimdWidth
{
    /// <summary>The platform's <see cref="Vector{T}"/>, whatever it is: correct everywhere.</summary>
    Portable,

    /// <summary>Vectors of 256 bits.</summary>
    Bits256,

    /// <summary>Vectors of 512 bits.</summary>
    Bits512,
}

/// <summary>What this processor offers, found out once.</summary>
public static class Processor
{
    /// <summary>The widest vectors that are instructions here and not emulated.
    /// The last bits of a result depend on it, and on nothing else here.</summary>
    /// <remarks><see cref="Vector{T}"/> stays at 256 bits even where 512 work: hence the choice.</remarks>
    public static SimdWidth Widest { get; } =
        Vector512.IsHardwareAccelerated ? SimdWidth.Bits512 : Vector256.IsHardwareAccelerated ? SimdWidth.Bits256 : SimdWidth.Portable;

    /// <summary>Whether a · b + c is one instruction. Where it is not, programs compiled ahead of time should name a newer instruction set.</summary>
    public static bool HasFusedMultiplyAdd => Fma.IsSupported || AdvSimd.IsSupported;

    /// <summary>Whether there are 32 vector registers, room for eight rows of two vectors; otherwise 16.</summary>
    internal static bool HasManyRegisters
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Avx512F.VL.IsSupported || AdvSimd.IsSupported;
    }

    /// <summary>For example <c>512-bit vectors, fused multiply-add, 2 cores</c>.</summary>
    public static string Description
    {
        get
        {
            string width = Widest switch
            {
                SimdWidth.Bits512 => "512-bit vectors",
                SimdWidth.Bits256 => "256-bit vectors",
                _ => Vector.IsHardwareAccelerated ? $"portable {8 * Vector<byte>.Count}-bit vectors" : "no vector instructions",
            };
            return $"{width}, {(HasFusedMultiplyAdd ? "" : "no ")}fused multiply-add, "
                + $"{Environment.ProcessorCount} {(Environment.ProcessorCount == 1 ? "core" : "cores")}";
        }
    }
}
