using System.Numerics;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Plans;

namespace Scratch.Models;

/// <summary>Mean, deviation and least value of what one layer puts out in a pass.</summary>
internal sealed class OutputMoments<T> : BlockObserver<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private (Moments Moments, double Least)[] _blocks = [];

    /// <summary>Which layer of the model to look at.</summary>
    public int Layer { get; set; }

    /// <summary>Of the last pass.</summary>
    public Moments Moments { get; private set; }

    /// <summary>Of the last pass.</summary>
    public double Least { get; private set; }

    public override void BeginPass(int layers, int images, bool training) => _blocks = new (Moments, double)[Lanes.Blocks(images)];

    public override void Observe<V>(int layer, in Pass<T> pass)
    {
        if (layer != Layer) return;
        double least = double.PositiveInfinity;
        for (int start = 0; start < pass.Output.Length; start += Lanes.Count)
            foreach (T value in pass.Output.Slice(start, pass.Images)) least = Math.Min(least, double.CreateTruncating(value));
        _blocks[pass.Block] = (Moments.OfLanes<V, T>(pass.Output, pass.Images), least);
    }

    public override void EndPass()
    {
        (Moments, Least) = (default, double.PositiveInfinity);
        foreach (var (moments, least) in _blocks) (Moments, Least) = (Moments.With(moments), Math.Min(Least, least));
    }
}
