using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;
using Scratch.Training;

namespace Scratch.Cli;

/// <summary>What the command line says about going on from another model's weights.</summary>
/// <param name="From">The file; none if null.</param>
/// <param name="Freeze">Patterns of names that no step changes.</param>
/// <param name="Factors">What the learning rate is multiplied by, for patterns of names; the first that fits counts.</param>
/// <param name="Unfreeze">From which epoch on, counted from 1, patterns of names learn.</param>
internal sealed record FineTuning(
    string? From, IReadOnlyList<string> Freeze, IReadOnlyList<PatternNumber> Factors, IReadOnlyList<PatternNumber> Unfreeze)
{
    /// <summary>Nothing of all that.</summary>
    public static FineTuning None { get; } = new(null, [], [], []);

    /// <summary>Loads what fits into a new model, and freezes what is to be.</summary>
    /// <returns>What it did; nothing where there is no file.</returns>
    /// <exception cref="UsageException">A pattern fits no parameter.</exception>
    public FineTuned? Begin(Model<float> model)
    {
        MatchedTensors? matched = From is null ? null : ModelFile.LoadMatching(model, From);
        if (Freeze.Count > 0) Named("--freeze", () => model.Freeze(Freeze));
        string[] frozen = [.. model.NamedParameters().Where(entry => entry.Parameter.Frozen).Select(entry => entry.Name)];
        if (frozen.Length == model.ParameterVector.Parameters.Count) throw new UsageException("--freeze leaves nothing to learn. Freeze less.");
        return matched is null ? null : new(From!, matched.Kept, matched.New, matched.Left, frozen);
    }

    /// <summary>The groups of parameters that are stepped differently.</summary>
    /// <param name="model">Of which model.</param>
    /// <param name="spareNorms">Whether biases and scales of norms are left out of the weight decay.</param>
    /// <exception cref="UsageException">A pattern fits no parameter.</exception>
    public IReadOnlyList<ParameterGroup<float>> Groups(Model<float> model, bool spareNorms)
    {
        var factors = new Dictionary<Parameter<float>, double>(ReferenceEqualityComparer.Instance);
        foreach (var (pattern, factor) in Factors)
        {
            Named("--lr-factors", () =>
            {
                foreach (Parameter<float> parameter in model.ParametersNamed(pattern)) factors.TryAdd(parameter, factor);
            });
        }
        HashSet<Parameter<float>> spared = spareNorms ? [.. ParameterGroup<float>.NormsAndBiases(model.ParameterVector).Parameters] : [];
        return [.. model.ParameterVector.Parameters
            .GroupBy(parameter => (Factor: factors.GetValueOrDefault(parameter, 1), Spared: spared.Contains(parameter)))
            .Where(group => group.Key is not (1, false)).Select(group => new ParameterGroup<float>(group)
            {
                LearningRateFactor = group.Key.Factor,
                WeightDecay = group.Key.Spared ? 0 : null,
            })];
    }

    /// <summary>What unfreezes as training goes on; nothing if nothing does.</summary>
    /// <exception cref="UsageException">A pattern fits no parameter.</exception>
    public Callback<float>? Unfreezing(Model<float> model)
    {
        if (Unfreeze.Count == 0) return null;
        List<(int, IReadOnlyList<Parameter<float>>)> stages = [];
        var seen = new HashSet<Parameter<float>>(ReferenceEqualityComparer.Instance);
        foreach (var (pattern, epoch) in Unfreeze)
        {
            Named("--unfreeze", () => stages.Add(((int)epoch - 1,
                [.. model.ParametersNamed(pattern).Where(parameter => !parameter.Frozen && seen.Add(parameter))])));
        }
        if (seen.Count == model.ParameterVector.Parameters.Count(parameter => !parameter.Frozen))
            throw new UsageException("--unfreeze leaves nothing to learn in epoch 1. Name fewer parameters.");
        return new GradualUnfreezing<float>(stages);
    }

    /// <summary>The same, if it can be.</summary>
    /// <exception cref="UsageException">There is nothing to begin with.</exception>
    public FineTuning Checked() => From is null && Freeze.Count + Unfreeze.Count > 0
        ? throw new UsageException($"{(Freeze.Count > 0 ? "--freeze" : "--unfreeze")} needs --from: what nobody has trained is worth no freezing.")
        : this;

    /// <summary>Checks that what is to unfreeze does so while the training lasts.</summary>
    /// <exception cref="UsageException">An epoch is not one of the training's.</exception>
    public void CheckEpochs(int epochs)
    {
        foreach (var (pattern, epoch) in Unfreeze)
        {
            if (epoch < 2 || epoch > epochs || epoch != Math.Floor(epoch))
                throw new UsageException($"--unfreeze: {pattern}={SharedOptions.Text(epoch)}, must be an epoch from 2 to {epochs}.");
        }
    }

    private static void Named(string option, Action action)
    {
        try
        {
            action();
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"{option}: {e.Message}");
        }
    }
}

/// <summary>A pattern of parameters' names, and a number for them.</summary>
internal sealed record PatternNumber(string Pattern, double Number);

/// <summary>What was taken from another model's file.</summary>
/// <param name="From">The file.</param>
/// <param name="Kept">Names of what is the file's.</param>
/// <param name="New">What the file has not, or in another shape.</param>
/// <param name="Left">What the file has beside.</param>
/// <param name="Frozen">Names of what no step changes.</param>
internal sealed record FineTuned(
    string From, IReadOnlyList<string> Kept, IReadOnlyList<string> New, IReadOnlyList<string> Left, IReadOnlyList<string> Frozen)
{
    private const int MostNames = 6;

    /// <summary>In a line.</summary>
    public string Line => $"from {Path.GetFileName(From)}: kept {Kept.Count} tensors ({NameList.Of(Kept, MostNames)}), "
        + $"new {(New.Count == 0 ? "none" : NameList.Of(New, MostNames))}"
        + (Left.Count == 0 ? "" : $", left in the file {NameList.Of(Left, MostNames)}")
        + (Frozen.Count == 0 ? "" : $"; frozen {NameList.Of(Frozen, MostNames)}");
}
