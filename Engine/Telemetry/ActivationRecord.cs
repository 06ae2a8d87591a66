namespace Scratch.Telemetry;

/// <summary>What one layer put out in one forward pass, over all images, channels and pixels.</summary>
/// <param name="Pass">The number of the pass among all that came by, from 0.</param>
/// <param name="Training">Whether it was a pass to learn from.</param>
/// <param name="Count">How many numbers.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="StandardDeviation">Their standard deviation, unbiased as the lesson's <c>.std()</c>; NaN for a single number.</param>
/// <param name="DeadShare">The share near zero, by the definition that was chosen; 0 where all numbers lie outside the range that it looks
/// at.</param>
/// <param name="NaNs">How many are not numbers.</param>
/// <param name="Infinities">How many are infinite.</param>
/// <param name="Subnormals">How many are not zero, but below the smallest normal number: .NET cannot flush them to zero, and they slow processors
/// down.</param>
public readonly record struct ActivationRecord(
    int Pass, bool Training, long Count, double Mean, double StandardDeviation, double DeadShare, long NaNs, long Infinities, long Subnormals)
{
    /// <summary>The share near zero by each definition, where <see cref="ActivationOptions.AllDefinitions"/> asks for it; of activation layers
    /// only.</summary>
    public DeadShares? Shares { get; init; }
}

/// <summary>The share of a layer's outputs that are near zero, by each of <see cref="DeadUnits"/>.</summary>
/// <param name="Lesson2019">By <see cref="DeadUnits.Lesson2019"/>.</param>
/// <param name="Miniai2022">By <see cref="DeadUnits.Miniai2022"/>.</param>
/// <param name="Fastai2">By <see cref="DeadUnits.Fastai2"/>.</param>
public readonly record struct DeadShares(double Lesson2019, double Miniai2022, double Fastai2);
