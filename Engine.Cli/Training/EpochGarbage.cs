using System.Numerics;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary>Takes away what epochs leave in .NET's heap, some KB each of texts and reports, whenever it has come to a MB.</summary>
/// <remarks>By itself .NET lets tens of MB of that lie: a training of many short epochs seems to grow, and in a container of little more than what it
/// said that it needs, there may be no room for that.</remarks>
internal sealed class EpochGarbage<T> : Callback<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const long Most = 1 << 20;

    private long _allocated = GC.GetTotalAllocatedBytes();

    /// <summary>When all others are done with the epoch.</summary>
    public override int Order => int.MaxValue;

    /// <inheritdoc/>
    public override void AfterEpoch(Learner<T> learner)
    {
        long allocated = GC.GetTotalAllocatedBytes();
        if (allocated - _allocated < Most) return;
        GC.Collect();
        _allocated = allocated;
    }
}
