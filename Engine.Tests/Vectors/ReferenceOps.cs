using System.Numerics;

namespace Scratch.Tests.Vectors;

/// <summary>What there is to say of a replay.</summary>
internal static class ReferenceOps
{
    /// <summary>What of an operation's files, or in which way, is not replayed; for the report.</summary>
    public static string Remark(string op) => op switch
    {
        "cross_entropy" or "nll_loss" or "bce_with_logits" or "mse_loss" or "smooth_l1_loss" or "huber_loss" =>
            "reduction none as sums of one image or output at a time",
        "softmax" or "log_softmax" => "along dim 0, which is the batch, with the file's axes exchanged",
        "conv2d" => "every algorithm, and Conv2dNaive on whole batches",
        "max_pool2d" or "avg_pool2d" or "adaptive_max_pool2d" => "layer and Pool2dNaive",
        "conv_transpose2d" => "layer, and Conv2dNaive with the roles exchanged",
        "adaptive_avg_pool2d" => "layer; Pool2dNaive forward",
        "batch_norm2d" => "eval backward by the layer itself",
        "block" => "Residual and chains of layers, with vectors of every width",
        _ => "",
    };
}

/// <summary>How an operation is replayed.</summary>
internal static class ReferenceOps<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The replay of an operation, or none.</summary>
    public static Action<Replay<T>>? Find(string op) => op switch
    {
        "conv2d" => WindowReplays<T>.Conv2d,
        "unfold" => WindowReplays<T>.Unfold,
        "fold" => WindowReplays<T>.Fold,
        "max_pool2d" => WindowReplays<T>.MaxPool2d,
        "avg_pool2d" => WindowReplays<T>.AvgPool2d,
        "adaptive_avg_pool2d" => WindowReplays<T>.AdaptiveAvgPool2d,
        "relu" => LayerReplays<T>.Relu,
        "leaky_relu" => LayerReplays<T>.LeakyRelu,
        "linear" => LayerReplays<T>.Linear,
        "batch_norm2d" => LayerReplays<T>.BatchNorm2d,
        "softmax" => LayerReplays<T>.Softmax,
        "log_softmax" => LayerReplays<T>.LogSoftmax,
        "sigmoid" => LayerReplays<T>.Sigmoid,
        "tanh" => LayerReplays<T>.Tanh,
        "silu" => LayerReplays<T>.Silu,
        "gelu" => LayerReplays<T>.Gelu,
        "layer_norm" => NormReplays<T>.LayerNorm,
        "group_norm" => NormReplays<T>.GroupNorm,
        "instance_norm" => NormReplays<T>.InstanceNorm,
        "conv_transpose2d" => WindowReplays<T>.ConvTranspose2d,
        "adaptive_max_pool2d" => WindowReplays<T>.AdaptiveMaxPool2d,
        "cross_entropy" => LossReplays<T>.CrossEntropy,
        "nll_loss" => LossReplays<T>.Nll,
        "bce_with_logits" => LossReplays<T>.BceWithLogits,
        "mse_loss" => LossReplays<T>.Mse,
        "l1_loss" => LossReplays<T>.L1,
        "smooth_l1_loss" => LossReplays<T>.SmoothL1,
        "huber_loss" => LossReplays<T>.Huber,
        "sgd" => OptimizerReplays<T>.Sgd,
        "adam" => OptimizerReplays<T>.Adam,
        "adamw" => OptimizerReplays<T>.AdamW,
        "rmsprop" => OptimizerReplays<T>.RmsProp,
        "one_cycle_lr" => ScheduleReplays<T>.OneCycle,
        "cosine_annealing_lr" => ScheduleReplays<T>.CosineAnnealing,
        "step_lr" => ScheduleReplays<T>.Staircase,
        "activation_stats" => TrainingReplays<T>.ActivationStatistics,
        "init" => TrainingReplays<T>.Init,
        "model" => ModelReplays<T>.Model,
        "block" => BlockReplays<T>.Block,
        _ => null,
    };
}
