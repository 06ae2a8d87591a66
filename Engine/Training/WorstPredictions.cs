using System.Numerics;
using Scratch.Data;
using Scratch.Tensors;

namespace Scratch.Training;

/// <summary>How one image was told.</summary>
/// <param name="Image">Its place among the images that came by.</param>
/// <param name="Label">Its class.</param>
/// <param name="Guess">The class of its largest output.</param>
/// <param name="Probability">That class's, by the softmax of the outputs.</param>
/// <param name="LabelProbability">The right class's.</param>
/// <param name="Loss">The cross-entropy: minus the logarithm of the right class's probability.</param>
public readonly record struct PredictionExample(int Image, int Label, int Guess, double Probability, double LabelProbability, double Loss);

/// <summary>Gathers the images with the largest cross-entropy. As a number it is the largest of them.</summary>
/// <remarks>Images count from 0 in the order in which they come: evaluate batches that are not shuffled. Of equal losses the first image comes first;
/// what is not a number counts as the largest of all. Negative labels do not count.</remarks>
/// <param name="most">How many images to keep.</param>
public sealed class WorstPredictions<T>(int most) : Metric<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<PredictionExample> _worst = [];                    // the largest loss first
    private int _images;

    /// <summary>The images that were told worst, the worst first.</summary>
    public IReadOnlyList<PredictionExample> Examples => _worst;

    /// <inheritdoc/>
    public override string Name => "worst prediction";

    /// <inheritdoc/>
    public override bool IsBetterWhenLarger => false;

    /// <inheritdoc/>
    public override double Value => _worst.Count == 0 ? double.NaN : _worst[0].Loss;

    /// <inheritdoc/>
    public override void Reset()
    {
        _worst.Clear();
        _images = 0;
    }

    /// <inheritdoc/>
    public override void Exchange(SavedState state)
    {
        List<double> numbers = [.. _worst.SelectMany(e => (double[])[e.Image, e.Label, e.Guess, e.Probability, e.LabelProbability, e.Loss])];
        state.Exchange("worst", numbers);
        _worst.Clear();
        for (int i = 0; i + 6 <= numbers.Count; i += 6)
            _worst.Add(new((int)numbers[i], (int)numbers[i + 1], (int)numbers[i + 2], numbers[i + 3], numbers[i + 4], numbers[i + 5]));
        _images = state.Exchange("images", _images);
    }

    /// <inheritdoc/>
    protected internal override Action Remember()
    {
        PredictionExample[] worst = [.. _worst];
        int images = _images;
        return () =>
        {
            Reset();
            _worst.AddRange(worst);
            _images = images;
        };
    }

    /// <inheritdoc/>
    public override void Add(Tensor<T> output, Batch<T> batch)
    {
        var outputs = new LabelledOutputs<T>(nameof(WorstPredictions<>), output, batch);
        if (outputs.Labels.Length != batch.Count)
            ShapeGuard.Mismatch(nameof(WorstPredictions<>), $"outputs {output.Shape} have several labels an image, one is needed.",
                new Shape(batch.Count), new Shape(outputs.Labels.Length));
        for (int i = 0; i < batch.Count; i++)
            if (outputs.Labels[i] >= 0) Add(_images + i, outputs, i);
        _images += batch.Count;
    }

    private void Add(int image, in LabelledOutputs<T> outputs, int i)
    {
        int label = outputs.Labels[i], guess = outputs.Best(i);
        double largest = double.CreateTruncating(outputs.Score(i, guess)), sum = 0;
        for (int c = 0; c < outputs.Classes; c++) sum += Math.Exp(double.CreateTruncating(outputs.Score(i, c)) - largest);
        double below = double.CreateTruncating(outputs.Score(i, label)) - largest, loss = Math.Log(sum) - below;
        if (_worst.Count == most && !(Rank(loss) > Rank(_worst[^1].Loss))) return;
        int place = _worst.FindIndex(other => Rank(loss) > Rank(other.Loss));
        _worst.Insert(place < 0 ? _worst.Count : place, new(image, label, guess, 1 / sum, Math.Exp(below) / sum, loss));
        if (_worst.Count > most) _worst.RemoveAt(most);
    }

    private static double Rank(double loss) => double.IsNaN(loss) ? double.PositiveInfinity : loss;
}
