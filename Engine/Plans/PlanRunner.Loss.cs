using Scratch.Data;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Losses;

namespace Scratch.Plans;

// What a block loses, and the first gradient: of images side by side, or, where channels lie side by side, of some positions at a time.
internal sealed partial class PlanRunner<T, V>
{
    private int LossAt(int block, int way, int part) => (block * _outputs.Length + way) * _plan.LossParts + part;

    private void TakeLoss(Step<T> step, int block, int owner, int worker)
    {
        if (step.Inputs[0].Layout == Layout.Lanes)
        {
            TakeLossOfImages(step, block, owner, worker);
            return;
        }
        StepCut cut = StepCut.Of(step, _plan.Goal.Images);
        for (int part = 0; part < Filled(block) * cut.PerImage; part++) TakeLossOfPositions(step, cut, block, owner, worker, part);
    }

    private void TakeLossOfImages(Step<T> step, int block, int owner, int worker)
    {
        Batch<T> batch = _batch.TargetAt(step.Way);
        PlanValue<T> output = step.Inputs[0];
        int images = Filled(block), positions = batch.Labels.Length / _images;           // with a label, of one image
        ReadOnlySpan<T> targets = [];
        if (batch.TargetShape is { } shape)
        {
            Span<T> lanes = _memory.TargetsOf(worker, Extent.Length(Layout.Lanes, shape, Lanes.Count));
            batch.CopyTargets(block, lanes);
            targets = lanes;
        }
        _memory.Losses[LossAt(block, step.Way, 0)] = LossOf(step).Forward<V>(new LossPass<T>
        {
            Output = Span(output, block, owner), OutputShape = output.Shape, GradOutput = Span(step.GradOutput!, block, owner),
            Labels = batch.Labels.Slice(block * Lanes.Count * positions, images * positions), Targets = targets, Images = images,
            Divisor = DivisorOf(step),
        });
    }

    // Of some of one image's positions, as many at a time as there are lanes, as if each were an image.
    private void TakeLossOfPositions(Step<T> step, StepCut cut, int block, int owner, int worker, int part)
    {
        Batch<T> batch = _batch.TargetAt(step.Way);
        PlanValue<T> output = step.Inputs[0];
        int image = part / cut.PerImage, size = output.Shape.Length, classes = output.Shape[0], positions = size / classes;
        ref double sum = ref _memory.Losses[LossAt(block, step.Way, part)];
        if (image >= Filled(block)) return;
        int first = Parts.Begin(positions, part % cut.PerImage, cut.PerImage), end = Parts.Begin(positions, part % cut.PerImage + 1, cut.PerImage);
        Span<T> outputs = Span(output, block, owner).Slice(image * size, size);
        Span<T> gradients = Span(step.GradOutput!, block, owner).Slice(image * size, size);
        Span<T> lent = _memory.ScratchOf(worker)[..(3 * classes * Lanes.Count)], lanes = lent[..(classes * Lanes.Count)];
        Span<T> gradLanes = lent.Slice(lanes.Length, lanes.Length), targetLanes = lent[(2 * lanes.Length)..];
        int place = block * Lanes.Count + image;
        bool hasTargets = batch.TryTarget(place, out ReadOnlySpan<T> target);
        ReadOnlySpan<int> labels = hasTargets ? [] : batch.Labels.Slice(place * positions, positions);
        Loss<T> loss = LossOf(step);
        double divisor = DivisorOf(step);
        for (int p = first, count; p < end; p += count)
        {
            count = Math.Min(Lanes.Count, end - p);
            Lanes.Interleave<T>(outputs.Slice(p * classes, count * classes), classes, lanes);
            for (int c = 0; c < classes && hasTargets; c++)
            {
                Span<T> ofClass = targetLanes.Slice(c * Lanes.Count, Lanes.Count);
                target.Slice(c * positions + p, count).CopyTo(ofClass);
                ofClass[count..].Clear();
            }
            sum += loss.Forward<V>(new LossPass<T>
            {
                Output = lanes, OutputShape = output.Position, GradOutput = gradLanes, Labels = hasTargets ? [] : labels.Slice(p, count),
                Targets = hasTargets ? targetLanes : [], Images = count, Divisor = divisor,
            });
            Lanes.Deinterleave<T>(gradLanes, classes, gradients.Slice(p * classes, count * classes));
        }
    }

    private Loss<T> LossOf(Step<T> step) => _losses![step.Way].Loss;

    private double DivisorOf(Step<T> step)
    {
        double weight = _losses![step.Way].Weight;
        return weight == 1 ? _divisors[step.Way] : weight == 0 ? 0 : _divisors[step.Way] / weight;
    }
}
