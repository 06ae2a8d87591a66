using System.Numerics;
using Scratch.Schedules;
using Scratch.Tensors;

namespace Scratch.Tests.Vectors;

/// <summary>Schedules, step by step; they are always computed in double.</summary>
internal static class ScheduleReplays<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void OneCycle(Replay<T> replay)
    {
        VectorFile file = replay.File;
        string strategy = file.Text("anneal_strategy");
        if (strategy != "cos") file.Expect("anneal_strategy", "linear");
        var cycle = new OneCycle(file.Number("max_lr"), file.Number("pct_start"), strategy == "linear", file.Number("base_momentum"),
            file.Number("max_momentum"),
            file.Number("div_factor"), file.Number("final_div_factor"), file.Flag("three_phase"));
        Steps(replay, "lr", cycle.LearningRate, file.WholeNumber("total_steps"));
        Steps(replay, "momentum", cycle.Momentum, file.WholeNumber("total_steps"));
    }

    public static void CosineAnnealing(Replay<T> replay) =>
        Steps(replay, "lr", StepSchedule.CosineAnnealing(replay.File.Number("base_lr"), replay.File.WholeNumber("T_max"),
            replay.File.Number("eta_min")));

    public static void Staircase(Replay<T> replay) =>
        Steps(replay, "lr", StepSchedule.Staircase(replay.File.Number("base_lr"), replay.File.WholeNumber("step_size"), replay.File.Number("gamma")));

    private static void Steps(Replay<T> replay, string tensor, Schedule schedule, int? steps = null)
    {
        var values = new Tensor<T>(replay.File.Entry(tensor).Shape);
        for (int step = 0; step < values.Length; step++) values.Span[step] = T.CreateTruncating(schedule(step, steps ?? values.Length));
        replay.Forward(tensor, values);
    }
}
