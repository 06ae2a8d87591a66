using System.Globalization;
using System.Numerics;
using Scratch.Optimizers;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Vectors;

/// <summary>Ten steps of an optimiser with given gradients, and what it remembers afterwards.</summary>
internal static class OptimizerReplays<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void Sgd(Replay<T> replay) => Steps(replay, (vector, file) =>
        new Sgd<T>(vector, file.Number("lr"), file.Number("momentum"), file.Number("dampening"), file.Number("weight_decay"), file.Flag("nesterov")));

    public static void Adam(Replay<T> replay) => Steps(replay, (vector, file) =>
        new Adam<T>(vector, file.Number("lr"), Betas(file)[0], Betas(file)[1], file.Number("eps"), file.Number("weight_decay")));

    public static void AdamW(Replay<T> replay) => Steps(replay, AdamW);

    /// <summary>AdamW as a file says; the model's files say it too.</summary>
    public static AdamW<T> AdamW(ParameterVector<T> vector, VectorFile file) =>
        new(vector, file.Number("lr"), Betas(file)[0], Betas(file)[1], file.Number("eps"), file.Number("weight_decay"));

    public static void RmsProp(Replay<T> replay) => Steps(replay, (vector, file) =>
        new RmsProp<T>(vector, file.Number("lr"), file.Number("alpha"), file.Number("eps"), file.Number("weight_decay"), file.Number("momentum"),
            file.Flag("centered")));

    /// <summary>A frozen parameter stands beside the file's, with the same gradients; it must stay as it is.</summary>
    private static void Steps(Replay<T> replay, Func<ParameterVector<T>, VectorFile, Optimizer<T>> make)
    {
        Tensor<T> start = replay.Get("param"), gradients = replay.Get("grads"), after = new(gradients.Shape);
        Parameter<T> frozen = new("frozen", start.Clone()) { Frozen = true }, parameter = new("param", start.Clone());
        Optimizer<T> optimizer = make(new ParameterVector<T>([frozen, parameter]), replay.File);
        for (int step = 0; step < gradients.Shape[0]; step++)
        {
            gradients.Slice(step, 1).Span.CopyTo(parameter.Gradient.Span);
            gradients.Slice(step, 1).Span.CopyTo(frozen.Gradient.Span);
            optimizer.Step();
            parameter.Value.Span.CopyTo(after.Slice(step, 1).Span);
        }
        replay.Forward("param_after", after);
        replay.Compare("the frozen parameter", frozen.Value, start, Tolerance.Exact);
        foreach (StateBuffer<T> state in optimizer.States.Where(state => replay.File.Has($"state.{state.Name}")))
            replay.Forward($"state.{state.Name}", state.Value.Slice(parameter.Offset, start.Length).Reshape(start.Shape.Sizes));
    }

    private static double[] Betas(VectorFile file) =>
        [.. file.Text("betas").Split(',').Select(beta => double.Parse(beta, CultureInfo.InvariantCulture))];
}
