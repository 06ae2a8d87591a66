using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Scratch.Files;
using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary>The options that become <see cref="Checkpointing"/>, and what they do to all others: a training that goes on has those that it
/// had.</summary>
internal sealed class CheckpointOptions
{
    private const string Name = "--every";
    private const double MostMinutes = 100_000;

    private static readonly (double Every, CheckpointInterval Unit) _usual = (10, CheckpointInterval.Minutes);

    /// <summary>What changes no number of a training, and may be said anew; images are known by their pixels.</summary>
    internal static readonly string[] Free = ["--threads", "--data", "--cache", "--out", "--overwrite", "--open", "--json", "--checkpoint", Name,
        "--resume", "--quiet"];

    private readonly Option<string> _checkpoint = SharedOptions.Folder("--checkpoint",
        "Write the whole state of the training into this folder, so that --resume can go on with it: at intervals, after the best epoch, "
            + "and when it is stopped.");
    private readonly Option<(double Every, CheckpointInterval Unit)> _every = SharedOptions.WithoutDefault(
        SharedOptions.Parsed(Name, "MINUTES|Nb|Ne", _usual, "With --checkpoint: minutes between two, 10 by default, or batches (100b), epochs (2e).",
            Interval));
    private readonly Option<string> _resume = SharedOptions.Folder("--resume",
        "Go on with the training that was written into this folder, with its options; the result has the same bits as if it had not been stopped.");

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [_checkpoint, _every, _resume];

    /// <summary>What they say.</summary>
    public Checkpointing Of(ParseResult parsed)
    {
        string? folder = parsed.GetValue(_checkpoint);
        if (folder is null && SaidOptions.IsSaid(parsed, _every)) throw new UsageException($"{Name} needs --checkpoint.");
        var (every, unit) = SaidOptions.IsSaid(parsed, _every) ? parsed.GetValue(_every) : _usual;
        return new(folder, every, unit, JsonSerializer.Serialize(Words(parsed, option => option != _resume), ReportJson.Default.Words), null);
    }

    /// <summary>The command line of the training to go on with, and of this one what changes no number.</summary>
    /// <param name="parsed">This command line.</param>
    /// <param name="settingsOf">What a command line means.</param>
    /// <param name="notice">Is told of damaged checkpoints.</param>
    /// <param name="from">The checkpoint to go on from; none where nothing is to be resumed.</param>
    /// <exception cref="UsageException">An option is said that would change the result.</exception>
    /// <exception cref="InvalidDataException">There is no sound checkpoint.</exception>
    public ParseResult WithSaved(ParseResult parsed, Func<ParseResult, TrainSettings> settingsOf, Action<string> notice, out SavedState? from)
    {
        from = null;
        if (parsed.GetValue(_resume) is not { } folder) return parsed;
        (string file, IReadOnlyDictionary<string, string> notes, from) = CheckpointFolder.Newest(folder, message => notice($"warning: {message}"));
        var (saved, before) = Saved(parsed, settingsOf, notes, file);
        List<string> differ = [];
        foreach (Option option in Said(parsed).Where(option => !Free.Contains(option.Name)))
        {
            ParseResult other = Parse(parsed, [.. Words(saved, own => own != option), .. Words(parsed, own => own == option)]);
            if (Meaning(settingsOf(other)) != before) differ.Add($"{option.Name} ({Shown(saved, option)} there)");
        }
        if (differ.Count > 0)
        {
            throw new UsageException($"--resume '{folder}': {string.Join(", ", differ)} would change the result. Leave "
                + $"{(differ.Count == 1 ? "it" : "them")} out, "
                + "or begin a training of its own.");
        }
        Option[] now = [.. Said(parsed).Where(option => Free.Contains(option.Name) && option != _resume)];
        List<string> words = [.. Words(saved, option => !now.Contains(option)), .. Words(parsed, now.Contains)];
        if (!now.Contains(_checkpoint)) words = [.. Words(Parse(parsed, words), option => option != _checkpoint), _checkpoint.Name, folder];
        return Parse(parsed, words);
    }

    private static (double, CheckpointInterval) Interval(string text)
    {
        CheckpointInterval unit = text.LastOrDefault() switch
        {
            'b' => CheckpointInterval.Batches,
            'e' => CheckpointInterval.Epochs,
            _ => CheckpointInterval.Minutes,
        };
        string number = unit == CheckpointInterval.Minutes ? text : text[..^1];
        NumberStyles style = unit == CheckpointInterval.Minutes ? NumberStyles.AllowDecimalPoint : NumberStyles.None;
        return double.TryParse(number, style, CultureInfo.InvariantCulture, out double every) && every > 0 && every <= MostMinutes ? (every, unit)
            : throw new UsageException($"{Name} is '{text}', must be minutes above 0 such as 10, or batches such as 100b, or epochs such as 2e.");
    }

    // The command line that stands in a checkpoint, and what it means. A file says it: it may be no command line at all.
    private static (ParseResult Line, string Meaning) Saved(ParseResult parsed, Func<ParseResult, TrainSettings> settingsOf,
        IReadOnlyDictionary<string, string> notes, string file)
    {
        string name = Path.GetFileName(file);
        try
        {
            if (notes.TryGetValue(Checkpointing.ArgumentsKey, out string? text)
                && JsonSerializer.Deserialize(text, ReportJson.Default.Words) is { } words && words.All(word => word is not null))
            {
                ParseResult saved = Parse(parsed, words);
                return saved.Errors.Count == 0 ? (saved, Meaning(settingsOf(saved))) : throw new UsageException(saved.Errors[0].Message);
            }
        }
        catch (JsonException)
        {
            // the same as none
        }
        catch (UsageException e)
        {
            throw new InvalidDataException($"{name}: its options are none of a training: {PrintableText.Of(e.Message)}");
        }
        throw new InvalidDataException($"{name}: it does not say with which options; 'scratch train' did not write it.");
    }

    private static string Meaning(TrainSettings settings) =>
        ReportJson.Text(settings with { CommandLine = "", Threads = 1, Data = "", Out = null, Overwrite = false, Json = false,
            Pictures = settings.Pictures with { Cache = null } });

    private static IEnumerable<Option> Said(ParseResult parsed) => parsed.CommandResult.Command.Options.Where(option =>
        SaidOptions.IsSaid(parsed, option));

    private static string Shown(ParseResult saved, Option option) =>
        SaidOptions.IsSaid(saved, option) ? string.Join(' ', Words(saved, own => own == option).Skip(1).DefaultIfEmpty("said")) : "not said";

    private static string[] Words(ParseResult parsed, Func<Option, bool> include) => [.. Said(parsed).Where(include).SelectMany(option =>
        parsed.GetResult(option)!.Tokens.Select(token => token.Value).Prepend(option.Name))];

    private static ParseResult Parse(ParseResult parsed, IReadOnlyList<string> words) => parsed.RootCommandResult.Command.Parse(
        [parsed.CommandResult.Command.Name, .. words], new ParserConfiguration { ResponseFileTokenReplacer = null });
}
