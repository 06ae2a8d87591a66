using System.Diagnostics;
using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Training;

/// <summary>What the number between two checkpoints counts.</summary>
public enum CheckpointInterval
{
    /// <summary>Minutes.</summary>
    Minutes,

    /// <summary>Training batches.</summary>
    Batches,

    /// <summary>Epochs.</summary>
    Epochs,
}

/// <summary>Writes checkpoints into a folder at intervals, after an epoch that is the best so far, at the end, and when the training is
/// interrupted.</summary>
/// <remarks>
/// Training waits only for a copy of the state in memory, which is kept for the next time; the file is written beside it. If that fails, as on a full
/// disk, training goes on, and it is tried again when the next one is due. One that is due while another is being written waits for the next batch.
/// </remarks>
/// <param name="folder">Where to; stays the caller's.</param>
/// <param name="every">How much time, or how many, between two.</param>
/// <param name="unit">What that counts.</param>
/// <param name="recorder">Whose losses tell the best epoch, by validation, or by training where there is none; no best if null.</param>
/// <param name="warn">Is told, on the training thread, why one could not be written, or an old one not removed.</param>
/// <param name="metadata">Notes to write beside each, such as the options.</param>
/// <exception cref="ArgumentOutOfRangeException">The interval is not above 0, or not whole batches or epochs.</exception>
public sealed class CheckpointWriter<T>(CheckpointFolder folder, double every = 1, CheckpointInterval unit = CheckpointInterval.Epochs,
    Recorder<T>? recorder = null, Action<string>? warn = null, params IReadOnlyList<(string Key, string Value)> metadata)
    : Callback<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double _every = Checked(every, unit);
    private readonly SavedState _state = new();
    private readonly (string, string)[] _metadata = [.. metadata];
    private EpochMonitor<T>? _monitor;
    private Task<(string File, string? Kept)>? _writing;
    private long _since;                                                     // when the last one was taken
    private long _batches, _epochs;                                          // since the last one
    private long _allBatches;                                                // of the whole training, which names files

    /// <summary>After all others.</summary>
    public override int Order => int.MaxValue;

    /// <summary>The file that was written last; none so far if null.</summary>
    public string? Written { get; private set; }

    /// <inheritdoc/>
    public override void BeginFit(Learner<T> learner)
    {
        CheckpointFile.Prepare();
        (_since, _batches, _epochs, _allBatches, Written) = (Stopwatch.GetTimestamp(), 0, 0, 0, null);
        if (recorder is null) return;
        _monitor = new(recorder, learner.Valid is null ? EpochMonitor<T>.TrainLoss : EpochMonitor<T>.ValidLoss);
        _monitor.Begin(learner, nameof(CheckpointWriter<>));
    }

    /// <inheritdoc/>
    public override void AtRest(Learner<T> learner)
    {
        if (_writing is { IsCompleted: true }) Finish();
        if (learner.IsAmidEpoch && learner.IsTraining) (_batches, _allBatches) = (_batches + 1, _allBatches + 1);
        if (!learner.IsAmidEpoch) _epochs++;
        bool isBest = !learner.IsAmidEpoch && _monitor is not null && _monitor.Improves();
        bool isLast = learner.IsInterrupted || (!learner.IsAmidEpoch && learner.Epoch + 1 == learner.Epochs);
        if (!isBest && !isLast && (!IsDue || _writing is not null)) return;
        Finish();
        (_since, _batches, _epochs) = (Stopwatch.GetTimestamp(), 0, 0);
        learner.Save(_state);
        long number = _allBatches;
        _writing = Task.Run(() => folder.Write(_state, number, isBest, _metadata));
        if (isLast) Finish();
    }

    /// <inheritdoc/>
    public override void AfterFit(Learner<T> learner) => Finish();

    /// <inheritdoc/>
    public override void Exchange(Learner<T> learner, SavedState state)
    {
        _monitor?.Exchange(state);
        _allBatches = state.Exchange("batches", _allBatches);
        _batches = state.Exchange("batches_since", _batches);
        _epochs = state.Exchange("epochs_since", _epochs);
    }

    private bool IsDue => unit switch
    {
        CheckpointInterval.Batches => _batches >= _every,
        CheckpointInterval.Epochs => _epochs >= _every,
        _ => Stopwatch.GetElapsedTime(_since).TotalMinutes >= _every,
    };

    // A file that may not grow further is .NET's ArgumentOutOfRangeException.
    private void Finish()
    {
        if (_writing is null) return;
        try
        {
            (Written, string? kept) = _writing.GetAwaiter().GetResult();
            if (kept is not null) warn?.Invoke($"an old checkpoint is not removed: {kept}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            warn?.Invoke($"the checkpoint is not written: {e.Message}");
        }
        finally
        {
            _writing = null;
        }
    }

    private static double Checked(double every, CheckpointInterval unit)
    {
        if (!Enum.IsDefined(unit)) throw new ArgumentOutOfRangeException(nameof(unit), unit, "CheckpointWriter: there is no such interval.");
        ShapeGuard.Above<double>(nameof(CheckpointWriter<>), every, 0);
        if (unit != CheckpointInterval.Minutes && every != Math.Floor(every))
            throw new ArgumentOutOfRangeException(nameof(every), every, $"CheckpointWriter: {unit} must be a whole number.");
        return every;
    }
}
