namespace Scratch.Kernels;

/// <summary>Which numbers of an image share a weight.</summary>
internal enum WeightOrder
{
    /// <summary>Those of a channel: weight [C].</summary>
    PerChannel,

    /// <summary>Those of a pixel of a run: weight [run pixels].</summary>
    PerPixel,

    /// <summary>None: weight [pixels, C]; its gradient is [C, pixels], as the parameter lies.</summary>
    PerNumber,
}

/// <summary>How an image falls into parts that are normalised together: runs of pixels, and within them groups of channels.</summary>
/// <param name="Channels">C.</param>
/// <param name="Pixels">H·W.</param>
/// <param name="Group">Channels of a part.</param>
/// <param name="Run">Pixels of a part, one after the other.</param>
/// <param name="Order">Who shares a weight.</param>
internal readonly record struct NormParts(int Channels, int Pixels, int Group, int Run, WeightOrder Order)
{
    private const int LargeImage = 1 << 17, StretchLength = 1 << 15, MostStretches = 32;    // numbers, numbers, and how many

    /// <summary>Numbers of an image.</summary>
    public int Length => Channels * Pixels;

    /// <summary>Runs of an image.</summary>
    public int Runs => Pixels / Run;

    /// <summary>Numbers of a run.</summary>
    public int RunLength => Channels * Run;

    /// <summary>Into how many stretches of pixels a run falls, for threads to share it: by shape.</summary>
    public int Stretches => Order == WeightOrder.PerChannel && Run == Pixels && Length >= LargeImage
        ? Math.Min(Math.Min(MostStretches, Length / StretchLength), Pixels) : 1;

    /// <summary>How many weights there are.</summary>
    public int Weights => Order switch { WeightOrder.PerChannel => Channels, WeightOrder.PerPixel => Run, _ => Length };

    /// <summary>The pixel of a run with which a stretch begins; the number of stretches for where the last one ends.</summary>
    public int FirstPixel(int stretch) => Parts.Begin(Run, stretch, Stretches);

    /// <summary>Pixels of a stretch.</summary>
    public int PixelsOf(int stretch) => FirstPixel(stretch + 1) - FirstPixel(stretch);

    /// <summary>Weights that runs share, and how many runs do.</summary>
    public (int Weights, int Runs) Shared => Order == WeightOrder.PerPixel ? (Run, Pixels / Run) : default;
}
