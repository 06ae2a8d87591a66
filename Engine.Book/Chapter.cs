using Scratch.Book.Chapters;

namespace Scratch.Book;

/// <summary>A chapter: its text is <c>Text/NAME.md</c>, its numbers and pictures come from running the engine.</summary>
/// <param name="Name">Of its files.</param>
/// <param name="Fill">Makes the numbers and pictures.</param>
internal sealed record Chapter(string Name, Action<ChapterContent> Fill)
{
    /// <summary>All of them, in the order in which they are read.</summary>
    public static IReadOnlyList<Chapter> All { get; } =
    [
        new("1-four-viewpoints", FourViewpoints.Fill),
        new("2-output-size", OutputSize.Fill),
        new("3-counting-weights", CountingWeights.Fill),
        new("4-rank", WastedWork.Fill),
        new("5-receptive-fields", ReceptiveFields.Fill),
        new("6-dead-activations", DeadActivations.Fill),
        new("7-way-back", WayBack.Fill),
        new("8-fast", FastWays.Fill),
        new("9-training-step", TrainingStep.Fill),
    ];
}
