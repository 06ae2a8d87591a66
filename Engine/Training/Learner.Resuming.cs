using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Training;

/// <content>A training that is written down at any batch, and gone on with.</content>
public sealed partial class Learner<T>
{
    private const string Room = "training";                                  // of all but the weights

    private Stage _stage;
    private bool _isAtRest, _isRestored;

    private enum Stage
    {
        BetweenEpochs,
        Training,
        Validation,
    }

    /// <summary>Whether batches of the epoch at hand are still to come, or its end.</summary>
    public bool IsAmidEpoch => _stage != Stage.BetweenEpochs;

    /// <summary>At <see cref="Callback{T}.AtRest"/>: whether training ends here because it was interrupted.</summary>
    public bool IsInterrupted { get; private set; }

    /// <summary>Whether the last <see cref="Resume(string, CancellationToken)"/> had its checkpoint whole, and went on.</summary>
    public bool IsResumed => _isRestored;

    /// <summary>Writes down the training as it is at this batch, so that <see cref="Resume(string, CancellationToken)"/> goes on with the same
    /// bits.</summary>
    /// <remarks>See docs/checkpoints.md for what the file holds. An older file is replaced only by the complete new one.
    /// <see cref="CheckpointWriter{T}"/> does it at intervals, and beside the training.</remarks>
    /// <param name="path">The file.</param>
    /// <param name="metadata">Notes to write beside it.</param>
    /// <exception cref="InvalidOperationException">It is called elsewhere than in <see cref="Callback{T}.AtRest"/>.</exception>
    /// <exception cref="NotSupportedException">A metric does not know how to be written down amid an epoch.</exception>
    public void SaveCheckpoint(string path, params ReadOnlySpan<(string Key, string Value)> metadata)
    {
        CheckpointFile.Prepare();
        var state = new SavedState();
        Save(state);
        CheckpointFile.Write(state, path, metadata);
    }

    /// <summary>Goes on with the training that a checkpoint was written of, up to the epochs it was to have: with the same bits as if it had not been
    /// stopped, for any number of threads.</summary>
    /// <remarks>Make the learner as it was made then: model, loss, optimiser, images, batches, seeds and callbacks. What differs in a way that the
    /// checkpoint knows is an error; a loss, a schedule or options of a callback it does not know.</remarks>
    /// <param name="path">The file.</param>
    /// <param name="cancellation">As of <see cref="Fit"/>.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or of another training: model, optimiser, images and batches are then as they
    /// were.</exception>
    public void Resume(string path, CancellationToken cancellation = default) => Resume(CheckpointFile.Read(path).State, cancellation);

    /// <summary>The same, from a checkpoint that was read.</summary>
    /// <param name="state">What <see cref="CheckpointFolder.Newest"/> found.</param>
    /// <param name="cancellation">As of <see cref="Fit"/>.</param>
    /// <exception cref="InvalidDataException">It is of another training: model, optimiser, images and batches are then as they were.</exception>
    public void Resume(SavedState state, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(state);
        var weights = new ModelState<T>(Model);
        var (step, seed) = (Model.Step, Model.Seed);
        Action?[] others = [Optimizer.Remember(), Train.Remember(), Valid?.Remember()];
        bool[] frozen = [.. Model.ParameterVector.Parameters.Select(parameter => parameter.Frozen)];
        _isRestored = false;
        try
        {
            state.BeginRestoring();
            Position start = default;
            state.Within(Room, room => start = ExchangePosition(room, default));
            Run(start, state, cancellation);
        }
        catch when (!_isRestored)
        {
            weights.Restore();
            (Model.Step, Model.Seed) = (step, seed);
            foreach (Action? other in others) other?.Invoke();
            for (int i = 0; i < frozen.Length; i++) Model.ParameterVector.Parameters[i].Frozen = frozen[i];
            throw;
        }
    }

    /// <summary>Copies everything that the training consists of.</summary>
    /// <exception cref="InvalidOperationException">It is called elsewhere than in <see cref="Callback{T}.AtRest"/>.</exception>
    internal void Save(SavedState state)
    {
        if (!_isAtRest)
            ShapeGuard.WrongOrder(nameof(Learner<>),
                "a checkpoint can be written only when all callbacks have seen a batch. Write it in a callback's AtRest.");
        state.BeginSaving();
        bool amid = IsAmidEpoch;
        Exchange(state, new(Epochs, amid ? Epoch : Epoch + 1, _stage, amid ? BatchIndex + 1 : 0, _cancel == CancelScope.Epoch));
        state.End();
    }

    private void Restore(Position start, SavedState state)
    {
        if (IsAmidEpoch)
            foreach (Callback<T> callback in _callbacks) callback.BeginEpoch(this);
        if (_stage == Stage.Validation)
            foreach (Callback<T> callback in _callbacks) callback.BeginValidate(this);
        state.BeginRestoring();
        try
        {
            Exchange(state, start);
        }
        catch (ArgumentOutOfRangeException e)                                // a setting that an optimiser cannot have
        {
            throw new InvalidDataException($"Learner: the checkpoint is damaged. {e.Message.Split('\n')[0].TrimEnd()}", e);
        }
        state.End();
        if (start.LeavesRest) _cancel = CancelScope.Epoch;
        _isRestored = true;
    }

    private void Rest(bool interrupted)
    {
        (_isAtRest, IsInterrupted) = (true, interrupted);
        try
        {
            foreach (Callback<T> callback in _callbacks) callback.AtRest(this);
        }
        finally
        {
            _isAtRest = false;
        }
    }

    private void Exchange(SavedState state, Position position)
    {
        Model.Exchange(state);
        state.Within(Room, room =>
        {
            ExchangePosition(room, position);
            Model.Seed = room.Exchange("seed", Model.Seed);
            Model.Step = room.Exchange("step", Model.Step);
            room.Within(Name(Optimizer), Optimizer.Exchange);
            room.Within("train", Train.Exchange);
            if (Valid is not null) room.Within("valid", Valid.Exchange);
            var seen = new Dictionary<string, int>();
            foreach (Callback<T> callback in _callbacks)
            {
                string name = Name(callback);
                int number = seen[name] = seen.GetValueOrDefault(name) + 1;
                room.Within(number == 1 ? name : $"{name}.{number}", part => callback.Exchange(this, part));
            }
        });
    }

    private static string Name(object part) => part.GetType().Name.Split('`')[0];

    private Position ExchangePosition(SavedState state, Position position)
    {
        long[] numbers = [position.Epochs, position.Epoch, (long)position.Stage, position.Batch, position.LeavesRest ? 1 : 0];
        state.Exchange("position", numbers.AsSpan());
        var found = new Position((int)numbers[0], (int)numbers[1], (Stage)numbers[2], (int)numbers[3], numbers[4] != 0);
        if (!Enum.IsDefined(found.Stage) || found.Epochs < 0 || found.Epoch < 0 || found.Epoch > found.Epochs || found.Batch < 0
            || (found.Stage == Stage.Validation && Valid is null))
            throw new InvalidDataException("Learner: the checkpoint's position is none of this training.");
        return found;
    }

    /// <summary>Where a training stands.</summary>
    /// <param name="Epochs">How many it is to have.</param>
    /// <param name="Epoch">The one at hand or to come.</param>
    /// <param name="Stage">What of it is at hand.</param>
    /// <param name="Batch">The batch to come.</param>
    /// <param name="LeavesRest">Whether a callback has cancelled the rest of the batches.</param>
    private readonly record struct Position(int Epochs, int Epoch, Stage Stage, int Batch, bool LeavesRest);
}
