using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>What a model's parameters start with: as PyTorch starts a layer whose parameters are all zero, from seed 0; others keep their
/// values.</summary>
/// <remarks>Made at the first look at one of them (<see cref="ParameterVector{T}"/>). Who needs each layer's only once gets them layer by layer, all
/// in the same borrowed memory: a predictor that is made of a new model, or of a file, never holds the model's numbers beside its own.</remarks>
internal sealed class FirstValues<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Layer<T>[] _layers;
    private readonly HashSet<Layer<T>> _newOnes;

    /// <param name="layers">Those of the model, each once, in the order in which they start. They have joined no vector yet.</param>
    public FirstValues(Layer<T>[] layers) => (_layers, _newOnes) = (layers, [.. layers.Where(layer => layer.Parameters.Count > 0
        && layer.Parameters.All(parameter => parameter.IsAllZero))]);

    /// <summary>Gives all layers theirs.</summary>
    public void Give()
    {
        var random = new RandomGenerator(0);
        foreach (Layer<T> layer in _layers)
            if (_newOnes.Contains(layer)) layer.Initialize(Initialization.Default, random);
    }

    /// <summary>Every layer of the model while it has its numbers. Between <see cref="ParameterVector{T}.BeginLending"/> and its end.</summary>
    /// <param name="vector">The model's.</param>
    public IEnumerable<Layer<T>> OneByOne(ParameterVector<T> vector)
    {
        bool isShared = _layers.Sum(layer => layer.Parameters.Count) > vector.Parameters.Count;              // a parameter in two layers
        if (isShared) vector.Start();
        Tensor<T>? memory = null;
        var random = new RandomGenerator(0);
        foreach (Layer<T> layer in _layers)
        {
            if (!vector.IsStarted)
            {
                memory ??= new(new Shape(_layers.Max(Missing)));
                Lend(layer, memory);
                if (_newOnes.Contains(layer)) layer.Initialize(Initialization.Default, random);
            }
            try
            {
                yield return layer;
            }
            finally                                                          // a layer may throw while its numbers are read
            {
                foreach (Parameter<T> parameter in layer.Parameters) parameter.TakeBack();
            }
        }
    }

    private static int Missing(Layer<T> layer) => layer.Parameters.Sum(parameter => parameter.HasValue ? 0 : parameter.Shape.Length);

    private static void Lend(Layer<T> layer, Tensor<T> memory)
    {
        int at = 0;
        foreach (Parameter<T> parameter in layer.Parameters)
        {
            if (parameter.HasValue) continue;
            parameter.Lend(memory, at);
            parameter.Value.Span.Clear();
            at += parameter.Shape.Length;
        }
    }
}
