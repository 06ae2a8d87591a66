using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Cli;

/// <summary>The options that commands have in common, and how their values are read: every wrong one gets its own sentence.</summary>
internal static class SharedOptions
{
    private const int MostThreads = 1024, MostPixels = 4096;               // of one side of an image, and channels

    /// <summary>Of a batch, and of canvases.</summary>
    public const int MostImages = 1_000_000;

    /// <summary>The words for how the weights of convolutions start.</summary>
    public static IReadOnlyDictionary<string, Initialization> Initializations { get; } = new Dictionary<string, Initialization>
    {
        ["default"] = Initialization.Default,
        ["kaiming-normal"] = Initialization.KaimingNormal,
        ["kaiming-normal-fan-out"] = Initialization.KaimingNormalFanOut,
        ["kaiming-uniform"] = Initialization.KaimingUniform,
        ["xavier-normal"] = Initialization.XavierNormal,
        ["xavier-uniform"] = Initialization.XavierUniform,
    };

    /// <summary>The words for how convolutions are computed.</summary>
    public static IReadOnlyDictionary<string, ConvolutionAlgorithm> Convolutions { get; } = new Dictionary<string, ConvolutionAlgorithm>
    {
        ["auto"] = ConvolutionAlgorithm.Auto,
        ["direct"] = ConvolutionAlgorithm.Direct,
        ["winograd"] = ConvolutionAlgorithm.Winograd,
    };

    /// <summary>How convolutions are computed: one of <see cref="Convolutions"/>.</summary>
    public static Option<string> Convolution() => OneOf("--convolution", [.. Convolutions.Keys],
        "How convolutions are computed: auto (the fastest, as expected), direct (every product of the definition), or winograd (windows of 3x3 that "
            + "move pixel by pixel with fewer products).");

    /// <summary>A model of the catalogue.</summary>
    public static Option<string> Model() => Parsed("--model", "M", "lesson",
        $"The model: {string.Join(", ", ModelCatalog.Names)}; or a file NAME.json that lists its modules (docs/training.md).", value =>
        value.EndsWith(".json", StringComparison.Ordinal) ? Definition(value)
            : ModelCatalog.Names.Contains(value) ? value
            : throw new UsageException($"there is no model '{value}'. Models: {string.Join(", ", ModelCatalog.Names)}."));

    // What a file defines, as a name that the catalogue takes.
    private static string Definition(string path)
    {
        try
        {
            return ModelDefinition.Load(path).Text;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new UsageException($"--model: {e.Message}");
        }
    }

    /// <summary>The folder of the images.</summary>
    public static Option<string> Data() =>
        Folder("--data", "data/mnist", "Folder of the images: MNIST or anything in its format, such as Fashion-MNIST, KMNIST or EMNIST "
            + "(DIR/emnist-letters where there are several), CIFAR-10 "
            + "or CIFAR-100 (binary or for Python), a name such as cifar-10 for a folder in 'data', or arrays of NumPy (.npz); "
            + "or pictures (PNG, JPEG, BMP, GIF, WebP, TIFF) in DIR/train/CLASS and DIR/test/CLASS, or in DIR/CLASS; or a CSV file that lists "
            + "pictures with their class or labels.");

    /// <summary>The size that pictures come to; the most common one by default.</summary>
    public static Option<Size2?> Size() => WithoutDefault(Parsed<Size2?>("--size", "N|HxW", null,
        "Height and width that pictures are brought to, or one number for both; by default the size that most of them have.", text =>
        {
            int[] sizes = SizeText.Sizes(text, MostPixels);
            return sizes.Length <= 2 && !sizes.Contains(0) ? new Size2(sizes[0], sizes[^1])
                : throw new UsageException($"--size is '{text}', must be one or two whole numbers from 1 to {MostPixels}, such as 64 or 48x64.");
        }));

    /// <summary>How pictures come to it: one of <see cref="ResizeWords.All"/>.</summary>
    public static Option<string> Resize() => OneOf("--resize", ResizeWords.All,
        "How pictures of another size are brought to it: crop (scaled to fill it, the middle kept), pad (scaled to fit in, the rest black), "
            + "or squish (each side scaled by itself).");

    /// <summary>How much of the pictures is held in memory.</summary>
    public static Option<int> Memory() => Count("--memory", PictureSettings.UsualMemory, int.MaxValue,
        "MiB of decoded pictures to hold at most; of more, the rest is decoded again in every epoch, beside training (or see --cache), and 0 holds "
            + "none. Results are the same.", least: 0, unit: "MiB");

    /// <summary>Which labels of CIFAR-100.</summary>
    public static Option<bool> Coarse() => new("--coarse") { Description = "Of CIFAR-100: the 20 groups of classes in place of the 100 classes." };

    /// <summary>How pixels become inputs: one of <see cref="PixelSettings.Words"/>.</summary>
    public static Option<string> Normalize() => OneOf("--normalize", PixelSettings.Words,
        "How pixels become inputs: by mean and deviation of all (all), of each channel (channels), or of ImageNet's channels (imagenet).");

    /// <summary>Where those pictures lie that are not held.</summary>
    public static Option<string> Cache() => Folder("--cache",
        "Do not decode again what is not held: keep it in a file in this folder, which goes with the process.");

    /// <summary>How many threads compute.</summary>
    public static Option<int> Threads() =>
        Count("--threads", Environment.ProcessorCount, MostThreads,
            "Threads that compute; all cores by default. Results have the same bits for any number.");

    /// <summary>Images per batch.</summary>
    public static Option<int> BatchSize(int normally, string description) => Count("--batch-size", normally, MostImages, description);

    /// <summary>Where random numbers start.</summary>
    public static Option<long> Seed(long normally, string description) => Parsed("--seed", "N", normally, description, text =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            ? value : throw new UsageException($"--seed is '{text}', must be a whole number."));

    /// <summary>How the weights of convolutions start: one of <see cref="Initializations"/>.</summary>
    public static Option<string> Init() => Parsed("--init", "HOW", "kaiming-normal",
        "How the weights of convolutions start: default (PyTorch's), kaiming-normal (or kaiming), kaiming-uniform.",
        text => text == "kaiming" ? "kaiming-normal" : Initializations.ContainsKey(text) ? text
            : throw new UsageException($"--init is '{text}', must be {string.Join(", ", Initializations.Keys)} (kaiming is kaiming-normal)."));

    /// <summary>How images are changed, as words that <see cref="AugmentSettings"/> reads; given back in full.</summary>
    public static Option<string> Augment() => Parsed("--augment", "WORDS", AugmentSettings.None,
        $"Change training images anew in every epoch: {AugmentSettings.Help}.",
        text => AugmentSettings.Parse(text).Words);

    /// <summary>The shape of one image; MNIST's by default.</summary>
    public static Option<Shape> Image() => Parsed("--image", "CxHxW", new Shape(1, 28, 28), "Channels, height and width of the images.", text =>
    {
        int[] sizes = SizeText.Sizes(text, MostPixels);
        return sizes.Length == 3 && !sizes.Contains(0) ? new Shape(sizes)
            : throw new UsageException($"--image is '{text}', must be three whole numbers from 1 to {MostPixels}, such as 3x224x224.");
    });

    /// <summary>How many classes a model tells apart; 10 by default.</summary>
    public static Option<int> Classes() => Count("--classes", 10, 100_000, "How many classes the model tells apart.");

    /// <summary>One of some words, the first by default.</summary>
    public static Option<string> OneOf(string name, IReadOnlyList<string> words, string description) =>
        Parsed(name, string.Join("|", words), words[0], description, text => words.Contains(text) ? text
            : throw new UsageException($"{name} is '{text}', must be {string.Join(", ", words.SkipLast(1))} or {words[^1]}."));

    /// <summary>Some of some words, with commas between them; none by default.</summary>
    public static Option<IReadOnlyList<string>> Words(string name, IReadOnlyList<string> words, string description) =>
        WithoutDefault(Parsed<IReadOnlyList<string>>(name, "A,B,…", [], $"{description} Of {string.Join(", ", words)}.", text =>
        {
            string[] said = text.Split(',');
            if (said.FirstOrDefault(word => !words.Contains(word)) is { } wrong)
                throw new UsageException($"{name} has '{wrong}', must be some of {string.Join(", ", words)}, with commas between them.");
            return said;
        }));

    /// <summary>A share, 0 by default and below 1.</summary>
    public static Option<double> Share(string name, string description) => Parsed(name, "X", 0.0, description, text =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= 0 && value < 1
            ? value : throw new UsageException($"{name} is '{text}', must be a number from 0 to below 1."));

    /// <summary>Any words; none by default.</summary>
    public static Option<string> Text(string name, string helpName, string description) =>
        WithoutDefault(Parsed(name, helpName, "", description, text => text));

    /// <summary>A number as the command line takes it.</summary>
    public static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Output for programs.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print JSON, for programs to read." };

    /// <summary>A whole number, from 1 on if nothing else is said.</summary>
    public static Option<int> Count(string name, int normally, int most, string description, int least = 1, string unit = "N") =>
        Parsed(name, unit, normally, description, text =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
                ? value : throw new UsageException($"{name} is '{text}', must be a whole number from {least} to {most}."));

    /// <summary>A whole number, from 1 on if nothing else is said; none by default.</summary>
    public static Option<int> Count(string name, int most, string description, int least = 1) =>
        WithoutDefault(Count(name, 0, most, description, least));

    /// <summary>A finite number from 0 on, none by default.</summary>
    public static Option<double> Number(string name, string description) => WithoutDefault(Number(name, 0, description));

    /// <summary>The path of a folder, none by default.</summary>
    public static Option<string> Folder(string name, string description) => WithoutDefault(Folder(name, "", description));

    /// <summary>A finite number from 0 on.</summary>
    public static Option<double> Number(string name, double normally, string description) => Parsed(name, "X", normally, description, text =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) && value >= 0
            ? value : throw new UsageException($"{name} is '{text}', must be a finite number of at least 0."));

    /// <summary>The path of a folder.</summary>
    public static Option<string> Folder(string name, string normally, string description) => Parsed(name, "DIR", normally, description, text =>
        text.Length > 0 ? text : throw new UsageException($"{name} is empty, must be a folder."));

    /// <summary>An option of one value, read by a function.</summary>
    public static Option<T> Parsed<T>(string name, string helpName, T normally, string description, Func<string, T> parse) => new(name)
    {
        HelpName = helpName,
        Description = description,
        Arity = ArgumentArity.ExactlyOne,
        DefaultValueFactory = _ => normally,
        CustomParser = result => ParseOrComplain(result, parse),
    };

    /// <summary>The same without a default.</summary>
    public static Option<T> WithoutDefault<T>(Option<T> option)
    {
        option.DefaultValueFactory = null;
        return option;
    }

    private static T? ParseOrComplain<T>(ArgumentResult result, Func<string, T> parse)
    {
        try
        {
            return parse(result.Tokens[0].Value);
        }
        catch (UsageException e)
        {
            result.AddError(e.Message);
            return default;
        }
    }
}
