using System.Numerics;

namespace Scratch.Kernels;

/// <summary>Which pixels along one axis each place of an output is blended from, and by which weights: growing, padding and cropping are nothing but
/// this list.</summary>
/// <remarks>Place o reads Sources[First[o]] up to, not including, Sources[First[o + 1]], each times the weight beside it; none at all where there is
/// no pixel. The list of <see cref="Reversed"/> carries gradients back: "which places did this pixel go to?".</remarks>
internal sealed class BlendAxis<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private BlendAxis(int input, List<(int Source, T Weight)>[] places)
    {
        Input = input;
        First = new int[places.Length + 1];
        for (int o = 0; o < places.Length; o++) First[o + 1] = First[o] + places[o].Count;
        MostTaps = places.Length == 0 ? 0 : places.Max(place => place.Count);
        (Sources, Weights) = ([.. places.SelectMany(place => place.Select(tap => tap.Source))], [.. places.SelectMany(place =>
            place.Select(tap => tap.Weight))]);
    }

    /// <summary>Pixels of the axis that is read.</summary>
    public int Input { get; }

    /// <summary>Places of the axis that is written.</summary>
    public int Output => First.Length - 1;

    /// <summary>[Output + 1].</summary>
    public int[] First { get; }

    /// <summary>The most pixels that one place is blended from.</summary>
    public int MostTaps { get; }

    /// <summary>Pixels, place by place.</summary>
    public int[] Sources { get; }

    /// <summary>Their weights.</summary>
    public T[] Weights { get; }

    /// <summary>Bytes of the three.</summary>
    public long Bytes => (long)(First.Length + Sources.Length) * sizeof(int) + (long)Weights.Length * Tensors.AlignedMemory.SizeOf<T>();

    /// <summary>One pixel to a place, or none where the source is below 0.</summary>
    public static BlendAxis<T> Of(int input, int output, Func<int, int> source) =>
        new(input, Places(output, o => source(o) is >= 0 and int at ? [(at, T.One)] : []));

    /// <summary>The pixel nearest to the top left of each place; a step is how many pixels one place is.</summary>
    public static BlendAxis<T> Nearest(int input, int output, double? scale)
    {
        T step = Step(input, output, scale);
        return Of(input, output, o => Math.Min(int.CreateTruncating(T.Floor(T.CreateChecked(o) * step)), input - 1));
    }

    /// <summary>The two pixels on either side of each place, by how near they are.</summary>
    /// <param name="input">Pixels.</param>
    /// <param name="output">Places.</param>
    /// <param name="scale">Places to a pixel, if not output / input.</param>
    /// <param name="alignCorners">Whether the centres of the outermost pixels meet, rather than their edges.</param>
    public static BlendAxis<T> Linear(int input, int output, double? scale, bool alignCorners)
    {
        T half = T.CreateChecked(0.5), step = !alignCorners ? Step(input, output, scale) : output > 1
            ? T.CreateChecked(input - 1) / T.CreateChecked(output - 1) : T.Zero;
        return new(input, Places(output, o =>
        {
            T place = T.CreateChecked(o), at = alignCorners ? place * step : T.Max(T.Zero, (place + half) * step - half);
            int left = Math.Min(int.CreateTruncating(at), input - 1), right = Math.Min(left + 1, input - 1);
            T share = T.Min(T.One, at - T.CreateChecked(left));
            return left == right || share == T.Zero ? [(left, T.One)] : share == T.One ? [(right, T.One)] : [(left, T.One - share), (right, share)];
        }));
    }

    /// <summary>The same with input and output exchanged.</summary>
    public BlendAxis<T> Reversed()
    {
        var pixels = new List<(int, T)>[Input];
        for (int i = 0; i < Input; i++) pixels[i] = [];
        for (int o = 0; o < Output; o++)
            for (int tap = First[o]; tap < First[o + 1]; tap++) pixels[Sources[tap]].Add((o, Weights[tap]));
        return new(Output, pixels);
    }

    private static List<(int Source, T Weight)>[] Places(int output, Func<int, List<(int Source, T Weight)>> place) =>
        [.. Enumerable.Range(0, output).Select(place)];

    private static T Step(int input, int output, double? scale) =>
        scale is { } places ? T.CreateChecked(1 / places) : T.CreateChecked(input) / T.CreateChecked(output);
}
