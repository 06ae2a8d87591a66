using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Scratch.Data;
using Scratch.Files;
using Scratch.Kernels;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Pictures;

/// <summary>A saved model with all that is needed to ask it what a picture shows.</summary>
/// <remarks>
/// <c>Classifier.Load("model.safetensors").Predict("cat.jpg")</c>.
/// Pictures come to the model's size, channels and numbers as those that it learned from did (<see cref="ModelNotes"/>). Any number of threads may
/// use one at once; a warm call on pixels allocates its answer and nothing else, one that writes into memory of the caller nothing at all. Whether a
/// picture comes alone or among others, its probabilities have the same bits.
/// </remarks>
public sealed class Classifier
{
    private static readonly Comparison<ClassProbability> _mostProbableFirst = static (a, b) =>
        a.Probability != b.Probability ? b.Probability.CompareTo(a.Probability) : a.Class.CompareTo(b.Class);

    private const int Levels = byte.MaxValue + 1;

    private readonly Predictor<float> _predictor;
    private readonly float[] _inputOf;                                       // [256] or [C, 256], the input for each value of a pixel
    private readonly Shape _image;
    private readonly string[] _classes;

    /// <summary>Makes a model ready, as it is now.</summary>
    /// <param name="model">The model; what it learns afterwards does not show.</param>
    /// <param name="notes">What its inputs and outputs mean: the shape of images, the normalisation and the classes must be there.</param>
    /// <exception cref="ArgumentException">Notes are missing, or there are more or fewer names than outputs.</exception>
    /// <exception cref="ShapeMismatchException">Such images do not fit the model.</exception>
    public Classifier(Model<float> model, ModelNotes notes)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(notes);
        string[] missing = [.. Missing(notes)];
        if (missing.Length > 0) throw new ArgumentException($"Classifier: the notes do not say {string.Join(", ", missing)}.", nameof(notes));
        (Notes, _image, _classes, _inputOf) = (notes, notes.Image!.Value, [.. notes.Classes!],
            notes.Normalization!.Value.Tables<float>(notes.Image.Value[0]));
        _predictor = new(model, _image);
        int outputs = _predictor.OutputShape.Length;
        if (outputs != _classes.Length)
        {
            throw new ArgumentException(
                $"Classifier: the model has {outputs} outputs, the notes name {Amount.OfClasses(_classes.Length)}. Give one name per output.",
                nameof(notes));
        }
    }

    /// <summary>What the file says of the model.</summary>
    public ModelNotes Notes { get; }

    /// <summary>How each picture is looked at, such as <see cref="TestTimeViews.Flip"/>: probabilities are the mean over all views. As it is, if
    /// empty.</summary>
    public IReadOnlyList<Augmentation> Views { get; set; } = [];

    /// <summary>[C, H, W] of the images that the model takes.</summary>
    public Shape ImageShape => _image;

    /// <summary>The classes, in the order of the model's outputs.</summary>
    public IReadOnlyList<string> ClassNames => _classes;

    /// <summary>Loads a file that <c>scratch train --out</c> or <see cref="ClassifierTraining.Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <param name="threads">How many threads may share one picture; all cores by default.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or does not say enough of its model.</exception>
    public static Classifier Load(string path, int? threads = null) => LoadWithModel(path, threads, out _);

    /// <summary>The same, with the model itself, to be looked into: what it learns afterwards does not show.</summary>
    /// <param name="path">The file.</param>
    /// <param name="threads">How many threads may share one picture; all cores if null.</param>
    /// <param name="model">The model with the weights of the file.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or does not say enough of its model.</exception>
    public static Classifier LoadWithModel(string path, int? threads, out Model<float> model)
    {
        var notes = ModelNotes.Read(path);
        string file = Path.GetFileName(path);
        string[] missing = [.. Missing(notes)];
        if (notes.Model is null) missing = ["which model it is (model)", .. missing];
        if (missing.Length > 0)
        {
            throw new InvalidDataException($"{file}: its metadata does not say {string.Join(", ", missing)}. Take a file that 'scratch train --out' "
                + "or ClassifierTraining.Save wrote; or make the model in code, load its weights with ModelFile.Load, and give it to "
                + "new Classifier(model, notes).");
        }
        try
        {
            model = notes.Build<float>(ModelFile.MostParameters(path));
            if (threads is { } said) model.Threads = said;
            ModelFile.Load(model, path);
            return new(model, notes);
        }
        catch (InvalidDataException e)
        {
            string said = e.Message.StartsWith(file, StringComparison.Ordinal) ? e.Message : $"{file}: {e.Message}";
            throw new InvalidDataException(
                $"{said} Its metadata says model '{PrintableText.Of(notes.Model!)}', images {notes.Image}, "
                + $"{Amount.OfClasses(notes.Classes!.Count)}.", e);
        }
    }

    /// <summary>What a picture file shows.</summary>
    /// <exception cref="InvalidDataException">It is no picture, or a damaged one.</exception>
    /// <exception cref="InvalidOperationException">The model gives no finite numbers.</exception>
    public Prediction Predict(string path) => Predict(Picture.Load(path, _image[0]));

    /// <summary>What a picture shows that comes from a stream, read to its end.</summary>
    /// <exception cref="InvalidDataException">It is no picture, or a damaged one.</exception>
    /// <exception cref="InvalidOperationException">The model gives no finite numbers.</exception>
    public Prediction Predict(Stream stream) => Predict(Picture.Load(stream, _image[0]));

    /// <summary>What a picture of any size shows.</summary>
    /// <exception cref="InvalidOperationException">The model gives no finite numbers.</exception>
    public Prediction Predict(Picture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return Predict(picture.WithChannels(_image[0]).Resized(new Size2(_image[1], _image[2]), Notes.Resize).Pixels);
    }

    /// <summary>What each of some picture files shows, decoded on all cores.</summary>
    /// <param name="paths">The files.</param>
    /// <returns>Answers in the order of the files.</returns>
    /// <exception cref="InvalidDataException">One is no picture, or a damaged one: the first of them is named.</exception>
    /// <exception cref="InvalidOperationException">The model gives no finite numbers.</exception>
    public IReadOnlyList<Prediction> Predict(IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var answers = new Prediction[paths.Count];
        InOrder.ForEach(paths.Count, i => answers[i] = Predict(paths[i]));
        return answers;
    }

    /// <summary>What each of some pictures of any size shows, on all cores.</summary>
    /// <param name="pictures">The pictures.</param>
    /// <returns>Answers in their order.</returns>
    /// <exception cref="InvalidOperationException">The model gives no finite numbers.</exception>
    public IReadOnlyList<Prediction> Predict(IReadOnlyList<Picture> pictures)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        var answers = new Prediction[pictures.Count];
        InOrder.ForEach(pictures.Count, i => answers[i] = Predict(pictures[i]));
        return answers;
    }

    /// <summary>What pixels show that have the model's size already.</summary>
    /// <param name="pixels"><see cref="ImageShape"/>, [C, H, W], 0 to 255.</param>
    /// <exception cref="ShapeMismatchException">They are more or fewer.</exception>
    /// <exception cref="InvalidOperationException">The model gives no finite numbers.</exception>
    public Prediction Predict(ReadOnlySpan<byte> pixels)
    {
        double[] probabilities = ArrayPool<double>.Shared.Rent(_classes.Length);
        Predict(pixels, probabilities.AsSpan(0, _classes.Length));
        var classes = new ClassProbability[_classes.Length];
        for (int c = 0; c < classes.Length; c++) classes[c] = new(c, _classes[c], probabilities[c]);
        ArrayPool<double>.Shared.Return(probabilities);
        classes.AsSpan().Sort(_mostProbableFirst);
        return new(classes, Notes);
    }

    /// <summary>The same into memory of the caller: allocates nothing.</summary>
    /// <param name="pixels"><see cref="ImageShape"/>, [C, H, W], 0 to 255.</param>
    /// <param name="probabilities">[classes] in the order of <see cref="ClassNames"/>, overwritten.</param>
    /// <exception cref="ShapeMismatchException">One of them has another length.</exception>
    /// <exception cref="InvalidOperationException">The model gives no finite numbers.</exception>
    public void Predict(ReadOnlySpan<byte> pixels, Span<double> probabilities)
    {
        if (pixels.Length != _image.Length)
            WrongLength($"{pixels.Length} pixels do not fill an image {_image} (C, H, W) of {_image.Length}.", _image, pixels.Length);
        if (probabilities.Length != _classes.Length)
        {
            WrongLength($"there is room for {probabilities.Length} probabilities, there are {Amount.OfClasses(_classes.Length)}.",
                new Shape(_classes.Length), probabilities.Length);
        }
        IReadOnlyList<Augmentation> views = Views;
        if (views.Count == 0)
        {
            Answer(pixels, probabilities);
            return;
        }
        byte[] seen = ArrayPool<byte>.Shared.Rent(pixels.Length);
        double[] said = ArrayPool<double>.Shared.Rent(_classes.Length);
        var random = new RandomSequence(0);
        probabilities.Clear();
        for (int v = 0; v < views.Count; v++)
        {
            views[v].Apply(_image, pixels, seen.AsSpan(0, pixels.Length), ref random);
            Answer(seen.AsSpan(0, pixels.Length), said.AsSpan(0, _classes.Length));
            for (int c = 0; c < probabilities.Length; c++) probabilities[c] += said[c] / views.Count;
        }
        ArrayPool<byte>.Shared.Return(seen);
        ArrayPool<double>.Shared.Return(said);
    }

    private void Answer(ReadOnlySpan<byte> pixels, Span<double> probabilities)
    {
        float[] input = ArrayPool<float>.Shared.Rent(pixels.Length), output = ArrayPool<float>.Shared.Rent(_classes.Length);
        int plane = _inputOf.Length > Levels ? pixels.Length / _image[0] : pixels.Length;        // of one table
        for (int start = 0; start < pixels.Length; start += plane)
        {
            ReadOnlySpan<float> inputOf = _inputOf.AsSpan(start / plane * Levels, Levels);
            for (int p = start; p < start + plane; p++) input[p] = inputOf[pixels[p]];
        }
        Span<float> logits = output.AsSpan(0, _classes.Length);
        _predictor.Infer(input.AsSpan(0, pixels.Length), logits);
        Probabilities(logits, probabilities);
        ArrayPool<float>.Shared.Return(input);
        ArrayPool<float>.Shared.Return(output);
    }

    // Softmax of one label, sigmoid of each of many, both of outputs divided by the temperature.
    private void Probabilities(ReadOnlySpan<float> logits, Span<double> probabilities)
    {
        double largest = double.NegativeInfinity, sum = 0;
        for (int c = 0; c < logits.Length; c++)
        {
            probabilities[c] = logits[c] / Notes.Temperature;
            largest = Math.Max(largest, probabilities[c]);                   // not a number if one is
        }
        if (!double.IsFinite(largest)) NotFinite(largest);
        for (int c = 0; c < logits.Length; c++)
        {
            probabilities[c] = Notes.HasManyLabels ? 1 / (1 + Math.Exp(-probabilities[c])) : Math.Exp(probabilities[c] - largest);
            sum += probabilities[c];
        }
        for (int c = 0; c < logits.Length && !Notes.HasManyLabels; c++) probabilities[c] /= sum;
    }

    private static IEnumerable<string> Missing(ModelNotes notes)
    {
        if (notes.Image is null) yield return "the size of its images (image)";
        if (notes.Normalization is null) yield return "how pixels are normalised (mean, std)";
        if (notes.Classes is null) yield return "what its outputs stand for (classes)";
    }

    [DoesNotReturn]
    private static void WrongLength(string message, Shape expected, int found) =>
        throw new ShapeMismatchException($"Classifier: {message}", expected, new Shape(found));

    [DoesNotReturn]
    private static void NotFinite(double output) => throw new InvalidOperationException(
        $"Classifier: an output of the model is {output}, though its weights are finite: it comes from a training that diverged, "
        + "or is damaged. Train again.");
}
