using Scratch.Tests.Support;

namespace Scratch.Tests.Vectors;

/// <summary>FORMAT.md's table of tolerances, for the operations that are replayed.</summary>
public static class Tolerances
{
    /// <summary>The model's rules: one for each kind of result.</summary>
    public static Tolerance ModelActivations => Tolerance.S(5e-6);

    /// <summary>See <see cref="ModelActivations"/>.</summary>
    public static Tolerance ModelLoss => Tolerance.E(2e-6, 0);

    /// <summary>See <see cref="ModelActivations"/>.</summary>
    public static Tolerance ModelGradients => Tolerance.S(1e-5);

    /// <summary>See <see cref="ModelActivations"/>.</summary>
    public static Tolerance ModelAfterSgd => Tolerance.S(2e-6);

    /// <summary>See <see cref="ModelActivations"/>.</summary>
    public static Tolerance ModelAfterAdamW => Tolerance.S(2e-5);

    /// <summary>What results of an operation may be off.</summary>
    public static Tolerance Forward(string op) => op switch
    {
        "conv2d" or "block" => Tolerance.S(5e-6),
        "conv_transpose2d" or "linear" => Tolerance.S(2e-6),
        "avg_pool2d" or "adaptive_avg_pool2d" or "fold" => Tolerance.S(1e-6),
        "batch_norm2d" or "layer_norm" or "group_norm" or "instance_norm" => Tolerance.S(3e-5),
        "sigmoid" or "tanh" => Tolerance.E(1e-6, 1e-9),
        "silu" => Tolerance.E(1e-6, 1e-8),
        "gelu" => Tolerance.E(2e-6, 2e-6),
        "log_softmax" => Tolerance.E(1e-6, 2e-6),
        "leaky_relu" => Tolerance.E(1e-6, 1e-38),
        "softmax" => Tolerance.E(2e-6, 1e-8),
        "cross_entropy" => Tolerance.E(2e-6, 2e-6),
        "nll_loss" => Tolerance.E(2e-6, 0),
        "bce_with_logits" => Tolerance.E(2e-6, 1e-6),
        "mse_loss" or "l1_loss" or "smooth_l1_loss" or "huber_loss" => Tolerance.E(1e-6, 1e-9),
        "sgd" => Tolerance.E(5e-6, 1e-5),
        "adam" or "adamw" or "rmsprop" => Tolerance.E(5e-6, 1e-6),
        "one_cycle_lr" or "cosine_annealing_lr" or "step_lr" => Tolerance.E(5e-6, 5e-8),
        "activation_stats" => Tolerance.E(1e-5, 1e-6),
        "init" => Tolerance.E(1e-6, 0),
        _ => Exact(op),
    };

    /// <summary>What gradients of an operation may be off.</summary>
    public static Tolerance Backward(string op) => op switch
    {
        "block" => Tolerance.S(1e-5),
        "conv2d" => Tolerance.S(5e-6),
        "conv_transpose2d" or "linear" => Tolerance.S(2e-6),
        "avg_pool2d" or "adaptive_avg_pool2d" or "fold" => Tolerance.S(1e-6),
        "batch_norm2d" or "layer_norm" or "group_norm" or "instance_norm" => Tolerance.S(1e-4),
        "sigmoid" => Tolerance.E(1e-6, 5e-7),
        "tanh" => Tolerance.E(1e-6, 2e-6),
        "silu" => Tolerance.E(2e-6, 5e-7),
        "gelu" => Tolerance.E(2e-6, 3e-6),
        "softmax" => Tolerance.E(2e-6, 1e-6),
        "log_softmax" => Tolerance.E(1e-6, 2e-6),
        "leaky_relu" => Tolerance.E(1e-6, 1e-38),
        "cross_entropy" => Tolerance.E(2e-6, 5e-7),
        "nll_loss" => Tolerance.E(2e-6, 0),
        "bce_with_logits" => Tolerance.E(2e-6, 1e-6),
        "mse_loss" or "l1_loss" or "smooth_l1_loss" or "huber_loss" => Tolerance.E(1e-6, 1e-9),
        _ => Exact(op),
    };

    // Their files are marked exact; FORMAT.md has no other rule for them.
    private static Tolerance Exact(string op) =>
        op is "unfold" or "max_pool2d" or "adaptive_max_pool2d" or "relu" ? Tolerance.Exact
            : throw new InvalidDataException($"FORMAT.md: no tolerance is known for op '{op}' in this direction.");
}
