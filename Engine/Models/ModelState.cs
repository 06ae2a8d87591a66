using System.Numerics;
using Scratch.Tensors;

namespace Scratch.Models;

/// <summary>A model's parameters and buffers as they were at one time.</summary>
internal sealed class ModelState<T>(Model<T> model) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<(Tensor<T> Live, Tensor<T> Saved)> _tensors = [.. model.State().Select(entry => (entry.Value, entry.Value.Clone()))];

    /// <summary>Into a checkpoint or out of it.</summary>
    public void Exchange(SavedState state)
    {
        for (int i = 0; i < _tensors.Count; i++) state.Exchange($"{i}", _tensors[i].Saved);
    }

    /// <summary>Takes the model's numbers as they are now.</summary>
    public void Save()
    {
        foreach (var (live, saved) in _tensors) live.Span.CopyTo(saved.Span);
    }

    /// <summary>Gives them back.</summary>
    public void Restore()
    {
        foreach (var (live, saved) in _tensors) saved.Span.CopyTo(live.Span);
    }
}
