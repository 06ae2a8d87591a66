using System.Diagnostics;
using Scratch.Kernels;
using Scratch.Layers;

namespace Scratch.Plans;

// Layers that go together through an image, band by band: what lies between them is in the memory of the worker who does it.
internal sealed partial class PlanRunner<T, V>
{
    private BandState[] _bandStates = [];

    private void DoBands(Bands<T> bands, int block, int group, int owner, int worker)
    {
        _bandStates[worker].Next = -1;
        for (int i = 0; i < Filled(block) * bands.Count; i++) DoBand(bands, block, group, owner, worker, i, i);
    }

    /// <summary>One band of one image, through all layers.</summary>
    /// <param name="bands">The layers.</param>
    /// <param name="block">The block.</param>
    /// <param name="group">Its group.</param>
    /// <param name="owner">The worker in whose memory its values lie.</param>
    /// <param name="worker">The one who does it.</param>
    /// <param name="part">Which band of which of the block's images.</param>
    /// <param name="piece">The same counted over all blocks.</param>
    private void DoBand(Bands<T> bands, int block, int group, int owner, int worker, int part, int piece)
    {
        BandState state = _bandStates[worker];
        int image = part / bands.Count, band = part % bands.Count, last = bands.Steps.Length - 1;
        bool goesOn = band > 0 && state.Next == piece;                       // then rows of the band before are there
        state.Next = piece + 1;
        var (top, bottom) = (band * bands.Rows, Math.Min(bands.Height, (band + 1) * bands.Rows));
        state.Needed[last] = (top, bottom);
        for (int i = last; i > 0; i--) state.Needed[i - 1] = bands.Reads(i, state.Needed[i].Top, state.Needed[i].Bottom);
        for (int i = 0; i <= last; i++)
        {
            long start = Clock is null ? 0 : Stopwatch.GetTimestamp();
            Step<T> step = bands.Steps[i];
            (top, bottom) = state.Needed[i];
            int made = top;                                                  // the first row that is not there
            if (goesOn && i < last)
            {
                made = Math.Max(top, state.There[i].Bottom);
                if (made > top) Keep(step.Output!, state.There[i].Top, top, made, worker);
            }
            state.There[i] = (top, bottom);
            var rows = new RowBand(made, bottom, i == 0 ? 0 : state.Needed[i - 1].Top, i == last ? 0 : top);
            Pass<T> pass = PassOf(step, block, group, owner, worker);
            step.Node.Layer.ForwardRows<V>(pass with
            {
                Images = 1, Input = i == 0 ? ImageOf(pass.Input, pass.InputShape.Length, image) : Span(step.Inputs[0], block, worker),
                Output = i == last ? ImageOf(pass.Output, pass.OutputShape.Length, image) : Span(step.Output!, block, worker),
                Addend = pass.Addend.IsEmpty ? [] : ImageOf(pass.Addend, pass.OutputShape.Length, image),
            }, rows);
            if (Clock is { } clock) Interlocked.Add(ref clock[_plan.Steps.IndexOf(step)], Stopwatch.GetTimestamp() - start);
        }
    }

    // The rows from top to end go to the beginning of a value's memory, which begins with another row.
    private void Keep(PlanValue<T> value, int begins, int top, int end, int worker)
    {
        int row = value.Shape[0] * value.Shape[2];
        Span<T> memory = _memory.RegionOf(value, 0, worker, 1).Span;
        memory[((top - begins) * row)..((end - begins) * row)].CopyTo(memory);
    }

    private static ReadOnlySpan<T> ImageOf(ReadOnlySpan<T> images, int length, int image) => images.Slice(image * length, length);

    private static Span<T> ImageOf(Span<T> images, int length, int image) => images.Slice(image * length, length);

    private void ReserveBands()
    {
        if (_plan.MostBands == 0 || (_bandStates.Length > 0 && _bandStates[0].Needed.Length >= _plan.MostBands)) return;
        _bandStates = new BandState[_threads];
        for (int i = 0; i < _bandStates.Length; i++) _bandStates[i] = new(_plan.MostBands);
    }

    /// <summary>Where a worker is with the bands of an image.</summary>
    private sealed class BandState(int layers)
    {
        /// <summary>The piece with which it would go on.</summary>
        public int Next { get; set; } = -1;

        /// <summary>The rows of each layer's output that the band at hand needs.</summary>
        public (int Top, int Bottom)[] Needed { get; } = new (int, int)[layers];

        /// <summary>Those that are there.</summary>
        public (int Top, int Bottom)[] There { get; } = new (int, int)[layers];
    }
}
