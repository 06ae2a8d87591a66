using System.CommandLine;
using System.Globalization;

namespace Scratch.Cli;

/// <summary>The options that become <see cref="FineTuning"/>.</summary>
internal sealed class FineTuningOptions
{
    private readonly Option<string> _from = SharedOptions.Text("--from", "MODEL.safetensors",
        "Begin with the weights of a trained model, as far as they fit: its model and size of images are taken where nothing is said, the last layer "
        + "begins anew where classes are others in number.");
    private readonly Option<string> _freeze = SharedOptions.Text("--freeze", "NAMES",
        "With --from: parameters that stay as they are, with commas, * for any letters, such as \"0.*,1.*\".");
    private readonly Option<PatternNumber[]> _factors = Pairs("--lr-factors", "NAMES=X,...",
        "What the learning rate is multiplied by for some parameters, such as \"0.*=0.1,3.*=0.3\"; the first that fits counts.");
    private readonly Option<PatternNumber[]> _unfreeze = Pairs("--unfreeze", "NAMES=EPOCH,...",
        "With --from: parameters that stay as they are until an epoch begins, such as \"9.*=2,*.bias=3\".");

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [_from, _freeze, _factors, _unfreeze];

    /// <summary>The file to begin with; none if null.</summary>
    public string? From(ParseResult parsed) => parsed.GetValue(_from);

    /// <summary>What they say.</summary>
    public FineTuning Of(SaidOptions said) => new(
        said.Of(_from), said.Of(_freeze)?.Split(',') ?? [], said.Of(_factors) ?? [], said.Of(_unfreeze) ?? []);

    private static Option<PatternNumber[]> Pairs(string name, string helpName, string description) =>
        SharedOptions.WithoutDefault(SharedOptions.Parsed<PatternNumber[]>(name, helpName, [], description, text => [.. text.Split(',').Select(part =>
        {
            string[] pair = part.Split('=');
            return pair.Length == 2 && pair[0].Length > 0
                && double.TryParse(pair[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number >= 0
                && double.IsFinite(number)
                ? new PatternNumber(pair[0], number)
                : throw new UsageException($"{name} is '{text}', must be names and finite numbers of at least 0, such as \"0.*=0.1,3.*=0.3\".");
        })]));
}
