namespace Scratch.Layers;

/// <summary>What follows a layer, for <see cref="Initializers.Gain"/>.</summary>
public enum Nonlinearity
{
    /// <summary>Nothing.</summary>
    Linear,

    /// <summary><see cref="Sigmoid{T}"/>.</summary>
    Sigmoid,

    /// <summary><see cref="Tanh{T}"/>.</summary>
    Tanh,

    /// <summary><see cref="Relu{T}"/>.</summary>
    Relu,

    /// <summary><see cref="LeakyRelu{T}"/>.</summary>
    LeakyRelu,

    /// <summary>The scaled exponential linear unit.</summary>
    Selu,
}

/// <summary>Which way the variance of what passes a layer is to be kept.</summary>
public enum FanMode
{
    /// <summary>Forward: of the values.</summary>
    FanIn,

    /// <summary>Backward: of the gradients.</summary>
    FanOut,
}
