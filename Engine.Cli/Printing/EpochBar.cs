using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Scratch.Training;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Scratch.Cli;

/// <summary>A bar that grows with the training batches of an epoch and is gone when the epoch ends, with what there is to know meanwhile. For
/// terminals only.</summary>
/// <param name="console">Where to draw, five times a second at most.</param>
internal sealed class EpochBar<T>(IAnsiConsole console) : Callback<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Wide = 80, BarWidth = 24, NarrowBarWidth = 8;
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(200);

    private TaskCompletionSource? _end;
    private Task? _display;
    private ProgressTask? _bar;
    private SmoothedLoss _loss;
    private long _start, _images;
    private volatile string _state = "";

    /// <summary>Before the line of the epoch is printed.</summary>
    public override int Order => 10;

    /// <inheritdoc/>
    public override void BeginFit(Learner<T> learner) => _loss = default;

    /// <inheritdoc/>
    public override void BeginBatch(Learner<T> learner)
    {
        if (_display is not null || !learner.IsTraining) return;
        TaskCompletionSource end = _end = new();
        (_start, _images, _state) = (Stopwatch.GetTimestamp(), 0, "");
        Progress progress = console.Progress().AutoClear(true).HideCompleted(false)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn { Width = console.Profile.Width < Wide ? NarrowBarWidth : BarWidth },
                new StateColumn(() => _state));
        progress.RefreshRate = _pause;
        _display = progress.StartAsync(context =>
        {
            _bar = context.AddTask($"epoch {learner.Epoch + 1}/{learner.Epochs}", maxValue: learner.Train.Count);
            return end.Task;
        });
    }

    /// <inheritdoc/>
    public override void AfterBatch(Learner<T> learner)
    {
        if (_bar is null || !learner.IsTraining) return;
        _bar.Value = learner.BatchIndex + 1;
        _images += learner.Batch.Count;
        _loss = _loss.With(learner.BatchLoss);
        _state = State(learner.BatchIndex + 1, learner.Train.Count, Stopwatch.GetElapsedTime(_start), _loss.Value, _images);
    }

    /// <inheritdoc/>
    public override void AfterEpoch(Learner<T> learner) => Clear();

    /// <inheritdoc/>
    public override void AfterFit(Learner<T> learner) => Clear();

    /// <summary>For example <c> 46% 45/98 00:01&lt;00:02 loss 0.3120 68,400/s</c>: share, batches, elapsed and remaining time, smoothed loss, images
    /// a second.</summary>
    internal static string State(int done, int all, TimeSpan elapsed, double loss, long images)
    {
        double seconds = Math.Max(elapsed.TotalSeconds, 1e-9);
        TimeSpan rest = elapsed * ((double)(all - done) / done);
        return string.Create(CultureInfo.InvariantCulture,
            $"{100L * done / all,3}% {done}/{all} {Time(elapsed)}<{Time(rest)} loss {LossText.Of(loss)} {images / seconds:N0}/s");
    }

    private static string Time(TimeSpan time) => time.TotalHours >= 1 ? $"{(int)time.TotalHours}:{time:mm\\:ss}" : $"{time:mm\\:ss}";

    private void Clear()
    {
        _end?.TrySetResult();
        _display?.Wait();
        (_end, _display, _bar) = (null, null, null);
    }

    /// <summary>Says at the end of the line what changes.</summary>
    private sealed class StateColumn(Func<string> state) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(state());
    }
}
