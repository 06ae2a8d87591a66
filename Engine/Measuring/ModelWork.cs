using Scratch.Data;
using Scratch.Kernels;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Plans;
using Scratch.Tensors;

namespace Scratch.Measuring;

/// <summary>A named model on random images of 28x28, in use and in training.</summary>
internal static class ModelWork
{
    private const int Classes = 10;

    private static readonly Shape _image = new(1, 28, 28);

    /// <summary>Outputs of a batch as in use; a single image goes through a <see cref="Predictor{T}"/>.</summary>
    public static Workload Infer(string name, int batch, int threads)
    {
        Model<float> model = Build(name, threads);
        Tensor<float> images = RandomValues.Of<float>(_image.Prepend(batch), new RandomGenerator(1)), output = new(new Shape(batch, Classes));
        double operations = Operations(model, batch);
        if (batch == 1)
        {
            var predictor = new Predictor<float>(model, _image);
            return new(operations, "one image, prepared", () => predictor.Infer(images.Span, output.Span));
        }
        PlanRunner<float> runner = model.RunnerFor(_image);
        var unlabelled = new TensorBatch<float>(images);
        return new(operations, Depth(batch, threads), () => runner.Forward(unlabelled, training: false, backwardFollows: false, output));
    }

    /// <summary>Forward, loss, backward and the step of plain gradient descent.</summary>
    /// <remarks>The learning rate is 0, so that every step does the same work: on
    /// one batch again and again there would soon be nothing to learn.</remarks>
    public static Workload TrainStep(string name, int batch, int threads)
    {
        Model<float> model = Build(name, threads);
        var random = new RandomGenerator(1);
        var labelled = new TensorBatch<float>(RandomValues.Of<float>(_image.Prepend(batch), random), RandomValues.Labels(batch, Classes, random));
        var (loss, output) = (new CrossEntropyLoss<float>(), new Tensor<float>(new Shape(batch, Classes)));
        var optimizer = new Sgd<float>(model.ParameterVector, learningRate: 0) { Threads = threads };
        PlanRunner<float> runner = model.RunnerFor(_image);
        return new(3 * Operations(model, batch), Depth(batch, threads), () =>
        {
            runner.Train(labelled, loss, output);
            optimizer.Step();
        });
    }

    private static Model<float> Build(string name, int threads)
    {
        Model<float> model = ModelCatalog.Build<float>(name, _image, Classes);
        model.Threads = threads;
        return model;
    }

    private static double Operations(Model<float> model, int batch) => 2.0 * batch * ModelSummary.Of(model, _image, batch).MultiplyAdds;

    private static string Depth(int batch, int threads)
    {
        int blocks = Lanes.Blocks(batch);
        string lanes = blocks > 1 ? $"lanes, {blocks} blocks" : $"lanes, {batch} of {Lanes.Count} filled";
        return threads == 1 ? lanes : blocks > 1 ? $"{lanes}, by blocks" : $"{lanes}, one thread";
    }
}
