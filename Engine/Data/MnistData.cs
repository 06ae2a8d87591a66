namespace Scratch.Data;

/// <summary>The two parts of MNIST, or of any dataset in its files.</summary>
/// <param name="Train">The images to train with; the lesson splits them into 50,000 and 10,000.</param>
/// <param name="Test">The images kept for the end. Same image shape and classes.</param>
public sealed record MnistData(Dataset Train, Dataset Test);
