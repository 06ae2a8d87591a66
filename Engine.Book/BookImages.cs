using Scratch.Data;

namespace Scratch.Book;

/// <summary>The digits that the book shows and trains with, read once.</summary>
internal sealed class BookImages(string repository)
{
    private readonly Lazy<MnistData> _mnist = new(() => Mnist.Load(Path.Combine(repository, "data", "mnist")));

    /// <summary>The training images of MNIST.</summary>
    public Dataset Train => _mnist.Value.Train;
}
