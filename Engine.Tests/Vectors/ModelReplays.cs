using System.Globalization;
using System.Numerics;
using Scratch.Data;
using Scratch.Kernels.Simd;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Plans;
using Scratch.Optimizers;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Vectors;

/// <summary>The two models of the lesson, whole: files <c>model_NAME_PART</c>, each replayed with the weights and the batch of its
/// siblings.</summary>
internal static class ModelReplays<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void Model(Replay<T> replay)
    {
        VectorFile file = replay.File;
        file.LeaveOut("content");                                            // a sentence for readers
        string name = file.Text("model"), prefix = $"model_{name}_", part = file.Name.StartsWith(prefix, StringComparison.Ordinal)
            ? file.Name[prefix.Length..] : file.Name;
        VectorFile batch = file.Sibling(prefix + "batch");
        var model = ModelCatalog.Build<T>(name, new Shape(1, 28, 28), classes: 10);
        if (model.ParameterVector.ParameterCount != file.WholeNumber("weights"))
            throw new InvalidDataException($"{file.Name}: the file counts {file.WholeNumber("weights")} weights, the engine's model "
                + $"{model.ParameterVector.ParameterCount}.");
        ModelFile.Load(model, file.Sibling(prefix + "params").Location);
        Tensor<T> x = batch.Get<T>("x");
        int[] labels = batch.GetIntegers("target");
        switch (part)
        {
            case "params": foreach (var (key, parameter) in model.NamedParameters()) replay.Compare(key, parameter.Value, Tolerance.Exact); break;
            case "batch": Batch(replay, model, x, labels); break;
            case "grads": Gradients(replay, model, x, labels); break;
            case "sgd5" or "adamw5": Steps(replay, model, x, labels); break;
            case string act when act.StartsWith("act", StringComparison.Ordinal): Activations(replay, model, x); break;
            default: throw new InvalidDataException($"{file.Name}: no replay for part '{part}' of a model.");
        }
    }

    private static void Activations(Replay<T> replay, Model<T> model, Tensor<T> x)
    {
        var outputs = new LayerOutputs<T>();
        model.RunnerFor(x.Shape.Tail()).Observers.Add(outputs);
        foreach (bool training in new[] { true, false })
        {
            model.Forward(x, training);
            foreach (string name in replay.File.TensorNames)
            {
                int layer = int.Parse(name["act.".Length..], CultureInfo.InvariantCulture);
                replay.Compare(name, outputs[layer], Tolerances.ModelActivations, $" (training {training})");
            }
        }
    }

    private static void Batch(Replay<T> replay, Model<T> model, Tensor<T> x, int[] labels)
    {
        replay.File.Expect("loss", "cross_entropy mean");
        replay.File.LeaveOut("x", "target");                                 // read by the caller
        var loss = new CrossEntropyLoss<T>();
        Tensor<T> logits = model.Forward(x), trained = new(logits.Shape), evaluated = new(logits.Shape);
        Tensor<T> gradLogits = new(logits.Shape);
        double mean = loss.Compute<SimdPortable<T>>(logits, new TensorBatch<T>(logits, labels), gradLogits);
        replay.Compare("dx", model.Backward(gradLogits), Tolerances.ModelGradients);
        replay.Compare("logits", logits, Tolerances.ModelActivations);
        replay.Compare("loss", Replay<T>.Scalar(mean), Tolerances.ModelLoss);
        var images = new TensorBatch<T>(x, labels);
        PlanRunner<T> runner = model.RunnerFor(x.Shape.Tail());
        replay.Compare("loss", Replay<T>.Scalar(runner.Evaluate(images, loss, evaluated)), Tolerances.ModelLoss, " (Evaluate)");
        replay.Compare("logits", evaluated, Tolerances.ModelActivations, " (Evaluate)");
        replay.Compare("loss", Replay<T>.Scalar(runner.Train(images, loss, trained)), Tolerances.ModelLoss, " (Train)");
        replay.Compare("logits", trained, Tolerances.ModelActivations, " (Train)");
        replay.Compare("logits", model.Infer(x), Tolerances.ModelActivations, " (Infer)");
    }

    private static void Gradients(Replay<T> replay, Model<T> model, Tensor<T> x, int[] labels)
    {
        var loss = new CrossEntropyLoss<T>();
        Tensor<T> logits = model.Forward(x);
        Tensor<T> gradLogits = new(logits.Shape);
        loss.Compute(logits, labels, gradLogits);
        model.Backward(gradLogits);
        foreach (var (name, parameter) in model.NamedParameters()) replay.Compare($"grad.{name}", parameter.Gradient, Tolerances.ModelGradients,
            " (Backward)");
        model.RunnerFor(x.Shape.Tail()).Train(new TensorBatch<T>(x, labels), loss, logits);
        foreach (var (name, parameter) in model.NamedParameters()) replay.Compare($"grad.{name}", parameter.Gradient, Tolerances.ModelGradients,
            " (Train)");
    }

    private static void Steps(Replay<T> replay, Model<T> model, Tensor<T> x, int[] labels)
    {
        VectorFile file = replay.File;
        bool adam = file.Text("optimizer") == "adamw";
        if (!adam) file.Expect("optimizer", "sgd");
        Optimizer<T> optimizer = adam
            ? OptimizerReplays<T>.AdamW(model.ParameterVector, file)
            : new Sgd<T>(model.ParameterVector, file.Number("lr"), file.Number("momentum"), weightDecay: file.Number("weight_decay"));
        var loss = new CrossEntropyLoss<T>();
        PlanRunner<T> runner = model.RunnerFor(x.Shape.Tail());
        Tensor<T> losses = new(new Shape(file.WholeNumber("steps") + 1)), output = new(new Shape(x.Shape[0], 10));
        for (int step = 0; step < losses.Length; step++)
        {
            if (step > 0) optimizer.Step();
            losses[step] = T.CreateTruncating(runner.Train(new TensorBatch<T>(x, labels), loss, output));
        }
        replay.Compare("losses", losses, Tolerances.ModelLoss);
        foreach (var (name, parameter) in model.NamedParameters()) replay.Compare(name, parameter.Value, adam ? Tolerances.ModelAfterAdamW
            : Tolerances.ModelAfterSgd);
    }
}
