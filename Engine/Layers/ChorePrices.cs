using System.Text.Json;
using Scratch.Files;
using Scratch.Kernels.Simd;

namespace Scratch.Layers;

/// <summary>What each <see cref="Chore"/> takes, in nanoseconds, with vectors of one width. By these a plan chooses its layouts.</summary>
/// <remarks>
/// Prices come with the engine, and <c>scratch bench --calibrate</c> writes those of the machine at hand into <see cref="File"/>, which is read where
/// it exists. They say only which of several right ways is taken: another file may change the last bits of a result, another number of threads never.
/// </remarks>
internal sealed class ChorePrices
{
    /// <summary>The environment variable that names another file; where it is empty, the prices that come with the engine are used.</summary>
    public const string Variable = "SCRATCH_PRICES";

    private const double MostPrice = 1e6;                                    // nanoseconds: nothing that is done again and again takes a millisecond

    private static readonly Lazy<IReadOnlyDictionary<int, ChorePrices>> _known = new(() => File is { } file ? Known(file) : Shipped!);

    private readonly double[] _prices;

    private ChorePrices(string source, double[] prices) => (Source, _prices) = (source, prices);

    /// <summary>Where they come from, in a few words.</summary>
    public string Source { get; }

    /// <summary>All of them, in nanoseconds, by the order of <see cref="Chore"/>.</summary>
    public ReadOnlySpan<double> All => _prices;

    /// <summary>The file of this machine; null where the environment says that there is none.</summary>
    public static string? File => Environment.GetEnvironmentVariable(Variable) is { } named ? (named.Length == 0 ? null : named)
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
            "scratch", "prices.json");

    /// <summary>Those that come with the engine, by how many floats a vector holds: of one processor with AVX-512, with all of its vectors, with AVX2
    /// only, and with neither. Vectors of 128 bits with a fused multiply-add and 32 registers, as NEON has them, were measured on another.</summary>
    public static IReadOnlyDictionary<int, ChorePrices> Shipped { get; } = new Dictionary<int, ChorePrices>
    {
        [16] = new("shipped for 512-bit vectors",
            [4.2, 0.71, 0.25, 0.51, 0.15, 0.89, 0.48, 1.15, 34, 0.4, 0.2, 0.073, 17, 0.075, 0, 18.5, 0.52, 0.38, 0.46, 0.66, 0.095, 0.3, 0.047, 4.5,
                3.5, 0.21, 0.05, 0.6]),
        [8] = new("shipped for 256-bit vectors",
            [3.7, 0.66, 0.23, 0.4, 0.13, 0.68, 0.53, 1.1, 28, 0.42, 0.24, 0.063, 12, 0.079, 0, 17, 0.57, 0.45, 0.45, 0.61, 0.11, 0.3, 0.055, 3.1, 3.3,
                0.22, 0.02, 0.4]),
        [4] = Processor.HasFusedMultiplyAdd ? new("shipped for 128-bit vectors with fused multiply-add",
            [0, 0.14, 0.32, 0.23, 0.03, 0.35, 0.29, 1, 13, 0.37, 0.19, 0.11, 1.9, 0.041, 0, 18, 0.34, 0.32, 0.32,
                0.46, 0.049, 0.21, 0.042, 2, 1.8, 0.14, 0.026, 0.4])
        : new("shipped for 128-bit vectors",
            [3.8, 0.54, 0.42, 0.57, 0.18, 0.57, 0.49, 1, 20, 0.62, 0.32, 0.18, 4.6, 0.041, 0, 17, 0.81, 0.51, 0.42, 0.57, 0.14, 0.29, 0.053, 2.7, 2.9,
                0.3, 0.045, 0.4]),
    };

    /// <summary>For vectors of so many numbers: those of this machine if it was calibrated, else those that come with the engine.</summary>
    /// <exception cref="InvalidDataException">The machine's file is damaged.</exception>
    public static ChorePrices For(int vector) => Nearest(_known.Value, vector);

    /// <summary>Prices in nanoseconds, by the order of <see cref="Chore"/>.</summary>
    public static ChorePrices Of(string source, IEnumerable<double> prices) => new(source, [.. prices]);

    /// <summary>What work takes, in nanoseconds.</summary>
    public double Of(ChoreCounts counts)
    {
        double sum = 0;
        for (int i = 0; i < _prices.Length; i++) sum += counts.All[i] * _prices[i];
        return sum;
    }

    /// <summary>What comes with the engine, and instead what a file says for the widths that it knows.</summary>
    /// <exception cref="InvalidDataException">The file is not one that <see cref="Write"/> wrote.</exception>
    public static IReadOnlyDictionary<int, ChorePrices> Known(string file)
    {
        if (!System.IO.File.Exists(file)) return Shipped;
        var known = new Dictionary<int, ChorePrices>(Shipped);
        foreach (var (vector, prices) in Read(file)) known[vector] = new($"calibrated, {file}", prices);
        return known;
    }

    /// <summary>Puts prices for one width of vectors into a file, beside those of other widths that are there.</summary>
    public static void Write(string file, int vector, ChorePrices prices)
    {
        SortedDictionary<int, double[]> all = System.IO.File.Exists(file) ? Read(file) : [];
        all[vector] = prices._prices;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        AtomicFile.Write(file, stream =>
        {
            using var writer = new Utf8JsonWriter(stream, new() { Indented = true });
            writer.WriteStartObject();
            foreach (var (width, values) in all)
            {
                writer.WriteStartObject(Name(width));
                foreach (Chore chore in Enum.GetValues<Chore>()) writer.WriteNumber(chore.ToString(), values[(int)chore]);
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        });
    }

    private static string Name(int vector) => $"{vector * 32} bits";

    private static ChorePrices Nearest(IReadOnlyDictionary<int, ChorePrices> known, int vector) =>
        known[known.Keys.Where(width => width <= vector).DefaultIfEmpty(known.Keys.Min()).Max()];

    private static SortedDictionary<int, double[]> Read(string file)
    {
        var all = new SortedDictionary<int, double[]>();
        try
        {
            using JsonDocument document = JsonDocument.Parse(System.IO.File.ReadAllBytes(file), new() { AllowDuplicateProperties = false });
            foreach (int vector in Shipped.Keys)
                if (document.RootElement.TryGetProperty(Name(vector), out JsonElement prices))
                    all[vector] = [.. Enum.GetValues<Chore>().Select(chore => Price(file, prices.GetProperty(chore.ToString()), chore))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw Damaged(file, PrintableText.Of(e.Message));
        }
        return all;
    }

    private static double Price(string file, JsonElement element, Chore chore) => element.GetDouble() is >= 0 and <= MostPrice and var price ? price
        : throw Damaged(file, $"{chore} is {PrintableText.Of($"{element}")}, must be from 0 to {MostPrice:0}");

    private static InvalidDataException Damaged(string file, string what) =>
        new($"{file}: {what.TrimEnd('.')}. Delete it, or write it anew with scratch bench --calibrate.");
}
