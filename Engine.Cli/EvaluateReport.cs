namespace Scratch.Cli;

/// <summary>How pixels were made small numbers around 0.</summary>
/// <param name="Mean">What was taken off, of pixels in 0..1.</param>
/// <param name="Std">By what the rest was divided.</param>
/// <param name="FromFile">Whether the model's file says so; else both were measured on the training images at hand.</param>
internal sealed record NormalizationNote(double Mean, double Std, bool FromFile);

/// <summary>What <c>evaluate</c> prints, as lines or as JSON.</summary>
/// <param name="Model">A name of the catalogue.</param>
/// <param name="TestImages">How many images it was measured on.</param>
/// <param name="Normalization">How their pixels were normalised.</param>
/// <param name="Metric">What <see cref="TestResult.Accuracy"/> counts.</param>
/// <param name="Test">Loss and accuracy.</param>
/// <param name="Weights">The hash of the weights.</param>
internal sealed record EvaluateReport(string Model, int TestImages, NormalizationNote Normalization, string Metric, TestResult Test, string Weights);
