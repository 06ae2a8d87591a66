using NUnit.Framework;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Plans;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Plans;

/// <summary>Plans that forget at once: before its first and after its last step a value's memory is filled with NaN, and with it what layers borrow.
/// Whoever reads what is not there any more, or not yet, says so by other bits.</summary>
public sealed class DeadMemoryTests
{
    // Two of three blocks are a worker's each, the third is shared step by step.
    [TestCaseSource(typeof(NamedModels), nameof(NamedModels.Small))]
    [Category("Slow")]
    public void TrainAndEvaluate_NamedModelForgets_GivesTheSameBits(string name)
    {
        Shape image = NamedModels.Image(name);
        AssertSameBits(() => NamedModels.Build<float>(name, threads: 2), image, 70);
    }

    [Test]
    public void TrainAndEvaluate_RandomGraphForgets_GivesTheSameBits([Range(1, 12)] int seed) =>
        AssertSameBits(() => RandomGraph<float>.Build(seed, 1 + seed % 3), RandomGraph<float>.Image, 70);

    // That the check finds something: every value, forgotten a step too early.
    [Test]
    public void Train_ForgetsAStepTooEarly_GivesOtherBits()
    {
        byte[] expected = Bits(Network(), RandomGraph<float>.Image, 37, training: true, _ => { });
        int values = LongLived(Network().RunnerFor(RandomGraph<float>.Image).PlanFor(PlanGoal.Train(32))).Count();
        Assert.That(values, Is.GreaterThan(10));
        for (int i = 0; i < values; i++)
        {
            string name = "";
            byte[] bits = Bits(Network(), RandomGraph<float>.Image, 37, training: true, plan =>
            {
                PlanValue<float> early = LongLived(plan).ElementAt(i);
                name = early.ToString();
                Forget(plan, early);
            });
            Assert.That(bits.AsSpan().SequenceEqual(expected), Is.False, name);
        }

        static IEnumerable<PlanValue<float>> LongLived(Plan<float> plan) =>
            PlanLives.Of(plan.Steps).Where(life => life.Value.Last > life.Value.First).Select(life => life.Key);

        static Model<float> Network() => RandomModel.Of<float>(1,
        [
            new Conv2d<float>(3, 5, 3, padding: 1), new BatchNorm2d<float>(5), new Relu<float>(),
            new Residual<float>(new Sequential<float>(new Conv2d<float>(5, 5, 3, padding: 1), new Gelu<float>())), new Tanh<float>(),
            new GlobalAvgPool<float>(), new Linear<float>(5, 10),
        ]);
    }

    private static void AssertSameBits(Func<Model<float>> make, Shape image, int images)
    {
        foreach (bool training in (bool[])[true, false])
        {
            int forgotten = 0;
            byte[] bits = Bits(make(), image, images, training, plan => forgotten = Forget(plan));
            Assert.That(bits.AsSpan().SequenceEqual(Bits(make(), image, images, training, _ => { })), $"training {training}");
            Assert.That(forgotten, Is.Positive);
        }
    }

    // Twice: the second time finds what the first left.
    private static byte[] Bits(Model<float> model, Shape image, int images, bool training, Action<Plan<float>> rewrite)
    {
        var batch = new TensorBatch<float>(RandomTensors.Tensor<float>(image.Prepend(images), 2),
            Enumerable.Range(0, images).Select(n => n * 7 % 10).ToArray());
        PlanRunner<float> runner = model.RunnerFor(image);
        int block = Math.Min(images, Lanes.Count);
        rewrite(runner.PlanFor(training ? PlanGoal.Train(block) : PlanGoal.Evaluate(block)));
        var outputs = new Tensor<float>(new Shape(images, 10));
        List<float> numbers = [];
        for (int pass = 0; pass < 2; pass++)
        {
            var losses = new CrossEntropyLoss<float>();
            numbers.Add((float)(training ? runner.Train(batch, losses, outputs) : runner.Evaluate(batch, losses, outputs)));
            numbers.AddRange([.. outputs.Span, .. model.ParameterVector.Gradients.Span]);
        }
        return AlignedMemory.Bytes<float>(numbers.ToArray()).ToArray();
    }

    // A plan's list may be rewritten until it runs.
    private static int Forget(Plan<float> plan, PlanValue<float>? early = null)
    {
        Dictionary<PlanValue<float>, (int First, int Last)> lives = PlanLives.Of(plan.Steps);
        if (early is not null) lives[early] = (lives[early].First, lives[early].Last - 1);
        for (int i = plan.Steps.Count - 1; i >= 0; i--)
        {
            plan.Steps.InsertRange(i + 1, lives.Where(life => life.Value.Last == i).Select(life => Forgetting(plan, life.Key)));
            plan.Steps.InsertRange(i, lives.Where(life => life.Value.First == i).Select(life => Forgetting(plan, life.Key)));
        }
        return lives.Count;
    }

    private static Step<float> Forgetting(Plan<float> plan, PlanValue<float> value)
    {
        PlanGoal goal = plan.Goal;
        return new(StepKind.Forward, new(new Oblivion(), -1, value.Name)
        {
            Site = new(value.Layout, [value.Shape], value.Shape, goal.Images, goal.Training, goal.Backward), Inputs = [], Output = value,
        }) { Output = value };
    }

    private sealed class Oblivion : Layer<float>
    {
        public override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

        public override Shape OutputShape(Shape input) => input;

        public override void Forward<V>(in Pass<float> pass)
        {
            pass.Output.Fill(float.NaN);
            pass.Scratch.Fill(float.NaN);
        }

        public override void Backward<V>(in Pass<float> pass) => throw new NotSupportedException();
    }
}
