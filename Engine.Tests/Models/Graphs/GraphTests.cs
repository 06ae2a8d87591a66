using System.Text.RegularExpressions;
using NUnit.Framework;
using Scratch.Checking;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Models;

/// <summary>The networks of docs/graphs.md: the page shows the code of this folder, and the code does what the page says.</summary>
[Category("Slow")]
public sealed partial class GraphTests
{
    private static readonly (string Name, Func<Module<double>> Module, Shape Image, string Output, string Parameters)[] _graphs =
    [
        ("squeeze-and-excite", () => new SqueezeExcitation<double>(5, 2), new(5, 3, 4), "[5, 3, 4]", "fc1.weight, fc1.bias, fc2.weight, fc2.bias"),
        ("Inception", () => new Inception<double>(3, 2, 3, 4, 1, 2, 3), new(3, 5, 4), "[11, 5, 4]",
            "branch1.conv.weight, branch1.bn.weight, branch1.bn.bias, branch2.0.conv.weight, " +
            "branch2.0.bn.weight, branch2.0.bn.bias, branch2.1.conv.weight, branch2.1.bn.weight, branch2.1.bn.bias, branch3.0.conv.weight, "
                + "branch3.0.bn.weight, branch3.0.bn.bias, " +
            "branch3.1.conv.weight, branch3.1.bn.weight, branch3.1.bn.bias, branch4.1.conv.weight, branch4.1.bn.weight, branch4.1.bn.bias"),
        ("U-Net", () => new UNet<double>(2, 3), new(2, 6, 4), "[3, 6, 4]",
            "inc.0.weight, inc.1.weight, inc.1.bias, down1.1.0.weight, down1.1.1.weight, down1.1.1.bias, up1.weight, up1.bias, " +
            "conv1.0.weight, conv1.1.weight, conv1.1.bias, outc.weight, outc.bias"),
        ("DenseNet", () => new DenseBlock<double>(3, 2, 2), new(3, 4, 5), "[7, 4, 5]",
            "denselayer1.norm1.weight, denselayer1.norm1.bias, denselayer1.conv1.weight, denselayer1.norm2.weight, " +
            "denselayer1.norm2.bias, denselayer1.conv2.weight, denselayer2.norm1.weight, denselayer2.norm1.bias, denselayer2.conv1.weight, "
                + "denselayer2.norm2.weight, denselayer2.norm2.bias, " +
            "denselayer2.conv2.weight"),
    ];

    private static IEnumerable<string> Names => _graphs.Select(graph => graph.Name);

    [TestCaseSource(nameof(Names))]
    public void Graph_OfThePage_HasPyTorchsNamesAndTheRightGradient(string name)
    {
        var (_, module, image, output, parameters) = _graphs.Single(graph => graph.Name == name);
        var model = new Model<double>(module());
        Assert.That($"{model.OutputShape(image)}", Is.EqualTo(output));
        Assert.That(string.Join(", ", model.NamedParameters().Select(named => named.Name)), Is.EqualTo(parameters));
        RandomModel.Fill(model, 1);
        Assert.That(model, HasCorrectGradient.For(RandomTensors.Tensor<double>(image.Prepend(3), 2), new() { Sample = 40 }));
    }

    [Test]
    public void TwoHeads_LossesOfBoth_AddUpByTheirWeights()
    {
        Model<double> model = TwoHeads.Build<double>();
        Assert.That(string.Join(", ", model.NamedParameters().Select(named => named.Name)),
            Is.EqualTo("trunk.0.weight, trunk.0.bias, digit.weight, digit.bias, ink.weight, ink.bias"));
        RandomModel.Fill(model, 3);
        Tensor<double> images = RandomTensors.Tensor<double>(new(37, 1, 6, 5), 4), inks = RandomTensors.Tensor<double>(new(37, 1), 5), digits =
            new(new(37, 10)), guesses = new(new(37, 1));
        int[] labels = Labels(37);
        var batch = new JoinedBatch<double>([new TensorBatch<double>(images)], [new TensorBatch<double>(images, labels),
            new TensorBatch<double>(images, targets: inks)]);
        var losses = new Losses<double>((new CrossEntropyLoss<double>(), 0.7), (new MseLoss<double>(), 0.2));
        double loss = Loss();
        Assert.That(loss, Is.EqualTo(0.7 * new CrossEntropyLoss<double>().Compute(digits, labels) + 0.2 * new MseLoss<double>().Compute(guesses,
            inks)).Within(1e-12));
        GradientCheckResult result = GradientCheck.Run(Loss,
            [.. model.NamedParameters().Select(named => new GradientArgument(named.Name, named.Parameter.Value, named.Parameter.Gradient.Clone()))],
                new() { Sample = 40 });
        Assert.That(result.Passed, $"{result}");

        double Loss() => model.Train(batch, losses, digits, guesses);
    }

    [Test]
    public void TwoHeads_Trained_LearnBoth()
    {
        Tensor<float> images = RandomTensors.Tensor<float>(new(40, 1, 8, 8), 6), inks = new(new(40, 1));
        for (int n = 0; n < 40; n++) inks.Span[n] = images.Slice(n, 1).Span.ToArray().Average();
        List<double> history = TwoHeads.Train(TwoHeads.Build<float>(), images, Labels(40), inks, steps: 400);
        Assert.That((history[0], history[^1]), Is.EqualTo((2.3, 0.7)).Within(0.7));
    }

    // GoogLeNet's auxiliary classifier: a second opinion on the same labels, from half way, which counts less.
    [Test]
    public void Fit_TwoOutputsOfOneLabel_LearnsBoth()
    {
        Value<float> image = new(), middle = new Sequential<float>(new Conv2d<float>(1, 8, 3, 2, 1), new Relu<float>()) { Path =
            "stem" }.Connect(image);
        Value<float> end = new Sequential<float>(new Conv2d<float>(8, 8, 3, 2, 1), new Relu<float>(), new Flatten<float>(),
            new Linear<float>(32, 4)) { Path = "main" }.Connect(middle);
        var model = new Model<float>([image], [end, new Sequential<float>(new Flatten<float>(), new Linear<float>(128, 4)) { Path =
            "aux" }.Connect(middle)]);
        BatchSampler<float> batches = SyntheticData.Batches<float>(SyntheticData.Images(64, new(1, 8, 8), classes: 4, seed: 7), 32, shuffleSeed: 8);
        var recorder = new Recorder<float>(new Accuracy<float>());
        var learner = new Learner<float>(model, new Losses<float>((new CrossEntropyLoss<float>(), 1), (new CrossEntropyLoss<float>(), 0.3)),
            new Adam<float>(model.ParameterVector, 0.01), batches,
            callbacks: recorder);
        learner.Fit(60);
        Assert.That((learner.Outputs.Count, recorder.Epochs[^1].TrainMetrics[0]), Is.EqualTo((2, 1.0)));
        Assert.That(learner.Evaluate(batches), Is.LessThan(0.2));
    }

    [Test]
    public void Learner_LossMissing_SaysBothCounts()
    {
        Model<float> model = TwoHeads.Build<float>();
        BatchSampler<float> batches = SyntheticData.Batches<float>(SyntheticData.Images(4, new(1, 8, 8), classes: 4, seed: 7), 4);
        Assert.That(() => new Learner<float>(model, new CrossEntropyLoss<float>(), new Sgd<float>(model.ParameterVector, 0.1), batches),
            Throws.TypeOf<ShapeMismatchException>()
            .With.Message.EqualTo("Learner: the model has 2 outputs, there are 1 losses. Give one for each."));
        Assert.That(() => model.Train(batches.Current, new CrossEntropyLoss<float>(), new Tensor<float>(new(4, 10))),
            Throws.TypeOf<ShapeMismatchException>()
            .With.Message.Contains("2 outputs, there are places for 1"));
    }

    // Two numbers of one name would be one number in a file.
    [Test]
    public void Model_TwoLayersOfOneName_SaysWhich()
    {
        Value<float> x = new(), y = new Sequential<float>(new Conv2d<float>(1, 2, 3)).Connect(x);
        Assert.That(() => new Model<float>(x, new Sequential<float>(new Conv2d<float>(2, 2, 3)).Connect(y)),
            Throws.InvalidOperationException.With.Message.Contains("two of its layers are called '0'. Set the Path"));
    }

    [Test]
    public void Connect_WrongValues_SaysWhoAndWhat()
    {
        Value<float> x = new(), other = new("theirs");
        foreach (Layer<float> join in (Layer<float>[])[new Add<float>(), new Multiply<float>(), new Subtract<float>()])
        {
            join.Path = "sum";
            string who = $"{join.TypeName} 'sum'";
            Assert.That(() => new Model<float>(x, join.Connect(x)).Infer(new(new(2, 3))),
                Throws.TypeOf<ShapeMismatchException>().With.Message.EqualTo($"{who}: it takes two values, 1 are connected."));
            Assert.That(() => new Model<float>(x, join.Connect(x, x, x)).Infer(new(new(2, 3))),
                Throws.TypeOf<ShapeMismatchException>().With.Message.EqualTo($"{who}: it takes two values, 3 are connected."));
            Assert.That(() => new Model<float>(x, join.Connect(x, other)), Throws.InvalidOperationException
                .With.Message.EqualTo($"Model: {who} reads a value 'theirs' that is not among the model's 1 inputs, nor made of them. Name it as an "
                    + "input, or connect values of this model only."));
            Assert.That(() => new Model<float>(x, join.Connect()),
                Throws.InvalidOperationException.With.Message.StartsWith($"{who}: no value is connected to it."));
        }
        Assert.That(() => new Model<float>(x, new Relu<float> { Path = "r" }.Connect(x, x)).Infer(new(new(2, 3))),
            Throws.TypeOf<ShapeMismatchException>()
            .With.Message.EqualTo("Relu 'r': it takes one value, 2 are connected."));
        Assert.That(() => new Model<float>(x, other),
            Throws.InvalidOperationException.With.Message.StartsWith("Model: an output is a value 'theirs'"));
    }

    [Test]
    public void TwoHeads_InUse_GiveBothOutputs([Values(1, 5, 37)] int images)
    {
        Model<float> model = TwoHeads.Build<float>();
        RandomModel.Fill(model, 3);
        Tensor<float> input = RandomTensors.Tensor<float>(new(images, 1, 8, 8), 4);
        Tensor<float>[] forward = model.ForwardAll([input], training: false), used = model.InferAll([input]);
        Assert.That(used.Select(output => $"{output.Shape}"), Is.EqualTo([$"[{images}, 10]", $"[{images}, 1]"]));
        var predictor = new Predictor<float>(model, new(1, 8, 8), batchSize: 4);
        Tensor<float> digits = new(new(images, 10)), inks = new(new(images, 1));
        predictor.InferAll([input], [digits, inks]);
        TensorAssert.CloseToLargest(used[0], forward[0], 1e-5);
        TensorAssert.CloseToLargest(used[1], forward[1], 1e-5);
        TensorAssert.CloseToLargest(digits, forward[0], 1e-5);
        TensorAssert.CloseToLargest(inks, forward[1], 1e-5);
        Assert.That(string.Join(" ", predictor.OutputShapes), Is.EqualTo("[10] [1]"));
        (Tensor<float> Digits, Tensor<float> Inks) page = TwoHeads.Use(model, input);
        TensorAssert.CloseToLargest(page.Digits, used[0], 1e-5);
        TensorAssert.CloseToLargest(page.Inks, used[1], 1e-5);
    }

    [Test]
    public void BackwardAll_TwoInputsAndTwoOutputs_IsTheGradient()
    {
        Value<double> left = new("left"), right = new("right"), product = new Linear<double>(3, 4) { Path =
            "a" }.Connect(left) * new Linear<double>(2, 4) { Path = "b" }.Connect(right);
        var model = new Model<double>([left, right], [product, new Linear<double>(4, 2) { Path = "c" }.Connect(product)]);
        RandomModel.Fill(model, 9);
        var (first, second) = (RandomTensors.Tensor<double>(new(35, 3), 10), RandomTensors.Tensor<double>(new(35, 2), 11));
        Tensor<double>[] gradOutputs = [RandomTensors.Tensor<double>(new(35, 4), 12), RandomTensors.Tensor<double>(new(35, 2), 13)];
        double Loss() => model.ForwardAll([first, second]).Zip(gradOutputs, (output, gradient) => output.Dot(gradient)).Sum();
        Loss();
        Tensor<double>[] gradInputs = model.BackwardAll(gradOutputs);
        GradientCheckResult result = GradientCheck.Run(Loss, [new("left", first, gradInputs[0]), new("right", second, gradInputs[1]),
            .. model.NamedParameters().Select(named => new GradientArgument(named.Name, named.Parameter.Value, named.Parameter.Gradient.Clone()))],
                new() { Sample = 40 });
        Assert.That(result.Passed, $"{result}");
        Tensor<double>[] outputs = [new(new(35, 4)), new(new(35, 2))];
        new Predictor<double>(model, 8, null, new Shape(3), new Shape(2)).InferAll([first, second], outputs);
        for (int i = 0; i < 2; i++) TensorAssert.CloseToLargest(outputs[i], model.InferAll([first, second])[i], 1e-12);
    }

    [Test]
    public void Forward_ModelOfTwoOutputs_SaysWhatToCall()
    {
        Model<float> model = TwoHeads.Build<float>();
        Tensor<float> input = RandomTensors.Tensor<float>(new(2, 1, 8, 8), 4);
        Assert.That(() => model.Forward(input),
            Throws.TypeOf<ShapeMismatchException>().With.Message.EqualTo("Model: it has 1 input and 2 outputs. Call ForwardAll, which takes and "
            + "gives all of them."));
        Assert.That(() => model.Backward(input), Throws.TypeOf<ShapeMismatchException>().With.Message.Contains("BackwardAll"));
        Assert.That(() => model.Infer(input), Throws.TypeOf<ShapeMismatchException>().With.Message.Contains("InferAll"));
        Assert.That(() => model.InferAll([input, input]),
            Throws.TypeOf<ShapeMismatchException>().With.Message.EqualTo("Model: it has 1 inputs, 2 were given."));
        model.ForwardAll([input]);
        Assert.That(() => model.BackwardAll([new(new(2, 10))]),
            Throws.TypeOf<ShapeMismatchException>().With.Message.EqualTo("Model: it has 2 outputs, there are 1 gradients. Give one for each."));
        var predictor = new Predictor<float>(model, new(1, 8, 8));
        Assert.That(() => predictor.Infer(input.Span, new float[22]),
            Throws.TypeOf<ShapeMismatchException>().With.Message.Contains("1 inputs and 2 outputs, 1 and 1 were given"));
        Assert.That(() => predictor.InferAll([input], [new(new(2, 10)), new(new(3, 1))]),
            Throws.TypeOf<ShapeMismatchException>().With.Message.Contains("output 1"));
    }

    [Test]
    public void Train_JoinedBatchWithoutAnInput_SaysSo()
    {
        Value<float> left = new("left"), right = new("right");
        var model = new Model<float>([left, right], [left + right]);
        var batch = new JoinedBatch<float>([new TensorBatch<float>(new(new(2, 3)), new int[2])]);
        Assert.That(() => model.Train(batch, new CrossEntropyLoss<float>(), new Tensor<float>(new(2, 3))), Throws.TypeOf<ShapeMismatchException>()
            .With.Message.EqualTo("JoinedBatch: it joins 1 batches, the model has an input 1. Give one for each input."));
    }

    [Test]
    public void Train_TwoInputs_GivesTheGradient()
    {
        Value<double> left = new("left"), right = new("right");
        var model = new Model<double>([left, right], [new Linear<double>(3, 4) { Path = "a" }.Connect(left) * new Linear<double>(2, 4) { Path =
            "b" }.Connect(right)]);
        RandomModel.Fill(model, 9);
        var (first, second) = (RandomTensors.Tensor<double>(new(5, 3), 10), RandomTensors.Tensor<double>(new(5, 2), 11));
        var batch = new JoinedBatch<double>([new TensorBatch<double>(first, Labels(5, 4)), new TensorBatch<double>(second)]);
        var output = new Tensor<double>(new(5, 4));
        double Loss() => model.Train(batch, new CrossEntropyLoss<double>(), output);
        Loss();
        GradientCheckResult result = GradientCheck.Run(Loss,
            [.. model.NamedParameters().Select(named => new GradientArgument(named.Name, named.Parameter.Value, named.Parameter.Gradient.Clone()))]);
        Assert.That(result.Passed, $"{result}");
    }

    [Test]
    public void Page_EveryProgram_IsCodeOfThisFolder()
    {
        string folder = Path.Combine(RepositoryFolder.Path, "Engine.Tests", "Models", "Graphs");
        string code = string.Join('\n', Directory.GetFiles(folder, "*.cs").Select(file => Unindented(File.ReadAllText(file))));
        string[] programs = [.. Programs().Matches(File.ReadAllText(Path.Combine(RepositoryFolder.Path, "docs", "graphs.md"))).Select(match =>
            Unindented(match.Groups[1].Value))];
        Assert.That(programs, Has.Length.EqualTo(9));
        Assert.That(programs, Has.All.Matches<string>(program => program is not null && code.Contains(program, StringComparison.Ordinal)));
    }

    private static int[] Labels(int count, int classes = 10) => [.. Enumerable.Range(0, count).Select(n => n * 7 % classes)];

    private static string Unindented(string text) => string.Join('\n', text.Split('\n').Select(line => line.Trim())).Trim();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Programs();
}
