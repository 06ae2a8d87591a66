using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary>One way to choose thresholds, and what it comes to on the test images.</summary>
/// <param name="Choice">In words.</param>
/// <param name="Thresholds">One, or one for each class.</param>
/// <param name="ValidSubsetAccuracy">The share of validation images whose whole set is right: what may be looked at to choose.</param>
/// <param name="SubsetAccuracy">The same on the test images.</param>
/// <param name="Gain">Its difference to that of 0.5.</param>
/// <param name="Accuracy">The share of right answers, all classes together.</param>
/// <param name="MacroF1">The mean of the classes' F1.</param>
internal sealed record ThresholdLine(
    string Choice, IReadOnlyList<double> Thresholds, double ValidSubsetAccuracy, double SubsetAccuracy, double Gain, double Accuracy, double MacroF1);

/// <summary>How honest the probabilities are on the test images.</summary>
/// <param name="Temperature">Found on the validation images.</param>
/// <param name="Before">The expected calibration error as the model says it.</param>
/// <param name="After">The same with all logits divided by the temperature.</param>
internal sealed record CalibrationLine(double Temperature, double Before, double After);

/// <summary>What a training for many labels came to.</summary>
/// <param name="Choices">Every way to choose thresholds, 0.5 first.</param>
/// <param name="Chosen">The choice with the best subset accuracy on the validation images.</param>
/// <param name="Classes">Each class, with that choice.</param>
/// <param name="Calibration">The temperature.</param>
internal sealed record LabelReport(IReadOnlyList<ThresholdLine> Choices, string Chosen, IReadOnlyList<ClassLine> Classes, CalibrationLine Calibration)
{
    private const double Usual = 0.5;
    private const int TableWidth = 75;

    /// <summary>Chooses on the validation images and measures on the test images.</summary>
    public static LabelReport Of(
        Tensor<double> validLogits, Tensor<float> valid, Tensor<double> testLogits, Tensor<float> test, IReadOnlyList<string> classNames)
    {
        Tensor<double> validSaid = TemperatureScaling.Probabilities(validLogits), testSaid = TemperatureScaling.Probabilities(testLogits);
        double usualSubset = MultiLabelScores.Of(testSaid, test, Usual).SubsetAccuracy;
        ThresholdLine Line(string choice, params double[] thresholds)
        {
            MultiLabelScores scores = MultiLabelScores.Of(testSaid, test, thresholds);
            return new(choice, thresholds, MultiLabelScores.Of(validSaid, valid, thresholds).SubsetAccuracy, scores.SubsetAccuracy,
                scores.SubsetAccuracy - usualSubset, scores.Micro.Accuracy, scores.MacroFBeta(1));
        }
        IReadOnlyList<ThresholdLine> choices =
        [
            Line("0.5", Usual),
            Line("one, by accuracy", ThresholdSearch.Global(validSaid, valid, ThresholdGoal.Accuracy)),
            Line("one, by F1", ThresholdSearch.Global(validSaid, valid, ThresholdGoal.FBeta)),
            Line("one, by F2", ThresholdSearch.Global(validSaid, valid, ThresholdGoal.FBeta, beta: 2)),
            Line("per class, by accuracy", ThresholdSearch.PerClass(validSaid, valid, ThresholdGoal.Accuracy)),
            Line("per class, by F1", ThresholdSearch.PerClass(validSaid, valid, ThresholdGoal.FBeta)),
            Line("per class, by F2", ThresholdSearch.PerClass(validSaid, valid, ThresholdGoal.FBeta, beta: 2)),
        ];
        ThresholdLine chosen = choices.MaxBy(line => line.ValidSubsetAccuracy)!;
        double temperature = TemperatureScaling.Fit(validLogits, valid);
        return new(choices, chosen.Choice,
            ClassLine.Of(testSaid, test, chosen.Thresholds, classNames),
            new(temperature, TemperatureScaling.ExpectedCalibrationError(testSaid, test),
                TemperatureScaling.ExpectedCalibrationError(TemperatureScaling.Probabilities(testLogits, temperature), test)));
    }

    /// <summary>Prints it as tables.</summary>
    public void Print(Terminal terminal)
    {
        string lineEnd = terminal.Columns < TableWidth ? "\n             " : "";   // on a narrow terminal the numbers stand below
        terminal.WriteLine($"thresholds   {lineEnd}  subset:   valid    test     gain  answers  macro F1");
        foreach (ThresholdLine line in Choices)
        {
            string numbers = $"  {line.ValidSubsetAccuracy,6:F4}  {line.SubsetAccuracy,6:F4}  {line.Gain,7:+0.0000;-0.0000;0.0000}"
                + $"  {line.Accuracy,7:F4}  {line.MacroF1,8:F4}", chosen = line.Choice == Chosen ? "  chosen" : "";
            terminal.WriteLine(lineEnd.Length == 0 ? $"{line.Choice,-22}{numbers}{chosen}" : $"{line.Choice}{chosen}\n{"",-22}{numbers}");
        }
        ClassLine.Print(Classes, terminal);
        terminal.WriteLine($"temperature {Calibration.Temperature:F3}: expected calibration error {Calibration.Before:F5} before, "
            + $"{Calibration.After:F5} after");
    }
}
