namespace Scratch.Cli;

/// <summary>Options of <c>train</c> that go together, under a name. What is said beside it wins.</summary>
/// <param name="Name">What <c>--recipe</c> calls it.</param>
/// <param name="About">What it is for.</param>
/// <param name="Options">As one would type them.</param>
internal sealed record Recipe(string Name, string About, string Options)
{
    /// <summary>The recipe of training for many labels, which is taken where no other is named.</summary>
    public const string ManyLabels = "multi-label";

    /// <summary>All recipes.</summary>
    public static IReadOnlyList<Recipe> All { get; } =
    [
        new("course", "lesson 10 of fast.ai's 2019 course: GeneralRelu, Kaiming's uniform start, two half waves of the cosine",
            "--model lesson-general --epochs 8 --batch-size 256 --schedule lesson-cosine --lr 1 --clip-norm 1 --init kaiming-uniform"),
        new("best", "the most right answers in two minutes of two cores",
            "--model deep --dropout 0.1 --epochs 15 --batch-size 128 --optimizer sgd --schedule one-cycle --lr 0.1 --momentum 0.95 --nesterov "
                + "--weight-decay 0.0005 --spare-norms --label-smoothing 0.1 --augment shift=0.1,rotate=10,scale=0.1,shear=10 --no-telemetry"),
        new("speedrun", "0.99 of the test images as soon as possible",
            "--model lenet-bn --epochs 2 --batch-size 256 --optimizer adamw --lr 0.03 --schedule one-cycle --label-smoothing 0.05 --no-telemetry"),
        new("fashion", "0.94 of Fashion-MNIST's test images in seven minutes of two cores",
            "--model resnet9-wide --epochs 44 --batch-size 128 --optimizer sgd --schedule one-cycle --lr 0.2 --momentum 0.9 --nesterov "
                + "--weight-decay 0.0005 --spare-norms --label-smoothing 0.1 --augment flip,erase=0.5,shift=0.07 --no-telemetry"),
        new("fashion-soon", "0.92 of them in half a minute",
            "--model resnet9 --epochs 10 --batch-size 128 --optimizer sgd --schedule one-cycle --lr 0.2 --momentum 0.9 --nesterov "
                + "--weight-decay 0.0005 --spare-norms --label-smoothing 0.05 --augment flip --no-telemetry"),
        new(ManyLabels, "canvases with several digits, the set of digits to be told",
            "--task multi-label --model deep --epochs 4 --batch-size 128 --optimizer adamw --schedule one-cycle"),
    ];

    /// <summary>One recipe a line, with its options, for help.</summary>
    public static string Help => string.Join("", All.Select(recipe => $"\n  {recipe.Name}: {recipe.About}\n    {recipe.Options}"));

    /// <summary>The recipe of a name.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static Recipe Named(string name) => All.FirstOrDefault(recipe => recipe.Name == name)
        ?? throw new UsageException($"there is no recipe '{name}'. Recipes: {string.Join(", ", All.Select(recipe => recipe.Name))}.");
}
