using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Plans;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Plans;

/// <summary>Places in memory, held against what is alive at each step, counted here anew.</summary>
public sealed class PlacesTests
{
    private static readonly PlanGoal[] _goals =
    [
        PlanGoal.Train(32), PlanGoal.Train(5), PlanGoal.Infer(1), PlanGoal.Infer(32), PlanGoal.Evaluate(32), PlanGoal.Train(32, true, true),
        PlanGoal.ForwardBackward(32, training: true), PlanGoal.ForwardBackward(7, training: false),
    ];

    [TestCaseSource(typeof(NamedModels), nameof(NamedModels.Small))]
    public void Run_NamedModel_KeepsApartWhatLivesAtOnce(string name)
    {
        Model<float> model = NamedModels.Build<float>(name, threads: 1);
        foreach (PlanGoal goal in _goals) AssertPlaces(model.RunnerFor(NamedModels.Image(name)).PlanFor(goal));
    }

    [Test]
    public void Run_RandomGraph_KeepsApartWhatLivesAtOnce([Range(1, 20)] int seed)
    {
        PlanRunner<float> runner = RandomGraph<float>.Build(seed).RunnerFor(RandomGraph<float>.Image);
        foreach (PlanGoal goal in _goals) AssertPlaces(runner.PlanFor(goal));
    }

    // 2, 5, 3 and 4 channels: most are alive while 3 are made of 5.
    [Test]
    public void Run_ChainByHand_TakesWhatLivesAtOnceAtMost()
    {
        Model<float> model = RandomModel.Of<float>(1, [Conv(2, 5), Conv(5, 3), Conv(3, 4)]);
        Plan<float> plan = model.RunnerFor(new Shape(2, 5, 3)).PlanFor(PlanGoal.Infer(32));
        Assert.That(plan.WorkerLength, Is.EqualTo((5 + 3) * 15 * Lanes.Count));
        Assert.That(plan.BlockLength, Is.Zero);

        static Conv2d<float> Conv(int from, int to) => new(from, to, 1) { Algorithm = ConvolutionAlgorithm.Lanes };
    }

    [Test]
    public void Run_LastUse_IsWrittenOver()
    {
        Model<float> model = RandomModel.Of<float>(1, [new Tanh<float>(), new Sigmoid<float>()]);
        Plan<float> inUse = model.RunnerFor(new Shape(2, 5, 3)).PlanFor(PlanGoal.Infer(32));
        Assert.That(inUse.WorkerLength, Is.EqualTo(2 * 15 * Lanes.Count), "one after the other in one place");
        Plan<float> observed = model.RunnerFor(new Shape(2, 5, 3)).PlanFor(PlanGoal.Infer(32, observed: true));
        Assert.That(observed.WorkerLength, Is.EqualTo(2 * 2 * 15 * Lanes.Count), "who looks on sees what goes in beside what comes out");
    }

    private static void AssertPlaces(Plan<float> plan)
    {
        List<Step<float>> steps = plan.Steps;
        Dictionary<PlanValue<float>, (int First, int Last)> lives = PlanLives.Of(steps);
        for (int i = 0; i < steps.Count; i++)
            foreach (bool inBlock in (bool[])[false, true])
            {
                int end = 0;
                foreach (PlanValue<float> value in lives.Where(life => life.Key.InBlock == inBlock && life.Value.First <= i && i <= life.Value.Last)
                    .Select(life => life.Key).OrderBy(value => value.Offset))
                {
                    Assert.That(value.Offset, Is.GreaterThanOrEqualTo(end), $"{plan.Goal}: {value} at step {i}, {steps[i].Kind}");
                    end = value.Offset + value.Length(plan.Goal.Images);
                }
                Assert.That(end, Is.LessThanOrEqualTo(inBlock ? plan.BlockLength : plan.WorkerLength));
            }
        foreach (var (value, (first, last)) in lives)
            Assert.That(value.InBlock, Is.EqualTo(steps[first..last].Exists(step => step.IsBarrier)), $"{plan.Goal}: {value} from {first} to {last}");
        AssertNobodyReadsWhatWasWrittenOver(steps);
    }

    // What a layer makes in the place of what it reads, and that under whatever name, is the last to be heard of it.
    private static void AssertNobodyReadsWhatWasWrittenOver(List<Step<float>> steps)
    {
        var seenAs = new Dictionary<PlanValue<float>, PlanValue<float>>(ReferenceEqualityComparer.Instance);
        foreach (Step<float> step in steps.Where(step => step.Kind is StepKind.Forward or StepKind.Repeat && step.IsView))
            seenAs[step.Output!] = Original(step.Inputs[0]);
        for (int i = 0; i < steps.Count; i++)
        {
            Step<float> step = steps[i];
            if (step.Kind is not (StepKind.Forward or StepKind.Repeat) || step.IsView) continue;
            foreach (PlanValue<float> gone in step.Inputs.Where(input => input.Owner == step.Output!.Owner))
                Assert.That(steps.Skip(i + 1).SelectMany(later => later.Reads).Select(Original), Has.None.SameAs(Original(gone)), $"{gone}, {i}");
        }

        PlanValue<float> Original(PlanValue<float> value) => seenAs.GetValueOrDefault(value, value);
    }
}
