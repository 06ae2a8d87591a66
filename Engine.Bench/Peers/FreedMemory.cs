using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Scratch.Bench.Peers;

/// <summary>Lets the peers keep the memory that they have freed: glibc hands large pieces back to the system and faults them in anew at every call,
/// which on a virtual machine takes longer than many a layer.</summary>
/// <remarks>What <c>MALLOC_MMAP_MAX_=0</c> and a <c>MALLOC_TRIM_THRESHOLD_</c> without end are in the environment. Scratch allocates nothing once it
/// is warm. Other systems' libraries are left as they are.</remarks>
internal static class FreedMemory
{
    private const int TrimThreshold = -1, MostMappings = -4, Never = -1;     // M_TRIM_THRESHOLD and M_MMAP_MAX of malloc.h

    /// <summary>Before the program begins.</summary>
    [ModuleInitializer]
    internal static void Keep()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            if (SetOption(MostMappings, 0) == 1 && SetOption(TrimThreshold, Never) == 1) return;
        }
        catch (EntryPointNotFoundException)                                  // musl has no such options
        {
        }
        Console.Error.WriteLine("libtorch does not keep freed memory: this C library takes no options, and its times are not those of our tables.");
    }

    [DllImport("libc", EntryPoint = "mallopt")]
    private static extern int SetOption(int option, int value);
}
