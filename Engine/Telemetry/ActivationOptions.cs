using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Telemetry;

/// <summary>When a unit's output counts as near zero, so that a layer full of them learns nothing: three published definitions, by name.</summary>
public enum DeadUnits
{
    /// <summary>The share of the histogram's numbers that lie in the bin that holds zero or beside it: bins 0 and 1 of 40 bins from 0 to 10 for ReLU,
    /// 19 to 21 of 40 from -7 to 7 for the generalised ReLU (fast.ai 2019, lesson 10, <c>h[:2]</c> and <c>h[19:22]</c>).</summary>
    Lesson2019,

    /// <summary>The share of the first bin in the histogram of magnitudes: |x| below 0.25 of |x| up to 10 by default (fast.ai 2022,
    /// miniai).</summary>
    Miniai2022,

    /// <summary>The share of outputs up to 0.05, negative ones too (fastai v2, <c>ActivationStats</c>).</summary>
    Fastai2,
}

/// <summary>What <see cref="ActivationStatistics{T}"/> is to find out.</summary>
public sealed record ActivationOptions
{
    // Of an ActivationRecord.
    private const int RecordBytes = 96;

    /// <summary>Bins of the histogram; 40 by default, as the lesson's.</summary>
    public int Bins { get; init; } = 40;

    /// <summary>The left edge of the first bin.</summary>
    public double Low { get; init; }

    /// <summary>The right edge of the last bin, which belongs to it.</summary>
    public double High { get; init; } = 10;

    /// <summary>Which definition <see cref="ActivationRecord.DeadShare"/> goes by.</summary>
    public DeadUnits Dead { get; init; } = DeadUnits.Lesson2019;

    /// <summary>Whether the records of activation layers also hold the share by each definition, <see cref="ActivationRecord.Shares"/>.</summary>
    public bool AllDefinitions { get; init; }

    /// <summary>Every how many passes it looks, the first included; those between cost nothing and leave no record.</summary>
    public int Every { get; init; } = 1;

    /// <summary>How many passes at the beginning it looks at all the same, for much happens in few steps there.</summary>
    public int First { get; init; }

    /// <summary>How many records a layer has at most. When there would be more, every second of them goes, and from then on it looks half as often;
    /// training and validation are counted each by itself. A record with 40 bins takes 416 bytes.</summary>
    public int MostRecords { get; init; } = 2048;

    /// <summary>The bytes that the records of a training take, histograms included.</summary>
    /// <param name="layers">How many layers the model has.</param>
    /// <param name="passes">How many forward passes there are to be, those of validation included.</param>
    public long PredictMemory(int layers, long passes) => layers * Math.Min(Looks(0, passes), MostRecords) * (RecordBytes + sizeof(long) * Bins);

    /// <summary>How many of so many passes it looks at, or one more, after those that came by.</summary>
    internal long Looks(int before, long passes) => Math.Clamp(First - before, 0, passes) + passes / Every + 1;

    internal BinAxis Axis => new(Low, High, Bins);

    /// <summary>The bin that holds zero and those beside it, as far as there are any.</summary>
    internal (int First, int End) ZeroBins
    {
        get
        {
            BinAxis axis = Axis;
            int zero = axis.Of(0.0) is >= 0 and var bin ? bin : (int)Math.Clamp(Math.Floor(-Low * axis.Scale), -2, Bins + 1.0);
            return (Math.Clamp(zero - 1, 0, Bins), Math.Clamp(zero + 2, 0, Bins));
        }
    }

    /// <summary>What is to be counted beside the histogram.</summary>
    internal NearZero? Near => NearOf(Dead);

    /// <summary>What a definition counts beside the histogram, if anything.</summary>
    internal NearZero? NearOf(DeadUnits dead) => dead switch
    {
        DeadUnits.Miniai2022 => new(High / Bins, High, Magnitude: true),
        DeadUnits.Fastai2 => new(0.05, 0, Magnitude: false),
        _ => null,
    };

    internal void Check()
    {
        const string Who = nameof(ActivationOptions);
        ShapeGuard.Positive(Who, Bins, nameof(Bins));
        ShapeGuard.Positive(Who, Every, nameof(Every));
        ShapeGuard.NotNegative(Who, First, nameof(First));
        ShapeGuard.Positive(Who, MostRecords - 1, nameof(MostRecords));
        ShapeGuard.Finite(Who, Low, double.MinValue, nameof(Low));
        if (!(High > Low && double.IsFinite(High)))
            throw new ArgumentOutOfRangeException(nameof(High), High,
                string.Create(null, $"{Who}: High is {High}, must be a finite number above Low, {Low}."));
        if (!Enum.IsDefined(Dead)) throw new ArgumentOutOfRangeException(nameof(Dead), Dead, $"{Who}: there is no such definition of dead units.");
        if ((AllDefinitions || Dead == DeadUnits.Miniai2022) && High <= 0)
            throw new ArgumentOutOfRangeException(nameof(High), High,
                string.Create(null, $"{Who}: High is {High}; a histogram of magnitudes needs it above 0."));
    }
}
