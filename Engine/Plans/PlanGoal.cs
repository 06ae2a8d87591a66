using Scratch.Tensors;


namespace Scratch.Plans;

/// <summary>What a plan is for: the steps follow from the graph and from this.</summary>
/// <param name="Training">Whether whole-batch layers look at the batch, and chance plays its part.</param>
/// <param name="Loss">Whether the outputs go through a loss.</param>
/// <param name="Backward">Whether a way back follows: from the loss, or, without one, from the caller's gradient.</param>
/// <param name="Images">Images of a full block.</param>
/// <param name="Observed">Whether somebody looks on: then nothing is fused, folded or written over.</param>
/// <param name="ObservesGradients">The same on the way back.</param>
/// <param name="InputGradient">Whether the caller wants the gradient by the inputs.</param>
/// <param name="LossByPosition">Whether the losses take positions of images one by one (<see cref="Losses.Loss{T}.IsByPosition"/>).</param>
internal readonly record struct PlanGoal(bool Training, bool Loss, bool Backward, int Images, bool Observed = false, bool ObservesGradients = false,
    bool InputGradient = false, bool LossByPosition = true)
{
    /// <summary>The outputs of some images.</summary>
    public static PlanGoal Infer(int images, bool training = false, bool observed = false) => new(training, false, false, images, observed);

    /// <summary>Outputs and loss, in use.</summary>
    public static PlanGoal Evaluate(int images, bool observed = false) => new(false, true, false, images, observed);

    /// <summary>Whether the loss wants such outputs in lanes: a single position of each image is not worth another way.</summary>
    public bool TakesLossInLanes(Shape output) => Loss && (!LossByPosition || output.Rank < 2 || output.Length == output[0]);

    /// <summary>A training step.</summary>
    public static PlanGoal Train(int images, bool observed = false, bool observesGradients = false) => new(true, true, true, images, observed,
        observesGradients);

    /// <summary>Forward, and on the caller's word back.</summary>
    public static PlanGoal ForwardBackward(int images, bool training, bool observed = false, bool observesGradients = false) =>
        new(training, false, true, images, observed, observesGradients, InputGradient: true);
}
