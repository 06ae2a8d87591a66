using Scratch.Cli.Reports;

namespace Scratch.Cli;

/// <summary>How pixels were made small numbers around 0.</summary>
/// <param name="Mean">What was taken off, of pixels in 0..1.</param>
/// <param name="Std">By what the rest was divided.</param>
/// <param name="FromFile">Whether the model's file says so; else both were measured on the training images at hand.</param>
internal sealed record NormalizationNote(double Mean, double Std, bool FromFile);

/// <summary>What the model's outputs stand for.</summary>
/// <param name="Names">In the order of the outputs.</param>
/// <param name="FromFile">Whether the model's file says so; else the images do.</param>
internal sealed record ClassesNote(IReadOnlyList<string> Names, bool FromFile);

/// <summary>What <c>evaluate</c> prints, as lines or as JSON.</summary>
/// <param name="Model">A name of the catalogue.</param>
/// <param name="TestImages">How many images it was measured on.</param>
/// <param name="Notes">What was left out of the folder or its pictures, and classes that are missing.</param>
/// <param name="Classes">What the outputs stand for.</param>
/// <param name="Normalization">How their pixels were normalised.</param>
/// <param name="Metric">What <see cref="TestResult.Accuracy"/> counts.</param>
/// <param name="Test">Loss and accuracy.</param>
/// <param name="PerClass">How well each class is told; none where an image has many labels.</param>
/// <param name="Weights">The hash of the weights.</param>
internal sealed record EvaluateReport(
    string Model, int TestImages, IReadOnlyList<string> Notes, ClassesNote Classes, NormalizationNote Normalization, string Metric, TestResult Test,
    IReadOnlyList<ClassResult>? PerClass, string Weights)
{
    /// <summary>How well each label is told, with the thresholds of the model's file; none where an image has one.</summary>
    public IReadOnlyList<ClassLine>? PerLabel { get; init; }

    /// <summary>A row for every class, a column for every guess; none where an image has many labels.</summary>
    public IReadOnlyList<long[]>? Confusion { get; init; }

    /// <summary>The images with the largest losses.</summary>
    public IReadOnlyList<WorstImage> Worst { get; init; } = [];
}
