using Scratch.Tensors;

namespace Scratch.Plans;

/// <summary>From which all chance in a model's training follows, such as what a dropout drops: a seed, and how many steps there have been.</summary>
internal sealed class Chance
{
    /// <summary>Set as the model is initialised.</summary>
    public long Seed { get; set; }

    /// <summary>Steps that have gone back.</summary>
    public long Step { get; set; }

    /// <summary>Of the step to come.</summary>
    public ulong Bits => RandomGenerator.Mix((ulong)Seed, (ulong)Step);
}
