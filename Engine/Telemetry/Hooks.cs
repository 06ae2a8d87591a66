using System.Collections;
using System.Numerics;
using Scratch.Layers;
using Scratch.Models;

namespace Scratch.Telemetry;

/// <summary>Hooks on several layers of a model, until they are disposed of together.</summary>
/// <remarks>
/// The lesson's <c>with Hooks(model, append_stats) as hooks</c>:
/// <code>
/// using (var hooks = new Hooks&lt;float&gt;(model, AppendStatistics)) learner.Fit(2);
/// </code>
/// </remarks>
public sealed class Hooks<T> : IReadOnlyList<Hook<T>>, IDisposable where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<Hook<T>> _hooks = [];

    /// <summary>Hooks on to all layers, or to some.</summary>
    /// <param name="model">The model.</param>
    /// <param name="action">Called for each hook after every pass, in the order of the layers.</param>
    /// <param name="tensors">What each is to see.</param>
    /// <param name="where">Which layers; all by default.</param>
    /// <exception cref="ArgumentException">A first layer is asked for what it has not.</exception>
    public Hooks(Model<T> model, Action<Hook<T>> action, HookTensors tensors = HookTensors.Output, Func<Layer<T>, bool>? where = null)
    {
        try
        {
            for (int i = 0; i < model.Layers.Count; i++)
                if (where?.Invoke(model.Layers[i]) ?? true) _hooks.Add(new(model, i, action, tensors));
        }
        catch
        {
            Dispose();                                                       // those that have hooked on already
            throw;
        }
    }

    /// <summary>Hooks on to the layers of a list.</summary>
    /// <param name="model">The model.</param>
    /// <param name="layers">Layers of the model.</param>
    /// <param name="action">Called for each hook after every pass, in the order of the model.</param>
    /// <param name="tensors">What each is to see.</param>
    /// <exception cref="ArgumentException">One of them is not in the model, or a first layer is asked for what it has not.</exception>
    public Hooks(Model<T> model, IReadOnlyCollection<Layer<T>> layers, Action<Hook<T>> action, HookTensors tensors = HookTensors.Output)
        : this(model, action, tensors, CheckedList(model, layers).Contains)
    {
    }

    /// <inheritdoc/>
    public int Count => _hooks.Count;

    /// <inheritdoc/>
    public Hook<T> this[int index] => _hooks[index];

    /// <inheritdoc/>
    public IEnumerator<Hook<T>> GetEnumerator() => _hooks.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Lets go of all layers.</summary>
    public void Dispose()
    {
        foreach (Hook<T> hook in _hooks) hook.Dispose();
    }

    private static IReadOnlyCollection<Layer<T>> CheckedList(Model<T> model, IReadOnlyCollection<Layer<T>> layers)
    {
        foreach (Layer<T> layer in layers)
            if (!model.Layers.Contains(layer)) throw new ArgumentException($"Hooks: {layer.Who} is not a layer of this model.", nameof(layers));
        return layers;
    }
}
