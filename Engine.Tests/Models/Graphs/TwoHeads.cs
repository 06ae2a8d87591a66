using System.Numerics;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;

namespace Scratch.Tests.Models;

/// <summary>A network that says two things of an image, and how it learns both.</summary>
internal static class TwoHeads
{
    /// <summary>One trunk, two linear layers.</summary>
    public static Model<T> Build<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var image = new Value<T>("image");
        var trunk = new Sequential<T>(new Conv2d<T>(1, 8, 3, stride: 2, padding: 1), new Relu<T>(), new AdaptiveAvgPool2d<T>(2), new Flatten<T>())
        {
            Path = "trunk",
        };
        Value<T> features = trunk.Connect(image);
        Value<T> digit = new Linear<T>(32, 10) { Path = "digit" }.Connect(features);
        Value<T> ink = new Linear<T>(32, 1) { Path = "ink" }.Connect(features);
        return new Model<T>([image], [digit, ink]);
    }

    /// <summary>Trains it, and gives the loss of every step.</summary>
    public static List<double> Train<T>(Model<T> model, Tensor<T> images, int[] labels, Tensor<T> inks, int steps)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var history = new List<double>();
        var losses = new Losses<T>((new CrossEntropyLoss<T>(), 1), (new MseLoss<T>(), 0.3));
        var batch = new JoinedBatch<T>([new TensorBatch<T>(images)],
            targets: [new TensorBatch<T>(images, labels), new TensorBatch<T>(images, targets: inks)]);
        Tensor<T>[] outputs = [new(new(batch.Count, 10)), new(new(batch.Count, 1))];
        var optimizer = new Adam<T>(model.ParameterVector, learningRate: 0.01);
        for (int step = 0; step < steps; step++)
        {
            history.Add(model.Train(batch, losses, outputs));
            optimizer.Step();
        }
        return history;
    }

    /// <summary>Uses it, once and for all.</summary>
    public static (Tensor<T> Digits, Tensor<T> Inks) Use<T>(Model<T> model, Tensor<T> images) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T>[] outputs = model.InferAll([images]);
        var predictor = new Predictor<T>(model, images.Shape.Tail());
        predictor.InferAll([images], outputs);
        return (outputs[0], outputs[1]);
    }
}
