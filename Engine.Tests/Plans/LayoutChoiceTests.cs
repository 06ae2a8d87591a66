using NUnit.Framework;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Plans;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Plans;

/// <summary>How values lie follows from what layers and conversions cost: no other choice costs less, and nothing is converted for nothing.</summary>
public sealed class LayoutChoiceTests
{
    private const int MostTried = 12;                                        // layers of which all choices are tried

    private static readonly PlanGoal[] _goals = [PlanGoal.Infer(1), PlanGoal.Infer(32), PlanGoal.Train(32), PlanGoal.Train(3), PlanGoal.Evaluate(7)];

    [Test]
    public void Of_RandomGraph_CostsNoMoreThanOneLayoutForAll([Range(1, 16)] int seed)
    {
        foreach (PlanGoal goal in _goals)
        {
            var (cost, layouts) = Chosen(seed, goal, out Func<Layout[], double> costOf);
            foreach (Layout layout in Enum.GetValues<Layout>())
                Assert.That(cost, Is.LessThanOrEqualTo(costOf([.. layouts.Select(_ => layout)]) * (1 + 1e-9)), $"{goal}, {layout}");
        }
    }

    private static IEnumerable<int> SmallGraphs => Enumerable.Range(1, 40).Where(seed => RandomGraph<float>.Build(seed).Layers.Count <= MostTried);

    // The search changes one stretch after the other: it may end beside the least, but close to it.
    [TestCaseSource(nameof(SmallGraphs))]
    public void Of_SmallRandomGraph_CostsHardlyMoreThanTheLeastThereIs(int seed)
    {
        foreach (PlanGoal goal in _goals)
        {
            var (cost, layouts) = Chosen(seed, goal, out Func<Layout[], double> costOf);
            double least = Enumerable.Range(0, 1 << layouts.Length).Min(choice => costOf([.. layouts.Select((_, i) => (Layout)(choice >> i & 1))]));
            Assert.That(cost, Is.LessThanOrEqualTo(least * 1.02), $"{goal}");
        }
    }

    [Test]
    public void Compile_RandomGraph_ConvertsEachValueOnceForThoseWhoReadItSo([Range(1, 16)] int seed)
    {
        PlanRunner<float> runner = RandomGraph<float>.Build(seed).RunnerFor(RandomGraph<float>.Image);
        foreach (PlanGoal goal in _goals)
        {
            List<PlanNode<float>> nodes = runner.PlanFor(goal).Nodes;
            PlanNode<float>[] conversions = [.. nodes.Where(node => node.Layer is ConvertLayout<float>)];
            Assert.That(conversions.Select(node => node.Inputs[0]), Is.Unique);
            foreach (PlanNode<float> node in nodes)
            {
                Assert.That(node.Layer.Knows(node.Site.Layout, node.Site.Inputs), $"{node}");
                Assert.That(node.Output.Layout, Is.EqualTo(node.Site.Layout), $"{node}");
                Assert.That(node.Inputs.Select(input => input.Layout == node.Site.Layout), Has.All.EqualTo(node.Layer is not ConvertLayout<float>),
                    $"{node}");
            }
            foreach (PlanNode<float> conversion in conversions)
                Assert.That(nodes.Any(node => node.Inputs.Contains(conversion.Output) || node.Addend == conversion.Output)
                    || runner.PlanFor(goal).Outputs.Contains(conversion.Output), $"{conversion} is for nobody");
        }
    }

    // A layer that knows one way only stands among others that are dear there: they go their own way if they are dear enough to pay for two
    // conversions.
    [TestCase(1.1, false)]
    [TestCase(1000, true)]
    public void Of_DearLayerAmongOthers_IsConvertedForIfThatPays(double factor, bool converts)
    {
        var model = new Sequential<float>(new Priced(Layout.Lanes, 1000), new Priced(Layout.ChannelsLast, factor), new Priced(Layout.Lanes, 1000));
        Plan<float> plan = model.RunnerFor(new Shape(5, 9, 7)).PlanFor(PlanGoal.Infer(32));
        Assert.That(plan.Nodes.Count(node => node.Layer is ConvertLayout<float>), Is.EqualTo(converts ? 2 : 0));
        Assert.That(plan.Nodes.Single(node => node.Index == 1).Site.Layout, Is.EqualTo(converts ? Layout.ChannelsLast : Layout.Lanes));
    }

    private static (double Cost, Layout[] Layouts) Chosen(long seed, PlanGoal goal, out Func<Layout[], double> costOf)
    {
        Model<float> model = RandomGraph<float>.Build(seed);
        LayerGraph<float> graph = model.Graph;
        Shape[] shapes = graph.Shapes([RandomGraph<float>.Image]);
        int vector = model.RunnerFor(RandomGraph<float>.Image).VectorLength;
        costOf = layouts => Cost(graph, shapes, goal, vector, layouts);
        Layout[] chosen = LayoutChoice<float>.Of(graph, shapes, goal, vector);
        return (costOf(chosen), chosen);
    }

    // Layers in order, each after conversions of what does not lie as it wants; the model's inputs come as they are wanted.
    private static double Cost(LayerGraph<float> graph, Shape[] shapes, PlanGoal goal, int vector, Layout[] layouts)
    {
        double cost = 0;
        var there = new HashSet<(int Value, Layout Layout)>();
        for (int i = 0; i < layouts.Length; i++)
        {
            LayerSite site = LayoutChoice<float>.Site(graph, shapes, goal, i, layouts[i]);
            Layer<float> layer = graph.Layers[i];
            if (!layer.Knows(layouts[i], site.Inputs)) return double.PositiveInfinity;
            foreach (int value in graph.InputsOf(i)) Bring(value, layouts[i]);
            int before = LayoutChoice<float>.JoinedBy(graph, goal, i);
            if (!layer.IsView(site) && (before < 0 || layouts[before] != layouts[i])) cost += layer.Cost(site, vector);
            there.Add((graph.OutputOf(i), layouts[i]));
        }
        foreach (int output in graph.Outputs)
            if (goal.TakesLossInLanes(shapes[output])) Bring(output, Layout.Lanes);
        return cost;

        void Bring(int value, Layout layout)
        {
            if (value >= graph.InputCount && there.Add((value, layout)))
                cost += ConvertLayout<float>.Price(shapes[value], goal.Images, goal.Backward, vector);
        }
    }

    /// <summary>Gives on what it gets, and says what that costs.</summary>
    private sealed class Priced(Layout cheap, double factor) : Layer<float>
    {
        public override bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => true;

        public override double Cost(LayerSite site, int vector) => base.Cost(site, vector) * (site.Layout == cheap ? 1 : factor);

        public override Shape OutputShape(Shape input) => input;

        public override void Forward<V>(in Pass<float> pass) => pass.Input.CopyTo(pass.Output);

        public override void Backward<V>(in Pass<float> pass) => pass.GradOutput.CopyTo(pass.GradInput);
    }
}
