namespace Scratch.Cli;

/// <summary>How much of a container's memory .NET's heap may have: all but what the rest of the program needs.</summary>
/// <remarks>
/// By itself it has three quarters, however much that is. In a large container a training then ends for want of memory that is there; in a small one
/// garbage lies about until the system kills the process, for the rest of the program needs more than a quarter.
/// </remarks>
internal static class HeapBudget
{
    /// <summary>.NET, the program and what is compiled while it runs: what lesson on MNIST takes, less its images and its step. Bytes.</summary>
    public const long Program = 75_000_000;

    private const string Limit = "GCHeapHardLimit", Percent = "GCHeapHardLimitPercent";

    /// <summary>Sets it, where there is a container and nobody has said what the heap may have.</summary>
    public static void FollowContainer()
    {
        IReadOnlyDictionary<string, object> settings = GC.GetConfigurationVariables();
        if (IsSaid(Limit) || IsSaid(Percent) || Of(Convert.ToInt64(settings[Limit], null)) is not { } budget) return;
        AppContext.SetData(Limit, (ulong)budget);
        GC.RefreshMemoryLimit();
    }

    /// <summary>What the heap may have; nothing where there is no container, or so small a one that it is better left alone.</summary>
    /// <param name="threeQuarters">What it has by itself; 0 where there is none.</param>
    internal static long? Of(long threeQuarters) => threeQuarters / 3 * 4 - Program is var left && left > Program ? left : null;

    private static bool IsSaid(string name) => Environment.GetEnvironmentVariable($"DOTNET_{name}") is not null
        || Environment.GetEnvironmentVariable($"COMPlus_{name}") is not null || AppContext.GetData($"System.GC.{name[2..]}") is not null;
}
