using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>What each window of an average reads, and one over its divisor.</summary>
internal sealed record AveragePlan<T>(TapTable Table, T[] Shares) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Some rows of the output of an image, channels-last: <see cref="Layer{T}.ForwardRows"/>.</summary>
    public void ForwardRows<V>(in Pass<T> pass, RowBand band) where V : unmanaged, IVector<V, T> => Pool2d.AverageRows<V, T>(Table, Shares, band,
        pass.InputShape[2], pass.OutputShape[2], pass.InputExtent.InPixels, pass.Input, pass.Output);

    /// <summary>Bytes of both.</summary>
    public long Bytes => Table.Bytes + (long)Shares.Length * AlignedMemory.SizeOf<T>();

    /// <summary>A sliding window's.</summary>
    public static AveragePlan<T> Of(WindowAxis rows, WindowAxis columns, bool countIncludePad)
    {
        var shares = new T[rows.Output * columns.Output];
        for (int p = 0; p < shares.Length; p++)
        {
            long divisor = (long)Pool2dNaive.Divisor(rows, p / columns.Output, countIncludePad)
                * Pool2dNaive.Divisor(columns, p % columns.Output, countIncludePad);
            shares[p] = T.One / T.CreateChecked(divisor);
        }
        return new(new TapTable(rows, columns, transposed: false, channels: 1, weightStride: 0), shares);
    }

    /// <summary>The bins' of adaptive pooling.</summary>
    public static AveragePlan<T> Adaptive(int height, int width, Size2 output)
    {
        TapTable table = TapTable.Bins(height, width, output.Height, output.Width);
        return new(table, Array.ConvertAll(table.Windows, window => T.One / T.CreateChecked(window.End - window.First)));
    }
}
