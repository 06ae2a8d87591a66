using System.Numerics;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Plans;

/// <summary>A plan with what belongs to it from batch to batch: prepared weights, and what whole-batch layers find out.</summary>
internal sealed class Ready<T>(Plan<T> plan) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public Plan<T> Plan => plan;

    /// <summary>What layers worked out of their parameters.</summary>
    public Tensor<T> Prepared { get; private set; } = new(new Shape(0));

    /// <summary>How many numbers they are.</summary>
    public int PreparedLength { get; private set; }

    /// <summary>By the number of the layer in the plan; none for ordinary ones.</summary>
    public WholeBatch<T>?[] WholeBatches { get; } = [.. plan.Nodes.Select(node => node.Layer is BatchLayer<T> ? new WholeBatch<T>(node) : null)];

    /// <summary>Copies of parameters, by the number of the layer; none where the layers' own hold.</summary>
    public Tensor<T>?[] Snapshots { get; } = new Tensor<T>?[plan.Nodes.Count];

    /// <summary>Numbers that a first worker borrows, to whom all threads may come, and those that another one does.</summary>
    public int[] WorkerScratch { get; } = new int[2];

    /// <summary>Makes room for what is prepared.</summary>
    public void Place<V>(int threads) where V : unmanaged, IVector<V, T>
    {
        PreparedLength = plan.PlacePrepared<V>();
        (WorkerScratch[0], WorkerScratch[1]) = (plan.ScratchLength<V>(threads), plan.ScratchLength<V>(1));
    }

    /// <summary>The prepared numbers of a layer.</summary>
    public Span<T> PreparedOf(PlanNode<T> node)
    {
        if (node.PreparedLength == 0) return [];
        return Prepared.Span.Slice(node.PreparedOffset, node.PreparedLength);
    }

    /// <summary>Takes memory for what is to be prepared: before every batch, since a runner's plans share it, or once and for all.</summary>
    public void PrepareIn(Tensor<T> memory) => Prepared = memory;

    /// <summary>Copies the parameters of a layer that prepares nothing.</summary>
    public void TakeSnapshot(PlanNode<T> node)
    {
        if (node.Layer.Parameters.Count == 0) return;
        var copy = new Tensor<T>(new Shape(node.Layer.Parameters.Sum(parameter => parameter.Shape.Length)));
        int at = 0;
        foreach (Parameter<T> parameter in node.Layer.Parameters)
        {
            parameter.Value.Span.CopyTo(copy.Span[at..]);
            at += parameter.Shape.Length;
        }
        Snapshots[node.Number] = copy;
    }
}
