using System.Numerics;
using Scratch.Layers;
using Scratch.Tensors;

namespace Scratch.Plans;

/// <summary>A value of a block, or its gradient, and its place in memory.</summary>
/// <param name="name">What a printed plan calls it.</param>
/// <param name="shape">Of one image.</param>
/// <param name="layout">How it lies.</param>
internal sealed class PlanValue<T>(string name, Shape shape, Layout layout) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private PlanValue<T>? _sharesMemoryOf;
    private int _fewRows;                                                    // numbers of those that are there at a time; 0 for all

    public string Name => name;

    public Shape Shape => shape;

    public Layout Layout => layout;

    /// <summary>The shape of one position of one image.</summary>
    public Shape Position { get; } = shape.Rank == 0 ? shape : new(shape[0]);

    /// <summary>Whether it lies in the block's memory, since it lives across a barrier, or in that of the worker who has the block at the
    /// moment.</summary>
    public bool InBlock { get; private set; }

    /// <summary>Its first number there.</summary>
    public int Offset { get; private set; }

    /// <summary>The value whose memory it is; itself if it has memory of its own.</summary>
    public PlanValue<T> Owner => _sharesMemoryOf is null ? this : _sharesMemoryOf.Owner;

    /// <summary>How many numbers a block of so many images takes; where it is made band by band, the few rows that are there at a time.</summary>
    public int Length(int images) => _fewRows > 0 ? _fewRows : Extent.Length(layout, shape, images);

    /// <summary>From now on memory holds so many rows of one image at a time.</summary>
    public void KeepRows(int rows) => _fewRows = Extent.Length(layout, new(shape[0], rows, shape[2]), images: 1);

    /// <summary>Lies where another value lies, from now on.</summary>
    public void ShareMemoryOf(PlanValue<T> other)
    {
        if (Owner != other.Owner) Owner._sharesMemoryOf = other.Owner;
    }

    /// <summary>Gives it its place.</summary>
    public void PlaceAt(bool inBlock, int offset) => (InBlock, Offset) = (inBlock, offset);

    public override string ToString() => $"{name}@{(Owner.InBlock ? "block" : "worker")}+{Owner.Offset}";
}
