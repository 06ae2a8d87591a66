using System.Reflection;
using Scratch.Models;

namespace Scratch.Cli.Serve;

/// <summary>What <c>/model</c> says.</summary>
/// <param name="Model">Its name in the catalogue, or its definition.</param>
/// <param name="Image">[C, H, W] of the images that it takes.</param>
/// <param name="Resize">How pictures of another size come to that.</param>
/// <param name="Classes">What its outputs stand for, in their order.</param>
/// <param name="ManyLabels">Whether an image may have several of them, or none.</param>
/// <param name="Thresholds">With many labels: from which probability on one is said; one for all or for each.</param>
/// <param name="Temperature">By what outputs are divided.</param>
/// <param name="Parameters">How many numbers it learned.</param>
/// <param name="Weights">The hash of its numbers, as <c>train</c> prints it.</param>
/// <param name="Version">Of the program.</param>
/// <param name="Limits">How much a request may bring.</param>
internal sealed record ModelCard(string Model, IReadOnlyList<int> Image, string Resize, IReadOnlyList<string> Classes, bool ManyLabels,
    IReadOnlyList<double>? Thresholds, double Temperature, long Parameters, string Weights, string Version, CardLimits Limits)
{
    private const string Defined = "a network of its own";

    /// <summary>What a model is called: its name in the catalogue, if it is from there.</summary>
    public static string Name(ModelNotes notes) => ModelCatalog.Names.Contains(notes.Model!) ? notes.Model! : Defined;

    /// <summary>Of a model and the notes of its file.</summary>
    public static ModelCard Of(Model<float> model, ModelNotes notes, ServeLimits limits) => new(
        notes.Model!, notes.Image!.Value.Sizes.ToArray(), ResizeWords.Of(notes.Resize), notes.Classes!, notes.HasManyLabels,
        notes.HasManyLabels ? notes.Thresholds : null, notes.Temperature,
        model.NamedParameters().Sum(one => (long)one.Parameter.Value.Length), model.Hash(),
        typeof(Classifier).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
        new(limits.BodyBytes, limits.Images, limits.Pixels));
}

/// <summary>How much a request may bring, see <see cref="ServeLimits"/>.</summary>
internal sealed record CardLimits(int BodyBytes, int Images, long Pixels);
