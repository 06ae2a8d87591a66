using System.Numerics;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Training;

/// <summary>A number about how far images of a class come before the others when all are put in order by the probability of that class; the mean over
/// the classes.</summary>
/// <remarks>
/// With one label an image probabilities are the softmax of the outputs, and each class stands against the rest. With targets like the outputs, each
/// class by itself, yes above one half. Classes of which there is no image, or nothing else, do not count. Every probability is kept until
/// <see cref="Metric{T}.Reset"/>: 4 bytes for each image and class.
/// </remarks>
public abstract class RankingMetric<T> : Metric<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<float> _probabilities = [];                        // [N, classes]
    private readonly List<bool> _isOfClass = [];                             // the same
    private double[] _row = [];
    private T[] _targets = [];                                               // of one block
    private int _classes;

    private protected RankingMetric()
    {
    }

    /// <inheritdoc/>
    public override double Value
    {
        get
        {
            double sum = 0;
            int counted = 0, images = _classes == 0 ? 0 : _probabilities.Count / _classes;
            float[] keys = new float[images];
            bool[] isOfClass = new bool[images];
            for (int c = 0; c < _classes; c++)
            {
                for (int n = 0; n < images; n++) (keys[n], isOfClass[n]) = (-_probabilities[n * _classes + c], _isOfClass[n * _classes + c]);
                int positives = isOfClass.Count(yes => yes);
                if (positives == 0 || positives == images) continue;
                Array.Sort(keys, isOfClass);                                 // the most probable first
                sum += Of(keys, isOfClass, positives);
                counted++;
            }
            return sum / counted;
        }
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        _probabilities.Clear();
        _isOfClass.Clear();
    }

    /// <inheritdoc/>
    public override void Add(Tensor<T> output, Batch<T> batch)
    {
        if (batch.TargetShape is null) AddLabels(new(GetType().Name.Split('`')[0], output, batch));
        else AddTargets(output, batch);
    }

    /// <inheritdoc/>
    public override void Exchange(SavedState state)
    {
        List<double> probabilities = [.. _probabilities.Select(probability => (double)probability)];
        List<long> isOfClass = [.. _isOfClass.Select(yes => yes ? 1L : 0)];
        state.Exchange("probabilities", probabilities);
        state.Exchange("is_of_class", isOfClass);
        Begin(state.Exchange("classes", _classes));
        Reset();
        _probabilities.AddRange(probabilities.Select(probability => (float)probability));
        _isOfClass.AddRange(isOfClass.Select(yes => yes != 0));
    }

    /// <inheritdoc/>
    protected internal override Action Remember()
    {
        var (probabilities, isOfClass, classes) = (_probabilities.ToArray(), _isOfClass.ToArray(), _classes);
        return () =>
        {
            Reset();
            _probabilities.AddRange(probabilities);
            _isOfClass.AddRange(isOfClass);
            _classes = classes;
        };
    }

    /// <summary>The number of one class.</summary>
    /// <param name="keys">[N], rising: equal ones have equal probabilities.</param>
    /// <param name="isOfClass">[N], in the same order.</param>
    /// <param name="positives">How many are.</param>
    private protected abstract double Of(ReadOnlySpan<float> keys, ReadOnlySpan<bool> isOfClass, int positives);

    private void AddLabels(LabelledOutputs<T> outputs)
    {
        Begin(outputs.Classes);
        for (int place = 0; place < outputs.Labels.Length; place++)
        {
            if (outputs.Labels[place] < 0) continue;
            double largest = double.NegativeInfinity, sum = 0;
            for (int c = 0; c < _classes; c++) largest = Math.Max(largest, _row[c] = double.CreateTruncating(outputs.Score(place, c)));
            for (int c = 0; c < _classes; c++) sum += _row[c] = Math.Exp(_row[c] - largest);
            for (int c = 0; c < _classes; c++) Add(_row[c] / sum, outputs.Labels[place] == c);
        }
    }

    private void AddTargets(Tensor<T> output, Batch<T> batch)
    {
        int size = output.Length / output.Shape[0];
        ShapeGuard.Same(GetType().Name.Split('`')[0], "the target of one image", output.Shape.Tail(), batch.TargetShape!.Value);
        Begin(size);
        if (_targets.Length != size * Lanes.Count) _targets = new T[size * Lanes.Count];
        for (int n = 0; n < batch.Count; n++)
        {
            if (n % Lanes.Count == 0) batch.CopyTargets(n / Lanes.Count, _targets);
            for (int c = 0; c < size; c++)
            {
                double logit = double.CreateTruncating(output.Span[n * size + c]);
                Add(1 / (1 + Math.Exp(-logit)), double.CreateTruncating(_targets[c * Lanes.Count + n % Lanes.Count]) > 0.5);
            }
        }
    }

    private void Begin(int classes)
    {
        if (_classes != classes) Reset();
        _classes = classes;
        if (_row.Length < classes) _row = new double[classes];
    }

    private void Add(double probability, bool isOfClass)
    {
        _probabilities.Add((float)probability);
        _isOfClass.Add(isOfClass);
    }
}

/// <summary>The area under the receiver operating characteristic: how probably an image of a class comes before one that is not, equal ones counted
/// half. 0.5 by guessing, 1 at best. As scikit-learn's <c>roc_auc_score(multi_class="ovr", average="macro")</c>.</summary>
public sealed class RocAuc<T> : RankingMetric<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => "roc auc";

    private protected override double Of(ReadOnlySpan<float> keys, ReadOnlySpan<bool> isOfClass, int positives)
    {
        double pairs = 0;
        long negativesAfter = keys.Length - positives;
        for (int first = 0, end; first < keys.Length; first = end)
        {
            end = first + 1;
            while (end < keys.Length && keys[end] == keys[first]) end++;
            int yes = isOfClass[first..end].Count(true), no = end - first - yes;
            negativesAfter -= no;
            pairs += yes * (negativesAfter + 0.5 * no);
        }
        return pairs / ((double)positives * (keys.Length - positives));
    }
}

/// <summary>The area under the curve of precision over recall, in steps: the mean precision at each image of the class. As scikit-learn's
/// <c>average_precision_score(average="macro")</c>.</summary>
public sealed class AveragePrecision<T> : RankingMetric<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => "average precision";

    private protected override double Of(ReadOnlySpan<float> keys, ReadOnlySpan<bool> isOfClass, int positives)
    {
        double sum = 0;
        int found = 0;
        for (int first = 0, end; first < keys.Length; first = end)
        {
            end = first + 1;
            while (end < keys.Length && keys[end] == keys[first]) end++;
            int yes = isOfClass[first..end].Count(true);
            found += yes;
            sum += yes * ((double)found / end);
        }
        return sum / positives;
    }
}
