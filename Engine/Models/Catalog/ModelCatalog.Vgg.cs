using System.Numerics;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Models;

// Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition", 2014, table 1, column A, with torchvision's names and
// layouts.
public static partial class ModelCatalog
{
    private const int VggHalves = 5, VggPooled = 7, VggHidden = 4096;

    private static Model<T> Vgg11<T>(Shape input, int classes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int Least = 1 << VggHalves;
        if (input.Rank == 3 && Math.Min(input[1], input[2]) < Least)
            ShapeGuard.Mismatch("vgg11", $"images {input} are too small: {VggHalves} poolings halve them, so that it takes {Least}x{Least} pixels at "
                + "least.",
                new Shape(input[0], Least, Least), input);
        var features = new List<Module<T>>();
        int channels = input[0];
        foreach (int[] stage in (int[][])[[64], [128], [256, 256], [512, 512], [512, 512]])
        {
            foreach (int to in stage)
            {
                features.AddRange([FanOut(new Conv2d<T>(channels, to, 3, padding: 1)), new Relu<T>()]);
                channels = to;
            }
            features.Add(new MaxPool2d<T>(2));
        }
        return new(new Classifier<T>("VGG", new Chain<T>([.. features]), new AdaptiveAvgPool2d<T>(VggPooled),
            new Chain<T>(
                new Linear<T>(channels * VggPooled * VggPooled, VggHidden), new Relu<T>(), new Dropout<T>(),
                new Linear<T>(VggHidden, VggHidden), new Relu<T>(), new Dropout<T>(),
                new Linear<T>(VggHidden, classes))));
    }

    // Torchvision draws the weights of these with the deviation that keeps gradients at their size, not values.
    private static Conv2d<T> FanOut<T>(Conv2d<T> convolution) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        convolution.DefaultInitialization = Initialization.KaimingNormalFanOut;
        return convolution;
    }

    // What torchvision calls features, avgpool and classifier.
    private sealed class Classifier<T> : Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Classifier(string typeName, Module<T> features, Module<T> pooling, Module<T> classifier)
        {
            TypeName = typeName;
            Add("features", features);
            Add("avgpool", pooling);
            Add("flatten", new Flatten<T>());
            Add("classifier", classifier);
        }

        public override string TypeName { get; }
    }
}
