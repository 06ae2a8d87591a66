using System.Numerics;
using Scratch.Training;

namespace Scratch.Tests.Training;

/// <summary>Counts the bytes that every batch of an epoch allocates, in training and validation, from the end of the batch before to its own
/// end.</summary>
/// <remarks>
/// For every batch the least of all epochs but the first counts: the test host allocates something of its own now and then, but not at every time.
/// </remarks>
internal sealed class AllocationMeter<T> : Callback<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dictionary<(bool IsTraining, int Batch), (long ByAll, long ByThisThread)> _least = [];
    private long _all, _own;

    /// <summary>Bytes allocated by all threads and by the training thread, over all batches.</summary>
    public (long ByAll, long ByThisThread) Least => (_least.Values.Sum(bytes => bytes.ByAll), _least.Values.Sum(bytes => bytes.ByThisThread));

    /// <summary>How many batches were counted.</summary>
    public int Batches => _least.Count;

    public override int Order => int.MaxValue;

    public override void BeginEpoch(Learner<T> learner) => Start();

    public override void BeginValidate(Learner<T> learner) => Start();

    public override void AfterBatch(Learner<T> learner)
    {
        long own = GC.GetAllocatedBytesForCurrentThread() - _own, all = GC.GetTotalAllocatedBytes(true) - _all;
        if (learner.Epoch > 0)
        {
            var batch = (learner.IsTraining, learner.BatchIndex);
            _least[batch] = _least.TryGetValue(batch, out var least) ? (Math.Min(least.ByAll, all), Math.Min(least.ByThisThread, own)) : (all, own);
        }
        Start();
    }

    private void Start() => (_all, _own) = (GC.GetTotalAllocatedBytes(true), GC.GetAllocatedBytesForCurrentThread());
}
