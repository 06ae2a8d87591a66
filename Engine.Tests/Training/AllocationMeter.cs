using System.Numerics;
using Scratch.Training;

namespace Scratch.Tests.Training;

/// <summary>Counts the bytes between the beginning of an epoch's first training batch and the end of its last, validation likewise.</summary>
/// <remarks>
/// The least of all epochs but the first counts: the process may allocate something of its own at any time, but not at every time.
/// </remarks>
internal sealed class AllocationMeter<T> : Callback<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private long _all, _own, _epochAll, _epochOwn;

    /// <summary>Bytes allocated by all threads and by the training thread, over all batches of the epoch that allocated least.</summary>
    public (long ByAll, long ByThisThread) Least { get; private set; } = (long.MaxValue, long.MaxValue);

    public override int Order => int.MaxValue;

    public override void BeginEpoch(Learner<T> learner)
    {
        (_epochAll, _epochOwn) = (0, 0);
        Start();
    }

    public override void BeginValidate(Learner<T> learner) => Start();

    public override void AfterBatch(Learner<T> learner)
    {
        if (learner.BatchIndex + 1 == (learner.IsTraining ? learner.Train : learner.Valid!).Count) Stop();
    }

    public override void AfterEpoch(Learner<T> learner)
    {
        if (learner.Epoch > 0) Least = (Math.Min(Least.ByAll, _epochAll), Math.Min(Least.ByThisThread, _epochOwn));
    }

    private void Start() => (_all, _own) = (GC.GetTotalAllocatedBytes(true), GC.GetAllocatedBytesForCurrentThread());

    private void Stop()
    {
        _epochOwn += GC.GetAllocatedBytesForCurrentThread() - _own;
        _epochAll += GC.GetTotalAllocatedBytes(true) - _all;
    }
}
