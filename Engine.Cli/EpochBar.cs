using System.Numerics;
using Scratch.Training;
using Spectre.Console;

namespace Scratch.Cli;

/// <summary>A bar that grows with the training batches of an epoch and is gone when the epoch ends. For terminals only.</summary>
/// <param name="console">Where to draw.</param>
internal sealed class EpochBar<T>(IAnsiConsole console) : Callback<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private TaskCompletionSource? _end;
    private Task? _display;
    private ProgressTask? _bar;

    /// <summary>Before the line of the epoch is printed.</summary>
    public override int Order => 10;

    /// <inheritdoc/>
    public override void BeginBatch(Learner<T> learner)
    {
        if (_display is not null || !learner.IsTraining) return;
        TaskCompletionSource end = _end = new();
        _display = console.Progress().AutoClear(true).HideCompleted(false)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn())
            .StartAsync(context =>
            {
                _bar = context.AddTask($"epoch {learner.Epoch + 1} of {learner.Epochs}", maxValue: learner.Train.Count);
                return end.Task;
            });
    }

    /// <inheritdoc/>
    public override void AfterBatch(Learner<T> learner)
    {
        if (_bar is null || !learner.IsTraining) return;
        _bar.Value = learner.BatchIndex + 1;
        _bar.Description = $"epoch {learner.Epoch + 1} of {learner.Epochs}, loss {learner.BatchLoss:F4}";
    }

    /// <inheritdoc/>
    public override void AfterEpoch(Learner<T> learner) => Clear();

    /// <inheritdoc/>
    public override void AfterFit(Learner<T> learner) => Clear();

    private void Clear()
    {
        _end?.TrySetResult();
        _display?.Wait();
        (_end, _display, _bar) = (null, null, null);
    }
}
