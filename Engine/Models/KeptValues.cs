using System.Numerics;
using Scratch.Layers;

namespace Scratch.Models;

/// <summary>Which values a training step keeps for every block, from its first segment to its last and back, and where they lie.</summary>
/// <remarks>
/// A batch's values go through the cache and out of it; what is written must come back. So only what must be is kept: the inputs of segments. What
/// lies between is worked out anew on the way back, in a worker's memory that stays in the cache, if the layers that do so are cheap next to
/// fetching their output; otherwise it is kept, too. The last segment turns back at once and needs nothing.
/// </remarks>
internal sealed class KeptValues<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int[] _places;                                          // of a value in a block's memory, or -1
    private readonly bool[] _repeats;

    public KeptValues(IReadOnlyList<Layer<T>> layers, ModelPlan<T> plan)
    {
        var owners = new int[layers.Count + 1];                              // the value whose memory a value shares, or itself
        for (int i = 0; i < layers.Count; i++) owners[i + 1] = plan.SharesMemory[i] ? owners[i] : i + 1;
        var kept = new bool[layers.Count + 1];
        _repeats = new bool[layers.Count];
        int[] starts = plan.Segments;
        for (int s = 0; s + 1 < starts.Length; s++)
        {
            int start = starts[s], end = starts[s + 1];
            bool isLast = end == layers.Count;
            kept[owners[start]] = true;
            if (s > 0 && layers[start].BackwardReads.HasFlag(BackwardReads.Output)) kept[owners[start + 1]] = true;
            if (isLast) continue;
            List<int> between = [.. Enumerable.Range(start, end - start).Where(i => owners[i + 1] != owners[start] && owners[i + 1] != owners[end])];
            if (between.All(i => layers[i].IsCheap))
                foreach (int i in between) _repeats[i] = !kept[owners[i + 1]];
            else
                foreach (int i in between) kept[owners[i + 1]] = true;
        }
        _places = new int[layers.Count + 1];
        for (int value = 0; value <= layers.Count; value++)
        {
            _places[value] = !kept[owners[value]] ? -1 : owners[value] < value ? _places[owners[value]] : Length;
            if (_places[value] == Length) Length = checked(Length + plan.Length(value));
        }
    }

    /// <summary>Numbers to keep of one block.</summary>
    public int Length { get; }

    /// <summary>Where in them a value lies: the input (0) or the output of layer i (i + 1); below 0 if it is not kept.</summary>
    public int PlaceOf(int value) => _places[value];

    /// <summary>Whether layer i's Forward is run again before its segment's way back.</summary>
    public bool Repeats(int i) => _repeats[i];
}
