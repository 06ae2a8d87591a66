using System.Numerics;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Plans;

/// <summary>A runner's memory for values, gradients and what layers borrow; its plans share it.</summary>
/// <param name="threads">How many workers there are.</param>
internal sealed class PlanMemory<T>(int threads) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tensor<T>?[] _workers = new Tensor<T>?[threads], _scratch = new Tensor<T>?[threads], _targets = new Tensor<T>?[threads];
    private readonly List<Tensor<T>> _blocks = [];
    private Tensor<T>? _prepared;
    private int _blockLength;

    /// <summary>Gradients of each group of blocks.</summary>
    public List<Tensor<T>> Groups { get; } = [];

    /// <summary>[block, output, part].</summary>
    public double[] Losses { get; private set; } = [];

    /// <summary>For steps of several inputs: where these lie, of a worker.</summary>
    public Region<T>[][] Inputs { get; } = new Region<T>[threads][];

    /// <summary>The same of their gradients.</summary>
    public Region<T>[][] GradInputs { get; } = new Region<T>[threads][];

    /// <summary>Makes room, if there is not enough.</summary>
    public void Reserve(Plan<T> plan, int blocks, int groups, Shape parameters, int[] scratch, int spareGroups)
    {
        for (int i = 0; i < threads; i++)
        {
            Reserve(ref _workers[i], plan.WorkerLength);
            Reserve(ref _scratch[i], scratch[i == 0 ? 0 : 1]);
            if (Inputs[i] is null || Inputs[i].Length < plan.MostInputs) (Inputs[i], GradInputs[i]) =
                (new Region<T>[plan.MostInputs], new Region<T>[plan.MostInputs]);
        }
        if (plan.BlockLength > _blockLength)
        {
            _blocks.Clear();
            _blockLength = plan.BlockLength;
        }
        while (_blocks.Count < (plan.BlockLength > 0 ? blocks : 0)) _blocks.Add(new(new Shape(_blockLength)));
        bool needsSpare = spareGroups > 0 && !plan.Goal.Loss;                // Backward adds to what there is
        while (Groups.Count < (needsSpare ? 1 : groups)) Groups.Add(new(parameters));
        if (Losses.Length < blocks * plan.Outputs.Length * plan.LossParts) Losses = new double[blocks * plan.Outputs.Length * plan.LossParts];
    }

    /// <summary>Makes room for the targets of a block.</summary>
    public void ReserveTargets(int length)
    {
        for (int i = 0; i < threads; i++) Reserve(ref _targets[i], length);
    }

    /// <summary>Where a value of a block lies.</summary>
    public Region<T> RegionOf(PlanValue<T> value, int block, int worker, int images)
    {
        PlanValue<T> owner = value.Owner;
        return new(owner.InBlock ? _blocks[block] : _workers[worker], owner.Offset, value.Length(images));
    }

    /// <summary>What layers borrow, of a worker.</summary>
    public Span<T> ScratchOf(int worker) => _scratch[worker]!.Span;

    /// <summary>A piece of that.</summary>
    public Region<T> RegionOfScratch(int worker, int offset, int length) => new(_scratch[worker], offset, length);

    /// <summary>What layers prepare before each batch.</summary>
    public Tensor<T> Prepared(int length)
    {
        Reserve(ref _prepared, length);
        return _prepared!;
    }

    /// <summary>The targets of a worker's block.</summary>
    public Span<T> TargetsOf(int worker, int length) => _targets[worker]!.Span[..length];

    private static void Reserve(ref Tensor<T>? memory, int length)
    {
        if (memory is null || memory.Length < length) memory = new(new Shape(length));
    }
}
