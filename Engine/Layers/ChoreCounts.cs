namespace Scratch.Layers;

/// <summary>How often each <see cref="Chore"/> is done.</summary>
internal sealed class ChoreCounts
{
    /// <summary>How many kinds there are.</summary>
    public static int Kinds { get; } = Enum.GetValues<Chore>().Length;

    private readonly double[] _counts = new double[Kinds];

    /// <summary>How often one is done; what was never said is 0.</summary>
    public double this[Chore chore]
    {
        get => _counts[(int)chore];
        set => _counts[(int)chore] = value;
    }

    /// <summary>All of them, by the order of <see cref="Chore"/>.</summary>
    public ReadOnlySpan<double> All => _counts;

    /// <summary>Adds those of other work.</summary>
    public void Add(ChoreCounts others)
    {
        for (int i = 0; i < Kinds; i++) _counts[i] += others._counts[i];
    }
}
