using System.Globalization;
using Scratch.Data;

namespace Scratch.Cli;

/// <summary>What the command line says about changing images: words such as <c>shift,rotate=15</c>, in any order.</summary>
internal sealed class AugmentSettings
{
    /// <summary>No change.</summary>
    public const string None = "none";

    private const int MostPixels = 1000;

    // Usual strength and the largest one.
    private static readonly Dictionary<string, (double Usual, double Most)> _words = new()
    {
        ["shift"] = (0.1, 1), ["rotate"] = (10, 180), ["scale"] = (0.1, 0.9), ["shear"] = (10, 60), ["erase"] = (0.25, 1), ["flip"] = (0.5, 1),
        ["vflip"] = (0.5, 1), ["pad"] = (4, MostPixels),
        ["brightness"] = (0.2, 1), ["contrast"] = (0.2, 1), ["saturation"] = (0.2, 1), ["hue"] = (0.1, 0.5), ["grey"] = (0.1, 1),
        ["crop"] = (0.08, 1), ["rand"] = (9, RandAugment.MostMagnitude), ["trivial"] = (1, 1), ["mixup"] = (0.2, 1), ["cutmix"] = (1, 1),
    };

    private readonly Dictionary<string, double> _strengths = [];

    /// <summary>What each word means, for help.</summary>
    public static string Help =>
        "shift (share of the size), rotate (degrees), scale (share), shear (degrees), erase (share of images), flip, vflip (left and right, "
        + "top and bottom exchanged: share of images), brightness, contrast, saturation (share, up and down), hue (share of the circle, either "
        + "way), grey (share of images), pad (pixels of black around the image, which is then cut out of it anywhere), crop (the least share of "
        + "the area that is kept, made as large as the whole), rand (RandAugment of this magnitude, to 30), trivial (TrivialAugment), mixup, "
        + "cutmix (two images and their labels together: alpha; where both are said, one of them), each with =STRENGTH or its usual one, or none";

    /// <summary>The words with their strengths, as they can be given again.</summary>
    public string Words => _strengths.Count == 0 ? None : string.Join(",", _strengths.Select(word => $"{word.Key}={SharedOptions.Text(word.Value)}"));

    /// <summary>Reads the words.</summary>
    /// <exception cref="UsageException">There is no such word, or its strength is none.</exception>
    public static AugmentSettings Parse(string text)
    {
        var settings = new AugmentSettings();
        if (text == None) return settings;
        foreach (string part in text.Split(','))
        {
            string[] pair = part.Split('=', 2);
            if (!_words.TryGetValue(pair[0], out var word))
                throw new UsageException($"--augment is '{text}', and there is no '{pair[0]}'. Words: {string.Join(", ", _words.Keys)}, or {None}.");
            double strength = word.Usual;
            if (pair.Length == 2 && !(double.TryParse(pair[1], NumberStyles.Float, CultureInfo.InvariantCulture, out strength) && strength >= 0
                && strength <= word.Most))
                throw new UsageException($"--augment: {pair[0]} is '{pair[1]}', must be a number from 0 to {SharedOptions.Text(word.Most)}.");
            if (pair[0] is "mixup" or "cutmix" && strength is > 0 and < 0.05)
                throw new UsageException($"--augment: {pair[0]} is '{pair[1]}', must be 0, or a number from 0.05 to 1.");
            if (pair[0] is "rand" or "pad" && strength != Math.Truncate(strength))
                throw new UsageException($"--augment: {pair[0]} is '{pair[1]}', must be a whole number from 0 to {SharedOptions.Text(word.Most)}.");
            if (!settings._strengths.TryAdd(pair[0], strength)) throw new UsageException($"--augment is '{text}', and has '{pair[0]}' twice.");
        }
        return settings;
    }

    /// <summary>How images are mixed with each other.</summary>
    public IReadOnlyList<ImageMixing> Mixings()
    {
        List<ImageMixing> all = [];
        if (_strengths.TryGetValue("mixup", out double mixup) && mixup > 0) all.Add(new MixUp(mixup));
        if (_strengths.TryGetValue("cutmix", out double cutmix) && cutmix > 0) all.Add(new CutMix(cutmix));
        return all;
    }

    /// <summary>The augmentations: what is cut out, RandAugment or the like, light and colour, one movement of all kinds together, then what is
    /// erased, then flips.</summary>
    public IReadOnlyList<Augmentation> Create()
    {
        double Strength(string word) => _strengths.GetValueOrDefault(word);
        (double, double) Around(string word) => (1 - Strength(word), 1 + Strength(word));
        List<Augmentation> all = [];
        if (Strength("crop") > 0) all.Add(new RandomResizedCrop((Strength("crop"), 1)));
        if (Strength("pad") > 0) all.Add(new RandomCrop((int)Strength("pad")));
        if (Strength("rand") > 0) all.Add(new RandAugment(magnitude: (int)Strength("rand")));
        if (Strength("trivial") > 0) all.Add(new TrivialAugment());
        if (Strength("brightness") + Strength("contrast") + Strength("saturation") + Strength("hue") > 0)
            all.Add(new ColorJitter(Around("brightness"), Around("contrast"), Around("saturation"), (-Strength("hue"), Strength("hue"))));
        if (Strength("grey") > 0) all.Add(new RandomGrayscale(Strength("grey")));
        if (Strength("rotate") + Strength("shift") + Strength("scale") + Strength("shear") > 0)
            all.Add(new RandomAffine(Strength("rotate"), Strength("shift"), (1 - Strength("scale"), 1 + Strength("scale")), Strength("shear")));
        if (Strength("erase") > 0) all.Add(new RandomErasing(Strength("erase")));
        if (Strength("flip") > 0) all.Add(new RandomHorizontalFlip(Strength("flip")));
        if (Strength("vflip") > 0) all.Add(new RandomVerticalFlip(Strength("vflip")));
        return all;
    }
}
