namespace Scratch.Cli;

/// <summary>A mean of all losses in which each counts a tenth less than the one after it.</summary>
/// <param name="Sum">Weighted.</param>
/// <param name="Weight">Of all together.</param>
internal readonly record struct SmoothedLoss(double Sum, double Weight)
{
    private const double Keep = 0.9;

    /// <summary>The mean.</summary>
    public double Value => Sum / Weight;

    /// <summary>With one loss more.</summary>
    public SmoothedLoss With(double loss) => new(Keep * Sum + (1 - Keep) * loss, Keep * Weight + (1 - Keep));
}
