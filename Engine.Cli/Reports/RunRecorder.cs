using System.Runtime.InteropServices;
using System.Text.Json;
using Scratch.Data;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Telemetry;
using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Cli.Reports;

/// <summary>Looks on at a training that is to have a report, and gathers its data at the end.</summary>
/// <remarks>So that a training with a report takes little longer than one without, activations are looked at in the first 16 passes and in every
/// eighth after them, up to 2048 times, and steps up to 4096 times; beyond, every second goes, and so on. Of what is kept at most a thousand points a
/// curve go into the report, and 512 columns a histogram.</remarks>
internal sealed class RunRecorder
{
    private const int MostPoints = 1000, MostColumns = 512, WorstImages = 12;
    private const int FirstPasses = 16, EveryPass = 8;                       // all of the first ones are looked at, then every so many

    private readonly Model<float> _model;
    private readonly KernelData? _kernels;
    private readonly ConfusionMatrix<float>? _confusion;
    private readonly WorstPredictions<float>? _worst;

    /// <summary>Begins, before training.</summary>
    /// <param name="model">What will learn, with its first weights.</param>
    /// <param name="metric">The accuracy of a batch, for nobody else.</param>
    /// <param name="classes">What the classes are called; none where images have many labels.</param>
    /// <param name="measures">Whether steps are measured.</param>
    public RunRecorder(Model<float> model, Metric<float> metric, IReadOnlyList<string>? classes, bool measures)
    {
        _model = model;
        _kernels = FirstWindows(model) is var (path, weight) ? new(path, weight.Shape.Sizes.ToArray(), weight.Value.Span.ToArray(), []) : null;
        if (measures) Steps = new(metric);
        if (classes is not null) (_confusion, _worst) = (new(classes), new(WorstImages));
    }

    /// <summary>Measures steps; none if that was not asked for.</summary>
    public StepStatistics<float>? Steps { get; }

    /// <summary>What to gather when the finished model is tested.</summary>
    public IEnumerable<Metric<float>> Metrics => _confusion is null ? [] : [_confusion, _worst!];

    /// <summary>How activations are measured for a report: the lesson's bins, from 0 after rectifiers, else about 0.</summary>
    public static ActivationOptions Options(Model<float> model) => model.Layers.Any(layer => layer.IsActivation
        && layer.TypeName is not ("Relu" or "Relu6"))
        ? new() { AllDefinitions = true, First = FirstPasses, Every = EveryPass, Low = -7, High = 7 }
        : new() { AllDefinitions = true, First = FirstPasses, Every = EveryPass };

    /// <summary>Everything that there is to show.</summary>
    /// <param name="name">What the run is called.</param>
    /// <param name="report">What came of it.</param>
    /// <param name="metric">What its accuracies count.</param>
    /// <param name="data">The images.</param>
    /// <param name="recorder">Who wrote down losses.</param>
    /// <param name="learner">Who trained.</param>
    /// <param name="activations">What layers put out; none if nobody looked.</param>
    /// <param name="scale">What becomes of pixels before the first layer.</param>
    public RunData Gather(string name, TrainReport report, string metric, TrainingData data, Recorder<float> recorder, Learner<float> learner,
        ActivationStatistics<float>? activations, Normalization scale)
    {
        TrainSettings settings = report.Settings;
        ModelSummary summary = ModelSummary.Of(_model, data.Train.ImageShape, settings.BatchSize);
        int steps = report.Epochs.Count * learner.Train.Count;
        return new(
            RunFile.Format, name, settings.CommandLine, new(report.Processor, settings.Threads, RuntimeInformation.OSDescription,
                RuntimeInformation.FrameworkDescription, typeof(Model<>).Assembly.GetName().Version!.ToString(3)),
            Flattened(settings), report.Data, metric, report.Interrupted, report.Epochs, report.Test, report.Speed, report.Weights,
            StepsOf(recorder, learner.Train.Count, steps), SummaryReport.Of(settings.Model, ModelCatalog.Describe(settings.Model), _model, summary),
            activations is null ? null : ActivationsOf(activations, learner, steps),
            _kernels is null ? null : _kernels with { After = FirstWindows(_model)!.Value.Weight.Value.Span.ToArray() },
            FeatureMaps.Of(learner, data.Test ?? data.Valid, scale), Judged(data));
    }

    private static (string Path, Parameter<float> Weight)? FirstWindows(Model<float> model)
    {
        Layer<float>? first = model.Layers.FirstOrDefault(layer => layer.Affine is not null);
        return first?.Affine is var (weight, _) && weight.Shape.Rank == 4 ? (first.Path, weight) : null;
    }

    // Whatever options there are now or later: the settings as JSON, taken apart.
    private static SortedDictionary<string, string> Flattened(TrainSettings settings)
    {
        var flat = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using JsonDocument json = JsonDocument.Parse(ReportJson.Text(settings));
        Add("", json.RootElement);
        flat.Remove("commandLine");
        return flat;

        void Add(string path, JsonElement element)
        {
            if (element.ValueKind != JsonValueKind.Object)
            {
                flat[path] = element.ValueKind switch
                {
                    JsonValueKind.String => element.GetString()!,
                    JsonValueKind.Null => "none",
                    _ => element.GetRawText(),
                };
                return;
            }
            foreach (JsonProperty property in element.EnumerateObject()) Add(path.Length == 0 ? property.Name : $"{path}.{property.Name}",
                property.Value);
        }
    }

    private StepData StepsOf(Recorder<float> recorder, int perEpoch, int steps)
    {
        var (every, losses) = Thinned(recorder.Losses, recorder.Every, steps);
        var (_, rates) = Thinned(recorder.LearningRates, recorder.Every, steps);
        if (Steps is null) return new(every, perEpoch, losses, rates, 1, [], [], []);
        var (telemetryEvery, momenta) = Thinned(Steps.Momenta, Steps.Every, steps);
        string[] names = [.. _model.NamedParameters().Select(entry => entry.Name)];
        return new(every, perEpoch, losses, rates, telemetryEvery, momenta, Thinned(Steps.Metrics, Steps.Every, steps).Values,
            [.. names.Select((parameter, i) => new ParameterSeries(parameter, Thinned(Steps.GradientNorms[i], Steps.Every, steps).Values,
                Thinned(Steps.UpdateRatios[i], Steps.Every, steps).Values))]);
    }

    // Of finished epochs only, and no more than can be seen.
    private static (long Every, float[] Values) Thinned(IReadOnlyList<double> numbers, long every, int steps)
    {
        int count = (int)Math.Min(numbers.Count, (steps + every - 1) / every), stride = Stride(count, MostPoints);
        float[] values = new float[(count + stride - 1) / stride];
        for (int i = 0; i < values.Length; i++) values[i] = (float)numbers[i * stride];
        return (every * stride, values);
    }

    private static ActivationData ActivationsOf(ActivationStatistics<float> statistics, Learner<float> learner, int steps)
    {
        int perEpoch = learner.Train.Count, passes = perEpoch + (learner.Valid?.Count ?? 0);
        List<int> records = [], iterations = [];                             // of training: numbers of records, and the step of each
        for (int i = 0; i < statistics.Layers[0].Count; i++)
        {
            ActivationRecord record = statistics.Layers[0][i];
            int step = record.Pass / passes * perEpoch + record.Pass % passes;
            if (!record.Training || step >= steps) continue;
            records.Add(i);
            iterations.Add(step);
        }
        int[] points = EverySo(records, MostPoints);
        return new(EverySo(iterations, MostPoints), statistics.Options.Low, statistics.Options.High, statistics.Options.Bins, EverySo(iterations,
            MostColumns),
            [.. learner.Model.Layers.Select((layer, number) => LayerOf(statistics, layer, number, points, records))]);
    }

    private static LayerSeries LayerOf(ActivationStatistics<float> statistics, Layer<float> layer, int number, int[] points, List<int> records)
    {
        int some = layer.IsActivation ? points.Length : 0;
        var (mean, deviation) = (new float[points.Length], new float[points.Length]);
        var (lesson, miniai, fastai) = (new float[some], new float[some], new float[some]);
        for (int i = 0; i < points.Length; i++)
        {
            ActivationRecord record = statistics.Layers[number][points[i]];
            (mean[i], deviation[i]) = ((float)record.Mean, (float)record.StandardDeviation);
            if (record.Shares is not { } shares) continue;
            (lesson[i], miniai[i], fastai[i]) = ((float)shares.Lesson2019, (float)shares.Miniai2022, (float)shares.Fastai2);
        }
        return new(layer.Path, layer.TypeName, layer.IsActivation, mean, deviation, lesson, miniai, fastai,
            layer.IsActivation ? Columns(statistics, number, records) : []);
    }

    private static int[] EverySo(List<int> numbers, int most)
    {
        int stride = Stride(numbers.Count, most);
        int[] some = new int[(numbers.Count + stride - 1) / stride];
        for (int i = 0; i < some.Length; i++) some[i] = numbers[i * stride];
        return some;
    }

    private static int Stride(int count, int most) => Math.Max((count + most - 1) / most, 1);

    private static long[] Columns(ActivationStatistics<float> statistics, int layer, List<int> records)
    {
        int bins = statistics.Options.Bins, merged = Stride(records.Count, MostColumns);
        long[] counts = new long[(records.Count + merged - 1) / merged * bins];
        for (int i = 0; i < records.Count; i++)
        {
            ReadOnlySpan<long> histogram = statistics.Histogram(layer, records[i]);
            for (int bin = 0; bin < bins; bin++) counts[i / merged * bins + bin] += histogram[bin];
        }
        return counts;
    }

    private JudgedData? Judged(TrainingData data)
    {
        if (_confusion is null || _confusion.Total == 0) return null;
        Dataset images = data.Test ?? data.Valid;
        return new(data.Test is null ? "validation" : "test", WorstImage.Confusion(_confusion), WorstImage.Of(_worst!, images,
            _confusion.ClassNames));
    }
}
