using System.Numerics;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Plans;

/// <summary>Decides how the values of each layer lie: in lanes or channels-last, so that layers and conversions together are expected to take the
/// least time.</summary>
/// <remarks>
/// Starts from the better of all lanes and all channels-last, as far as layers know both, then changes stretches of neighbours as long as that pays.
/// Everything follows from shapes and the number of images, never from threads: so the bits do.
/// </remarks>
internal sealed class LayoutChoice<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int LongSearch = 80;                                       // layers, up to which stretches of any length are tried
    private const int ShortStretch = 12;                                     // layers of a stretch, beyond that

    private readonly LayerGraph<T> _graph;
    private readonly Shape[] _shapes;
    private readonly PlanGoal _goal;
    private readonly int _vector;
    private readonly double[,] _costs;                                       // of layer i in either layout; infinite where it does not know it
    private readonly int[] _joins;                                           // the layer whose step does layer i's work if both lie alike; or -1
    private readonly Layout[] _layouts;
    private readonly bool[,] _seen;                                          // scratch of Total: a value has been converted to a layout already

    private LayoutChoice(LayerGraph<T> graph, Shape[] shapes, PlanGoal goal, int vector)
    {
        (_graph, _shapes, _goal, _vector) = (graph, shapes, goal, vector);
        int count = graph.Layers.Count;
        (_costs, _layouts, _seen) = (new double[count, 2], new Layout[count], new bool[shapes.Length, 2]);
        for (int i = 0; i < count; i++)
            foreach (Layout layout in (ReadOnlySpan<Layout>)[Layout.Lanes, Layout.ChannelsLast])
            {
                LayerSite site = Site(graph, shapes, goal, i, layout);
                _costs[i, (int)layout] = graph.Layers[i].Knows(layout, site.Inputs) ? graph.Layers[i].IsView(site) ? 0
                    : graph.Layers[i].Cost(site, vector)
                    : double.PositiveInfinity;
            }
        _joins = [.. Enumerable.Range(0, count).Select(i => JoinedBy(graph, goal, i))];
    }

    /// <summary>The layout of each layer.</summary>
    public static Layout[] Of(LayerGraph<T> graph, Shape[] shapes, PlanGoal goal, int vector)
    {
        var choice = new LayoutChoice<T>(graph, shapes, goal, vector);
        choice.Search();
        return choice._layouts;
    }

    /// <summary>Layer i as it stands in a layout.</summary>
    public static LayerSite Site(LayerGraph<T> graph, Shape[] shapes, PlanGoal goal, int i, Layout layout) =>
        new(layout, [.. graph.InputsOf(i).Select(value => shapes[value])], shapes[graph.OutputOf(i)], goal.Images, goal.Training, goal.Backward);

    /// <summary>The layer whose step does layer i's work, too, if both lie alike, so that this costs nothing; or -1.</summary>
    /// <remarks>In use: a normalisation goes into the weights before it, and an activation into the kernel, unless somebody else reads what lies
    /// between.</remarks>
    public static int JoinedBy(LayerGraph<T> graph, PlanGoal goal, int i)
    {
        Layer<T> layer = graph.Layers[i];
        int value = graph.InputsOf(i)[0], before = value - graph.InputCount;
        if (goal.Training || goal.Backward || goal.Observed || before < 0 || graph.Outputs.Contains(value)) return -1;
        if (Enumerable.Range(0, graph.Layers.Count).Any(other => other != i && graph.InputsOf(other).Contains(value))) return -1;
        bool joins = layer is BatchNormLayer<T> ? graph.Layers[before].Folds : layer.Activation.IsSome && graph.Layers[before].TakesActivation;
        return joins ? before : -1;
    }

    private void Search()
    {
        int count = _layouts.Length;
        double lanes = Fill(Layout.Lanes), best = Fill(Layout.ChannelsLast);
        if (!(best < lanes)) best = Fill(Layout.Lanes);
        var before = new Layout[count];
        for (bool improved = true; improved;)
        {
            improved = false;
            for (int from = 0; from < count; from++)
                for (int to = from; to < Math.Min(count, count <= LongSearch ? count : from + ShortStretch); to++)
                    foreach (Layout layout in (ReadOnlySpan<Layout>)[Layout.Lanes, Layout.ChannelsLast])
                    {
                        _layouts.CopyTo(before, 0);
                        bool changes = false;
                        for (int i = from; i <= to; i++)
                            if (_layouts[i] != layout && double.IsFinite(_costs[i, (int)layout])) (_layouts[i], changes) = (layout, true);
                        if (!changes) continue;
                        double cost = Total();
                        if (cost < best * (1 - 1e-9)) (best, improved) = (cost, true);
                        else before.CopyTo(_layouts, 0);
                    }
        }
    }

    private double Fill(Layout layout)
    {
        for (int i = 0; i < _layouts.Length; i++)
            _layouts[i] = double.IsFinite(_costs[i, (int)layout]) ? layout : ConvertLayout<T>.Other(layout);
        return Total();
    }

    private double Total()
    {
        double cost = 0;
        Array.Clear(_seen);
        for (int i = 0; i < _layouts.Length; i++)
        {
            Layout layout = _layouts[i];
            if (_joins[i] < 0 || _layouts[_joins[i]] != layout) cost += _costs[i, (int)layout];
            foreach (int value in _graph.InputsOf(i))
            {
                if (value < _graph.InputCount || _layouts[value - _graph.InputCount] == layout || _seen[value, (int)layout]) continue;
                _seen[value, (int)layout] = true;                            // inputs of the model are loaded as they are wanted
                cost += ConvertLayout<T>.Price(_shapes[value], _goal.Images, _goal.Backward, _vector);
            }
        }
        foreach (int output in _graph.Outputs)
            if (_goal.TakesLossInLanes(_shapes[output]) && output >= _graph.InputCount && _layouts[output - _graph.InputCount] != Layout.Lanes)
                cost += ConvertLayout<T>.Price(_shapes[output], _goal.Images, _goal.Backward, _vector);
        return cost;
    }
}
