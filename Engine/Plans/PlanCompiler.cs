using System.Numerics;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Plans;

/// <summary>Makes a plan from a graph: layers at their places, then rewritten, then one list of steps, then places in memory.</summary>
internal sealed class PlanCompiler<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly LayerGraph<T> _graph;
    private readonly Shape[] _shapes;
    private readonly PlanGoal _goal;
    private readonly List<PlanNode<T>> _nodes = [];
    private readonly PlanValue<T>?[,] _values;                               // of the graph's values in either layout

    private PlanCompiler(LayerGraph<T> graph, Shape[] shapes, PlanGoal goal)
    {
        (_graph, _shapes, _goal) = (graph, shapes, goal);
        _values = new PlanValue<T>?[shapes.Length, 2];
    }

    /// <summary>The plan for images of some shapes.</summary>
    /// <param name="graph">The model.</param>
    /// <param name="inputs">The shape of one image of each input.</param>
    /// <param name="goal">What it is for.</param>
    /// <param name="vector">Numbers of a vector.</param>
    /// <exception cref="ShapeMismatchException">A layer does not take what comes to it.</exception>
    public static Plan<T> Compile(LayerGraph<T> graph, ReadOnlySpan<Shape> inputs, PlanGoal goal, int vector)
    {
        Shape[] shapes = graph.Shapes(inputs);
        var compiler = new PlanCompiler<T>(graph, shapes, goal);
        compiler.PlaceLayers(LayoutChoice<T>.Of(graph, shapes, goal, vector));
        PlanValue<T>[] loaded = [.. Enumerable.Range(0, graph.InputCount).Select(compiler.Loaded)];
        PlanValue<T>[] outputs = [.. graph.Outputs.Select(compiler.Output)];
        var fusion = new Fusion<T>(compiler._nodes, outputs, goal);
        fusion.Run();
        List<Step<T>> steps = new StepList<T>(compiler._nodes, loaded, outputs, goal).Steps;
        if (goal is { Training: true, Backward: true, Loss: true }) Repeats<T>.Insert(steps, goal.Images);
        if (goal is { Training: false, Backward: false, Observed: false }) Bands<T>.Join(steps);
        var places = new Places<T>(steps, goal);
        places.Run();
        return new(goal, compiler._nodes, steps, loaded, outputs, places.WorkerLength, places.BlockLength) { Foldable = fusion.Foldable };
    }

    // Every layer in the graph's order, with a conversion before it where what it reads lies another way.
    private void PlaceLayers(Layout[] layouts)
    {
        for (int i = 0; i < _graph.Layers.Count; i++)
        {
            PlanValue<T>[] inputs = [.. _graph.InputsOf(i).Select(value => Value(value, layouts[i]))];
            var output = new PlanValue<T>($"{_graph.PathOf(i)}", _shapes[_graph.OutputOf(i)], layouts[i]);
            _values[_graph.OutputOf(i), (int)layouts[i]] = output;
            _nodes.Add(new(_graph.Layers[i], i, _graph.PathOf(i))
            {
                Site = LayoutChoice<T>.Site(_graph, _shapes, _goal, i, layouts[i]), Inputs = inputs, Output = output,
            });
        }
    }

    private PlanValue<T> Value(int value, Layout layout)
    {
        if (_values[value, (int)layout] is { } known) return known;
        Layout other = ConvertLayout<T>.Other(layout);
        if (_values[value, (int)other] is not { } source)                    // an input of the model comes as its first reader wants it
            return _values[value, (int)layout] = new(_graph.NameOf(value), _shapes[value], layout);
        var converted = new PlanValue<T>(source.Name + (layout == Layout.Lanes ? ".lanes" : ".last"), _shapes[value], layout);
        _nodes.Add(new(new ConvertLayout<T>(layout), -1, source.Name)
        {
            Site = new(layout, [_shapes[value]], _shapes[value], _goal.Images, _goal.Training, _goal.Backward), Inputs = [source], Output = converted,
        });
        return _values[value, (int)layout] = converted;
    }

    // An input that nobody reads, or that is an output, too, is loaded in lanes.
    private PlanValue<T> Loaded(int input)
    {
        for (int layout = 0; layout < 2; layout++)
            if (_values[input, layout] is { } value && _nodes.All(node => node.Output != value)) return value;
        return Value(input, Layout.Lanes);
    }

    private PlanValue<T> Output(int value) => _goal.TakesLossInLanes(_shapes[value]) ? Value(value, Layout.Lanes)
        : _values[value, (int)Layout.Lanes] ?? Value(value, _values[value, (int)Layout.ChannelsLast] is null ? Layout.Lanes : Layout.ChannelsLast);
}
