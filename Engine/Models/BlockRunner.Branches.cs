using Scratch.Layers;
using Scratch.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Scratch.Models;

internal sealed partial class BlockRunner<T, V>
{
    private readonly List<Tensor<T>> _gradients = [];                        // of a block or a worker, by every value, laid out as the values are

    /// <summary>The way back where values have several readers: every value's gradient has a place of its own, since it must wait until the last
    /// of them has added its share. The reader that comes last on the way there comes first on the way back, and writes.</summary>
    /// <remarks>Otherwise like <see cref="BackwardSegment"/>.</remarks>
    private void BackwardBranches(int block, int group, int worker, int i)
    {
        int start = _starts[_segment], stop = start;
        if (_segment > 0) stop += _plan.ActivationOf(start).IsSome ? 2 : 1;
        for (; i >= stop; i--)
        {
            Span<T> gradient = Gradient(block, worker, i + 1);
            Show(block, worker, i, gradient);
            bool activates = i > start && _plan.ActivationOf(i - 1).IsSome;
            if (activates) i--;
            int from = _plan.Graph.InputOf(i), second = _plan.Graph.SecondOf(i);
            Span<T> to = ShareOf(block, worker, from, _plan.AddsToInput(i), _workers[worker].Even);
            Span<T> toSecond = ShareOf(block, worker, second, _plan.AddsToSecond(i), _workers[worker].Odd);
            if (_layers[i].OutputMemory != OutputMemory.IsInput)
                _layers[i].Backward<V>(Pass(block, worker, i, activates, gradient, to, _groups[group].Span, gradBefore: gradient, gradSecond: toSecond));
            else if (!_plan.SharesMemory[i] && !to.IsEmpty)
                gradient.CopyTo(to);
            if (_plan.AddsToInput(i) && !to.IsEmpty) TensorPrimitives.Add(Gradient(block, worker, from), to, Gradient(block, worker, from));
            if (_plan.AddsToSecond(i) && !toSecond.IsEmpty) TensorPrimitives.Add(Gradient(block, worker, second), toSecond, Gradient(block, worker, second));
            if (activates) Show(block, worker, i, gradient);
        }
        if (_segment > 0)
        {
            bool activates = stop > start + 1;
            if (activates) Show(block, worker, start + 1, Gradient(block, worker, start + 2));
            Span<T> gradient = Gradient(block, worker, stop);
            _statistics.GatherGradient(start, block, Pass(block, worker, start, activates, gradient, gradBefore: gradient));
        }
        else
        {
            WriteGradInput(block, Gradient(block, worker, 0));
        }
    }

    /// <summary>Where a layer writes its share of a value's gradient: in the gradient's own place if it is the first, else in a worker's memory.</summary>
    private Span<T> ShareOf(int block, int worker, int value, bool adds, Tensor<T> memory) =>
        value == LayerGraph<T>.None || (value == 0 && _gradInput is null) ? []
        : adds ? memory.Span[.._plan.Length(value)]
        : Gradient(block, worker, value);

    private Span<T> Gradient(int block, int worker, int value) => _plan.Value(_gradients[_plan.KeepsEverything ? block : worker], value);
}
