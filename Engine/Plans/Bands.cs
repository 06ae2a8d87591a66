using System.Numerics;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Plans;

/// <summary>In use, layers that follow each other go together through an image, band of rows after band, where what lies between them would not
/// stay in a core's cache: memory then holds the few rows of it that are there at a time.</summary>
/// <remarks>
/// So a MobileNet's block of 16 -> 96 channels over 112x112 pixels, its depthwise convolution and the way back to 24 channels write and read none
/// of the 5 MB between them. Every number is the sum that it is without bands: the same bits. Rows that the next band reads, too, stay; only who
/// begins in the middle of an image, such as a second thread, makes them once more.
/// </remarks>
internal sealed class Bands<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int FarBytes = 1 << 19;                                    // of a value of one image, from which on it leaves the cache
    private const int LeastBands = 4;                                        // of an image, for threads to share
    private const int BandBytes = 3 << 18;                                   // of the rows between the layers that are there at a time

    private readonly WindowAxis[] _rows;                                     // of every layer

    private Bands(List<Step<T>> steps)
    {
        Steps = [.. steps];
        _rows = [.. steps.Select(step => step.Node.Layer.Window(step.Node.Site.Input)!.Value.Rows)];
        Height = steps[^1].Output!.Shape[1];
        int rows = 1;
        while (rows < (Height + LeastBands - 1) / LeastBands && Between(rows + 1).Sum(RowBytes) <= BandBytes) rows++;
        Rows = ChannelPlan.Evenly(Height, rows);
        Count = (Height + Rows - 1) / Rows;
        foreach (var (value, kept) in Between(Rows)) value.KeepRows(kept);
    }

    /// <summary>The layers' own, in order.</summary>
    public Step<T>[] Steps { get; }

    /// <summary>Rows of the last layer's output.</summary>
    public int Height { get; }

    /// <summary>How many of them are a band.</summary>
    public int Rows { get; }

    /// <summary>Bands of an image.</summary>
    public int Count { get; }

    /// <summary>The rows of its input that a layer reads for some rows of its output.</summary>
    public (int Top, int Bottom) Reads(int layer, int top, int bottom)
    {
        WindowAxis axis = _rows[layer];
        long first = (long)top * axis.Stride - axis.Padding, end = (bottom - 1L) * axis.Stride - axis.Padding + axis.Span;
        return ((int)Math.Clamp(first, 0, axis.Input), (int)Math.Clamp(end, 0, axis.Input));
    }

    /// <summary>Finds such layers in a list, and ties their steps together.</summary>
    public static void Join(List<Step<T>> steps)
    {
        for (int i = 0; i < steps.Count; i++)
        {
            int count = 1;
            while (i + count < steps.Count && Joins(steps, i + count)) count++;
            if (count == 1) continue;
            List<Step<T>> joined = steps.GetRange(i, count);
            var bands = new Bands<T>(joined);
            foreach (Step<T> step in joined) step.Bands = bands;
            i += count - 1;
        }
    }

    // Whether a step is the only one that reads what the step before it makes, both work by rows, and that is large.
    private static bool Joins(List<Step<T>> steps, int i)
    {
        Step<T> before = steps[i - 1], step = steps[i];
        return WorksByRows(before) && WorksByRows(step) && step.Inputs[0] == before.Output && step.Node.Addend != before.Output
            && before.Output.Shape.Rank == 3
            && (long)before.Output.Shape.Length * AlignedMemory.SizeOf<T>() >= FarBytes
            && steps.Count(other => other.Reads.Contains(before.Output)) == 1;
    }

    private static bool WorksByRows(Step<T> step) =>
        step.Kind == StepKind.Forward && step.Inputs.Length == 1 && !step.Node.IsView && step.Node.Site.InUse
            && step.Node.Layer.WorksByRows(step.Node.Site) && step.Node.Layer.Window(step.Node.Site.Input) is not null;

    /// <summary>What lies between the layers, and how many rows of it so many rows of the last output take, wherever they are.</summary>
    private IEnumerable<(PlanValue<T> Value, int Rows)> Between(int rows)
    {
        for (int layer = _rows.Length - 1; layer > 0; layer--)
        {
            rows = (int)Math.Min(_rows[layer].Input, (rows - 1L) * _rows[layer].Stride + _rows[layer].Span);
            yield return (Steps[layer].Inputs[0], rows);
        }
    }

    private static long RowBytes((PlanValue<T> Value, int Rows) kept) =>
        (long)kept.Rows * kept.Value.Shape[0] * kept.Value.Shape[2] * AlignedMemory.SizeOf<T>();
}
