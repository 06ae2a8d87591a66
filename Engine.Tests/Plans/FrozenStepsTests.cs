using NUnit.Framework;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Plans;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Plans;

/// <summary>What is frozen costs nothing on the way back: no step goes through layers that lie before all that learns, and no weight gradient is
/// worked out that nobody wants.</summary>
public sealed class FrozenStepsTests
{
    private static readonly Shape Image = new(3, 9, 7);
    private static readonly string[] _sameNumbers = ["Convert", "Flatten"];   // steps or none, as layouts have it

    [Test]
    public void Steps_FirstLayersFrozen_GoBackToTheFirstThatLearns()
    {
        Model<float> model = Network();
        Plan<float> whole = TrainingPlan(model);
        Assert.That(WayBack(whole).Distinct(), Is.SupersetOf(["0", "1", "3.body.0", "3.body.1", "5", "6", "9"]));
        model.Freeze("0.*", "1.*", "3.*");
        Plan<float> plan = TrainingPlan(model);
        Assert.That(WayBack(plan).Distinct(), Is.EquivalentTo(["5", "6", "9"]));
        Assert.That(plan.Steps.Single(step => step.Kind == StepKind.Backward && PathOf(step) == "5").GradInputs, Has.All.Null);
        Assert.That(plan.Steps.Count(step => step.Kind is StepKind.GatherGradient), Is.EqualTo(1));
        Assert.That(plan.Steps.Count(step => step.Kind is StepKind.CombineGradient), Is.EqualTo(1));
        Assert.That(plan.Steps.Count(step => step.Kind is StepKind.Copy or StepKind.Add), Is.Zero);
        Assert.That(plan.BlockLength, Is.LessThan(whole.BlockLength), "nor is anything kept for it");
    }

    [Test]
    public void DescribePlan_FirstLayersFrozen_NamesNoStepBackThroughThem()
    {
        Model<float> model = Network();
        Assert.That(Backward(), Has.Some.Contains(" 0").And.Some.Contains(" 9"));
        model.Freeze("0.*", "1.*", "3.*", "5.*");
        Assert.That(Backward(), Has.None.Contains(" 0").And.None.Contains(" 3.").And.None.Contains(" 5"));
        Assert.That(Backward(), Has.Some.Contains(" 6").And.Some.Contains(" 9"));

        IEnumerable<string> Backward() => model.DescribePlan(Image, 40, training: true).Steps
            .Where(step => step.Action is "backward" or "gather gradient" or "combine gradient" or "repeat").Select(step => step.Layer);
    }

    [Test]
    public void DescribePlan_LayersBetweenFrozen_HandTheGradientOn()
    {
        Model<float> model = RandomModel.Of<float>(1, [new Conv2d<float>(1, 3, 3), new BatchNorm2d<float>(3), new Relu<float>(),
            new Conv2d<float>(3, 5, (2, 3)), new BatchNorm2d<float>(5), new Flatten<float>(), new Linear<float>(40, 4)]);
        model.Freeze("0.*", "3.*", "4.*", "6.*");
        // What is between layouts, or made again, follows from the width of vectors.
        IEnumerable<string> back = model.DescribePlan(new(1, 7, 6), 3, training: true).Steps.SkipWhile(step => step.Action != "loss")
            .Where(step => step.Action != "repeat" && !_sameNumbers.Any(name => step.Layer.StartsWith(name, StringComparison.Ordinal)))
            .Select(step => $"{step.Action} {step.Layer}");
        Assert.That(back, Is.EqualTo(["loss ", "backward Linear 6", "gather gradient BatchNorm2d 4", "combine gradient BatchNorm2d 4",
            "backward BatchNorm2d 4", "backward Conv2d 3", "gather gradient BatchNorm2d 1", "combine gradient BatchNorm2d 1",
            "backward BatchNorm2d 1, Relu", "reduce "]));
    }

    [Test]
    public void Steps_EverythingFrozen_HaveNoWayBack()
    {
        Model<float> model = Network();
        model.Freeze("*");
        Assert.That(WayBack(TrainingPlan(model)), Is.Empty);
    }

    // Half of the parameters, whichever layer it is: what learns gets the gradient that it had, what does not gets none.
    [TestCaseSource(typeof(LayerCases), nameof(LayerCases.Names))]
    public void Backward_SomeParametersFrozen_LeavesTheirGradientsAlone(string name)
    {
        var (_, output, gradInput, all) = Run(_ => false);
        foreach (int rest in (int[])[0, 1])
        {
            var (model, outputNow, gradInputNow, some) = Run(i => i % 2 == rest);
            TensorAssert.Equal(outputNow, output);
            TensorAssert.Equal(gradInputNow, gradInput);
            foreach (Parameter<float> parameter in model.ParameterVector.Parameters)
            {
                Range own = parameter.Offset..(parameter.Offset + parameter.Shape.Length);
                Assert.That(parameter.Frozen ? !some.AsSpan(own).ContainsAnyExcept(0f) : some.AsSpan(own).SequenceEqual(all.AsSpan(own)),
                    parameter.Name);
            }
        }

        (Model<float>, Tensor<float>, Tensor<float>, float[]) Run(Func<int, bool> isFrozen)
        {
            LayerCase<float> layers = LayerCases.Of<float>(name);
            Model<float> model = RandomModel.Of(1, layers.Modules);
            for (int i = 0; i < model.ParameterVector.Parameters.Count; i++) model.ParameterVector.Parameters[i].Frozen = isFrozen(i);
            Tensor<float> outputs = model.Forward(LayerCases.Input(layers));
            return (model, outputs, model.Backward(RandomTensors.Tensor<float>(outputs.Shape, 2)), [.. model.ParameterVector.Gradients.Span]);
        }
    }

    [TestCaseSource(typeof(NamedModels), nameof(NamedModels.Small))]
    public void Train_FirstHalfFrozen_GivesTheOtherHalfTheSameBits(string name)
    {
        Shape image = NamedModels.Image(name);
        IReadOnlyList<Parameter<float>> parameters = NamedModels.Build<float>(name, threads: 1, image).ParameterVector.Parameters;
        int half = parameters[parameters.Count / 2].Offset;
        float[] all = Gradients(frozen: 0), some = Gradients(frozen: half);
        Assert.That(all.AsSpan(0, half).ContainsAnyExcept(0f), "there were gradients");
        Assert.That(some.AsSpan(0, half).ContainsAnyExcept(0f), Is.False, "of what is frozen");
        Assert.That(some.AsSpan(half).SequenceEqual(all.AsSpan(half)), "of what learns");

        float[] Gradients(int frozen)
        {
            Model<float> model = NamedModels.Build<float>(name, threads: 2, image);
            RandomModel.Fill(model, 3);
            foreach (Parameter<float> parameter in model.ParameterVector.Parameters) parameter.Frozen = parameter.Offset < frozen;
            var batch = new TensorBatch<float>(RandomTensors.Tensor<float>(image.Prepend(37), 1),
                Enumerable.Range(0, 37).Select(n => n * 7 % 10).ToArray());
            model.Train(batch, new CrossEntropyLoss<float>(), new Tensor<float>(new Shape(37, 10)));
            return [.. model.ParameterVector.Gradients.Span];
        }
    }

    private static Model<float> Network() => RandomModel.Of<float>(1,
    [
        new Conv2d<float>(3, 5, 3, padding: 1), new BatchNorm2d<float>(5), new Relu<float>(),
        new Residual<float>(new Sequential<float>(new Conv2d<float>(5, 5, 3, padding: 1), new BatchNorm2d<float>(5))), new Relu<float>(),
        new Conv2d<float>(5, 6, 3), new BatchNorm2d<float>(6), new Relu<float>(), new Flatten<float>(), new Linear<float>(6 * 7 * 5, 4),
    ]);

    private static Plan<float> TrainingPlan(Model<float> model) => model.RunnerFor(Image).PlanFor(PlanGoal.Train(32));

    // The layers through which a block goes back, or of which something is made anew for that.
    private static IEnumerable<string> WayBack(Plan<float> plan) => plan.Steps.Where(step => step.Kind is StepKind.Backward or StepKind.GatherGradient
        or StepKind.CombineGradient or StepKind.Repeat or StepKind.ObserveGradient).Select(PathOf);

    private static string PathOf(Step<float> step) => step.Node.ToString().Split(' ')[^1];
}
