using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Models;

/// <summary>Where every layer's values lie, for one shape of input: worked out once, the same for every block.</summary>
/// <remarks>
/// A block's values are one stretch of memory: the input, then the output of each layer that has memory of its own. Offsets and
/// lengths count numbers, lanes included. A layer replaces its input in place if it may, if its own backward pass does not read
/// that input, and if the layer that made it does not read its output; the memory of what only changes shape is that of its input.
/// </remarks>
internal sealed class ModelPlan<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MostGroups = 16;
    private const long MostGroupBytes = 256L << 20;                          // of all groups' gradients together: huge models get fewer groups
    private readonly IReadOnlyList<Layer<T>> _layers;
    private readonly int[] _offsets;
    private readonly int[] _batchLayers;
    private readonly Activation<T>[] _activations;
    private readonly bool[] _addsToInput, _addsToSecond;

    public ModelPlan(LayerGraph<T> graph, Shape input)
    {
        IReadOnlyList<Layer<T>> layers = graph.Layers;
        (Graph, _layers) = (graph, layers);
        Shapes = new Shape[layers.Count + 1];
        _offsets = new int[layers.Count + 1];
        SharesMemory = new bool[layers.Count];
        Shapes[0] = input;
        _batchLayers = [.. Enumerable.Range(0, layers.Count).Where(i => layers[i] is BatchLayer<T>)];
        Segments = [0, .. _batchLayers, layers.Count];
        WholeModel = [0, layers.Count];
        ValueLength = Largest = Length(0);
        int[] readers = CountReaders(graph);
        var makerReads = new BackwardReads[layers.Count + 1];                // of the layer that wrote the memory of a value
        _activations = new Activation<T>[layers.Count];
        for (int i = 0; i < layers.Count; i++)
        {
            Layer<T> layer = layers[i];
            int from = graph.InputOf(i);
            Shapes[i + 1] = layer is JoinLayer<T> join ? join.OutputShape(Shapes[from], Shapes[graph.SecondOf(i)]) : layer.OutputShape(Shapes[from]);
            SharesMemory[i] = readers[from] == 1 && layer.OutputMemory switch
            {
                OutputMemory.IsInput => true,
                OutputMemory.MayReplaceInput => !layer.BackwardReads.HasFlag(BackwardReads.Input) && !makerReads[from].HasFlag(BackwardReads.Output),
                _ => false,
            };
            if (SharesMemory[i])
            {
                _offsets[i + 1] = _offsets[from];
            }
            else
            {
                _offsets[i + 1] = ValueLength;
                long all = (long)ValueLength + Length(i + 1);
                if (all > Array.MaxLength)
                    ShapeGuard.TooLarge(nameof(Sequential<>),
                        $"all values of {Lanes.Count} images of {input} up to layer {i}'s {Shapes[i + 1]} are {all} elements. Use smaller images.",
                        all);
                ValueLength = (int)all;
            }
            if (i > 0 && from == i && layers[i - 1].TakesActivation && SharesMemory[i]) _activations[i - 1] = layer.Activation;
            makerReads[i + 1] = layer.OutputMemory == OutputMemory.IsInput ? makerReads[from] : layer.BackwardReads;
            Largest = Math.Max(Largest, Length(i + 1));
        }
        Kept = new(layers, this);
        (_addsToInput, _addsToSecond) = (new bool[layers.Count], new bool[layers.Count]);
        var isWritten = new bool[layers.Count + 1];
        for (int i = layers.Count - 1; i >= 0; i--)
        {
            (_addsToInput[i], isWritten[graph.InputOf(i)]) = (isWritten[graph.InputOf(i)], true);
            if (graph.SecondOf(i) != LayerGraph<T>.None) (_addsToSecond[i], isWritten[graph.SecondOf(i)]) = (isWritten[graph.SecondOf(i)], true);
        }
    }

    /// <summary>The layers, and what each of them reads.</summary>
    public LayerGraph<T> Graph { get; }

    /// <summary>The first layer of every segment in training, and the end: a layer that needs the whole batch starts a segment.</summary>
    public int[] Segments { get; }

    /// <summary>The same outside training: one segment.</summary>
    public int[] WholeModel { get; }

    /// <summary>The shape of one image's input, and of the output of each layer.</summary>
    public Shape[] Shapes { get; }

    /// <summary>Whether a layer's output lies where its input lies, and the gradients likewise.</summary>
    public bool[] SharesMemory { get; }

    /// <summary>The activation that layer i takes on from the layer after it, which is then passed over; or none.</summary>
    /// <remarks>It does so where the activation would have written over layer i's output: afterwards memory holds the same numbers either way.</remarks>
    public Activation<T> ActivationOf(int i) => _activations[i];

    /// <summary>What a training step of several segments keeps of every block.</summary>
    public KeptValues<T> Kept { get; }

    /// <summary>Whether a training step keeps all values of every block, and their gradients: where values have several readers and there are several segments.</summary>
    public bool KeepsEverything => Graph.Branches && _batchLayers.Length > 0;

    /// <summary>Numbers of all values of one block.</summary>
    public int ValueLength { get; }

    /// <summary>Numbers of the largest value of one block.</summary>
    public int Largest { get; }

    /// <summary>Numbers of a block's input (0) or of the output of layer i (i + 1).</summary>
    public int Length(int value) => ShapeGuard.Block(nameof(Sequential<>), Shapes[value], Lanes.Count);

    /// <summary>A block's input (0) or the output of layer i (i + 1).</summary>
    public Span<T> Value(Tensor<T> block, int value) => block.Span.Slice(_offsets[value], Length(value));

    /// <summary>Into how many groups the blocks of a batch go, each with its own
    /// gradients: by the sizes of batch and model, never by threads.</summary>
    public static int GroupCount(int blocks, long parameters)
    {
        long affordable = Math.Max(2, MostGroupBytes / Math.Max(1, parameters * AlignedMemory.SizeOf<T>()));
        return (int)Math.Min(Math.Min(MostGroups, affordable), blocks);
    }

    /// <summary>Whether, on the way back, layer i's share of its input's gradient is added to that of a later reader; the latest one writes.</summary>
    public bool AddsToInput(int i) => _addsToInput[i];

    /// <summary>The same of the second value it reads.</summary>
    public bool AddsToSecond(int i) => _addsToSecond[i];

    /// <summary>How many layers read each value; the caller reads the last.</summary>
    private static int[] CountReaders(LayerGraph<T> graph)
    {
        var readers = new int[graph.Layers.Count + 1];
        for (int i = 0; i < graph.Layers.Count; i++)
        {
            readers[graph.InputOf(i)]++;
            if (graph.SecondOf(i) != LayerGraph<T>.None) readers[graph.SecondOf(i)]++;
        }
        readers[^1]++;
        return readers;
    }

    /// <summary>Numbers that the layers borrow, at most, where so many threads may work on one block.</summary>
    public int ScratchLength<V>(int threads) where V : unmanaged, IVector<V, T>
    {
        int length = 0;
        for (int i = 0; i < _layers.Count; i++) length = Math.Max(length, _layers[i].ScratchLength<V>(Shapes[Graph.InputOf(i)], threads));
        return length;
    }

    /// <summary>The bytes of a training step: what <see cref="BlockRunner{T, V}"/> allocates, the model's own parameters, and the layers' tables.</summary>
    public MemoryPrediction PredictMemory(long parameters, int batchSize, int threads, SimdWidth width)
    {
        long scratch = ForVector.Of(width, new Scratch(this, threads)) + (threads - 1) * (long)ForVector.Of(width, new Scratch(this, threads: 1));
        long number = AlignedMemory.SizeOf<T>();
        int blocks = Lanes.Blocks(batchSize);
        bool keepsBlocks = _batchLayers.Length > 0;
        long boundaries = KeepsEverything ? (long)ValueLength * blocks : Graph.Branches ? (long)ValueLength * threads
            : keepsBlocks ? blocks * _batchLayers.Sum(layer => (long)Length(layer + 1)) : 0;
        return new(
            number * parameters,
            number * parameters * (1 + GroupCount(blocks, parameters)),
            number * (KeepsEverything ? (long)ValueLength * blocks : (long)ValueLength * threads + (keepsBlocks ? (long)Kept.Length * blocks : 0)),
            number * (2L * Largest * threads + scratch + boundaries) + StatisticsBytes(blocks),
            Enumerable.Range(0, _layers.Count).Sum(i => _layers[i].TableBytes(Shapes[Graph.InputOf(i)])));
    }

    /// <summary>Of every whole-batch layer: a block's part for each block, the whole, and the whole of the gradient.</summary>
    private long StatisticsBytes(int blocks) =>
        sizeof(double) * (blocks + 2L) * _batchLayers.Sum(i => (long)((BatchLayer<T>)_layers[i]).StatisticsLength(Shapes[Graph.InputOf(i)]));

    private sealed class Scratch(ModelPlan<T> plan, int threads) : IForVector<T, int>
    {
        public int With<V>() where V : unmanaged, IVector<V, T> => plan.ScratchLength<V>(threads);
    }
}
