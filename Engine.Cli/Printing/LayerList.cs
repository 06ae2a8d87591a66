namespace Scratch.Cli;

/// <summary>The layers that there are, a line each, in groups.</summary>
internal static class LayerList
{
    /// <summary>Each with what it does; a test compares the names with the engine's.</summary>
    public static IReadOnlyList<(string Group, IReadOnlyList<(string Name, string About)> Layers)> All { get; } =
    [
        ("Convolutions and linear layers",
        [
            ("Conv2d", "Slides outChannels learned windows over every image and adds a bias per channel."),
            ("Conv1d", "Slides outChannels learned windows along every row of numbers, such as a sound: a Conv2d over images of height 1."),
            ("ConvTranspose2d", "Spreads every input over a learned window and adds what overlaps: a convolution's way back, to make images larger."),
            ("Linear", "Every output is a weighted sum of all inputs, plus a bias."),
        ]),
        ("Normalisation",
        [
            ("BatchNorm2d", "Gives every channel mean 0 and variance 1 over the batch, then a learned scale and shift."),
            ("RunningBatchNorm2d", "Batch normalisation by running statistics in training too, so that small batches do: "
                + "the lesson's RunningBatchNorm."),
            ("GroupNorm", "Normalises groups of channels of every image, then scales and shifts each channel."),
            ("InstanceNorm2d", "Normalises every channel of every image by itself, then may scale and shift it."),
            ("LayerNorm", "Normalises the last axes of every image, then scales and shifts each number by its own learned weight and bias."),
            ("LocalResponseNorm", "Divides every number by what its neighbours in other channels hold: a strong "
                + "response keeps those beside it down."),
        ]),
        ("Pooling",
        [
            ("MaxPool2d", "The largest value under each window, channel by channel."),
            ("MaxPool1d", "The largest number under each window of a row: a MaxPool2d over images of height 1."),
            ("AvgPool2d", "The mean under each window, channel by channel."),
            ("AvgPool1d", "The mean under each window of a row: an AvgPool2d over images of height 1."),
            ("AdaptiveAvgPool2d", "The mean of each of a fixed number of bins, whatever the size of the image; with "
                + "one bin the mean of each channel."),
            ("AdaptiveMaxPool2d", "The largest value of each of a fixed number of bins, whatever the size of the image."),
            ("GlobalAvgPool", "The mean of each channel over the whole image: AdaptiveAvgPool2d(1) and Flatten in one."),
        ]),
        ("Activations",
        [
            ("Relu", "max(0, x): lets through what is positive."),
            ("LeakyRelu", "x where it is positive, else negativeSlope · x, so that no unit is ever without a gradient."),
            ("Prelu", "x where it is positive, else weight · x, with a weight that is learned: one for all numbers, or one a channel."),
            ("GeneralRelu", "The course's rectifier: leaks, is shifted down so that its outputs can have mean 0, and may be cut off above."),
            ("Relu6", "min(max(0, x), 6): a rectifier that saturates."),
            ("Hardswish", "x · relu6(x + 3) / 6: the shape of Silu without an exponential."),
            ("Hardsigmoid", "relu6(x + 3) / 6: the shape of Sigmoid without an exponential."),
            ("Hardtanh", "x, cut off below and above: the shape of Tanh without an exponential."),
            ("Clamp", "x, but never below one number or above another, as PyTorch's clamp."),
            ("Sigmoid", "1 / (1 + exp(-x)): from 0 to 1."),
            ("Tanh", "The hyperbolic tangent: from -1 to 1."),
            ("Silu", "x · sigmoid(x), also called swish."),
            ("Gelu", "x · Φ(x), where Φ is the share of the standard normal distribution that lies below x."),
            ("Elu", "x where it is positive, else alpha · (exp(x) - 1): a rectifier whose negative side comes to rest at -alpha."),
            ("Selu", "Elu scaled so that deep stacks of it keep mean 0 and variance 1."),
            ("Softplus", "log(1 + exp(beta · x)) / beta: a rectifier without a corner."),
            ("Mish", "x · tanh(softplus(x)): smooth, and a little below 0 for negative x, like Silu."),
            ("Softmax", "exp(x) over the sum of exp along one axis: numbers from 0 to 1 that sum to 1."),
            ("LogSoftmax", "The logarithm of Softmax along one axis, right where the softmax itself is 0: x - log(sum of exp(x))."),
        ]),
        ("Chance",
        [
            ("Dropout", "In training sets each number to zero with probability p, and divides the others by 1 - p."),
            ("Dropout2d", "In training sets whole channels to zero with probability p, and divides the others by 1 - p."),
        ]),
        ("Joining and dividing",
        [
            ("Residual", "Adds what comes in to what a body makes of it: the gradient has a way round."),
            ("Concat", "Sends what comes in through several branches, and lays their channels one after the other."),
            ("Concatenate", "The channels of several values, one after the other; the gradient is divided likewise."),
            ("Add", "output = a + b."),
            ("Subtract", "output = a - b."),
            ("Multiply", "output = a · b, number by number: how a squeeze-and-excite block weighs channels."),
            ("Mean", "The mean over the channels, the rows, the columns, or several of them."),
        ]),
        ("Shapes",
        [
            ("Flatten", "Reads every image as one row of numbers: [C, H, W] becomes [C·H·W]."),
            ("Reshape", "Reads the same numbers with another shape; the lesson's first layer, from 784 numbers to 1x28x28."),
            ("Upsample", "Makes images larger, or smaller, by a factor or to a size: pixels repeated, or blended with their neighbours."),
            ("PixelShuffle", "Every pixel of r·r channels becomes a square of r by r pixels of one channel."),
            ("ChannelShuffle", "Deals the channels of every group out in turn, so that the next grouped convolution sees some of each."),
            ("Pad2d", "Puts pixels around every image: a number, or the image mirrored, repeated or continued."),
            ("Crop2d", "Takes pixels away at the sides of every image."),
        ]),
        ("Your own",
        [
            ("Lambda", "A layer from two functions, with the backward pass written out."),
        ]),
    ];
}
