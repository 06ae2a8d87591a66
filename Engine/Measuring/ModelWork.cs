using Scratch.Data;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Plans;
using Scratch.Tensors;

namespace Scratch.Measuring;

/// <summary>A named model on random images, in use and in training.</summary>
internal static class ModelWork
{
    /// <summary>What a case measures.</summary>
    /// <param name="Model">One of <see cref="ModelCatalog.Names"/>, or unet: <see cref="PixelNetwork"/>.</param>
    /// <param name="Image">[C, H, W].</param>
    /// <param name="Classes">How many outputs.</param>
    /// <param name="Convolution">How convolutions are computed.</param>
    public sealed record Network(string Model, Shape Image, int Classes, ConvolutionAlgorithm Convolution = ConvolutionAlgorithm.Auto)
    {
        /// <summary>The network of a case, by the name that it has there: most see digits.</summary>
        public static Network Of(string name, ConvolutionAlgorithm convolution = ConvolutionAlgorithm.Auto) => name switch
        {
            "resnet18-cifar" => new("resnet18", new(3, 32, 32), 10, convolution),
            "unet" => new(name, new(3, 256, 256), 21, convolution),
            _ when ModelCatalog.Large.Contains(name) => new(name, new(3, 224, 224), 1000, convolution),
            _ => new(name, new(1, 28, 28), 10, convolution),
        };

        /// <summary>What it is asked about in an image: each pixel, or the image.</summary>
        public int Positions => Model == "unet" ? Image[1] * Image[2] : 1;

        /// <summary>The shape of its outputs.</summary>
        public Shape Output(int batch) => Model == "unet" ? new(batch, Classes, Image[1], Image[2]) : new(batch, Classes);
    }

    /// <summary>Outputs of a batch as in use; what fits into one block goes through a <see cref="Predictor{T}"/>.</summary>
    public static Workload Infer(Network network, int batch, int threads)
    {
        Model<float> model = Build(network, threads);
        Tensor<float> images = RandomValues.Of<float>(network.Image.Prepend(batch), new RandomGenerator(1)),
            output = new(network.Output(batch));
        double operations = Operations(model, network, batch);
        if (batch <= Lanes.Count)
        {
            var predictor = new Predictor<float>(model, network.Image, batch);
            return new(operations, batch == 1 ? "one image, prepared" : $"{batch} images, prepared", () => predictor.Infer(images.Span, output.Span));
        }
        PlanRunner<float> runner = model.RunnerFor(network.Image);
        var unlabelled = new TensorBatch<float>(images);
        string sharing = Sharing(runner.PlanFor(PlanGoal.Infer(Lanes.Count)), batch, threads);
        return new(operations, sharing, () => runner.Forward(unlabelled, training: false, backwardFollows: false, output));
    }

    /// <summary>Forward, loss, backward and the step of plain gradient descent.</summary>
    /// <remarks>The learning rate is 0, so that every step does the same work: on
    /// one batch again and again there would soon be nothing to learn.</remarks>
    public static Workload TrainStep(Network network, int batch, int threads)
    {
        Model<float> model = Build(network, threads);
        var random = new RandomGenerator(1);
        var labelled = new TensorBatch<float>(RandomValues.Of<float>(network.Image.Prepend(batch), random),
            RandomValues.Labels(batch * network.Positions, network.Classes, random));
        Losses<float> losses = new CrossEntropyLoss<float>();
        var output = new Tensor<float>(network.Output(batch));
        var optimizer = new Sgd<float>(model.ParameterVector, learningRate: 0) { Threads = threads };
        PlanRunner<float> runner = model.RunnerFor(network.Image);
        Plan<float> plan = runner.PlanFor(PlanGoal.Train(Math.Min(batch, Lanes.Count)));
        return new(3 * Operations(model, network, batch), Sharing(plan, batch, threads), () =>
        {
            runner.Train(labelled, losses, output);
            optimizer.Step();
        });
    }

    private static Model<float> Build(Network network, int threads)
    {
        Model<float> model = network.Model == "unet" ? PixelNetwork.Build(network.Classes)
            : ModelCatalog.Build<float>(network.Model, network.Image, network.Classes);
        model.Threads = threads;
        model.UseConvolution(network.Convolution);
        return model;
    }

    private static double Operations(Model<float> model, Network network, int batch)
    {
        Shape[] shapes = model.Graph.Shapes(network.Image);
        double multiplyAdds = 0;
        for (int i = 0; i < model.Layers.Count; i++) multiplyAdds += model.Layers[i].MultiplyAdds(shapes[model.Graph.InputOf(i)]);
        return 2 * batch * multiplyAdds;
    }

    // Who does what: by blocks, by steps, or one thread all of it.
    private static string Sharing(Plan<float> plan, int batch, int threads)
    {
        int blocks = Lanes.Blocks(batch);
        string all = blocks > 1 ? $"{blocks} blocks" : $"a block, {batch} of {Lanes.Count} images";
        if (threads == 1) return all;
        if (blocks % threads == 0) return $"{all}, a thread each";
        return blocks > 1 || plan.IsWorthSharing ? $"{all}, steps shared" : $"{all}, on one thread";
    }
}
