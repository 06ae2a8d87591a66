using Scratch.Tensors;

namespace Scratch.Telemetry;

/// <content>What it has seen, in a checkpoint.</content>
public sealed partial class ActivationStatistics<T>
{
    private const int NumbersOfRecord = 13;

    /// <summary>All records, into a checkpoint or out of it.</summary>
    internal void Exchange(SavedState state)
    {
        (_passes, _stride) = (state.Exchange("passes", _passes), state.Exchange("stride", _stride));
        (_trainingLooks, _otherLooks) = (state.Exchange("training_looks", _trainingLooks), state.Exchange("other_looks", _otherLooks));
        AddLayers(state.Exchange("layers", _records.Count));
        for (int layer = 0; layer < _records.Count; layer++)
        {
            List<double> numbers = [];
            if (!state.IsRestoring)
            {
                numbers.EnsureCapacity(_records[layer].Count * NumbersOfRecord);
                foreach (ActivationRecord record in _records[layer]) Add(record, numbers);
            }
            state.Exchange($"records{layer}", numbers);
            state.Exchange($"histograms{layer}", _histograms[layer]);
            if (numbers.Count % NumbersOfRecord != 0 || _histograms[layer].Count != numbers.Count / NumbersOfRecord * Options.Bins)
                throw new InvalidDataException("ActivationStatistics: the checkpoint is of statistics with other options.");
            if (!state.IsRestoring) continue;
            _records[layer].Clear();
            for (int i = 0; i < numbers.Count; i += NumbersOfRecord) _records[layer].Add(Record(numbers, i));
        }
    }

    // Counts are far below 2^53, so that a double holds them.
    private static void Add(in ActivationRecord record, List<double> numbers) => numbers.AddRange([
        record.Pass, record.Training ? 1 : 0, record.Count, record.Mean, record.StandardDeviation, record.DeadShare, record.NaNs, record.Infinities,
        record.Subnormals, record.Shares is null ? 0 : 1, record.Shares?.Lesson2019 ?? 0, record.Shares?.Miniai2022 ?? 0, record.Shares?.Fastai2
            ?? 0]);

    private static ActivationRecord Record(List<double> n, int i) => new((int)n[i], n[i + 1] != 0, (long)n[i + 2], n[i + 3], n[i + 4], n[i + 5],
        (long)n[i + 6], (long)n[i + 7], (long)n[i + 8]) { Shares = n[i + 9] == 0 ? null : new(n[i + 10], n[i + 11], n[i + 12]) };
}
