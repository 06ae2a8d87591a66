namespace Scratch.Data;

/// <summary>The parts of a dataset that its files hold. Same image shape and classes in all.</summary>
/// <param name="Train">The images to train with; none if there are none.</param>
/// <param name="Valid">The images to validate with; none if the files do not say which.</param>
/// <param name="Test">The images kept for the end; none if there are none.</param>
public sealed record DatasetParts(Dataset? Train, Dataset? Valid, Dataset? Test);
