using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Layers;

namespace Scratch.Tests.Layers;

/// <summary>Sizes known at construction fail at construction, with the value.</summary>
public sealed class ConstructorTests
{
    private static readonly TestCaseData[] Cases =
    [
        Case("Conv2d_InChannels0", () => new Conv2d<float>(0, 4, 3), 0, "inChannels"),
        Case("Conv2d_OutChannelsNegative", () => new Conv2d<float>(3, -1, 3), -1, "outChannels"),
        Case("Conv2d_KernelHeight0", () => new Conv2d<float>(3, 4, (0, 3)), 0, "kernelSize"),
        Case("Conv2d_KernelWidth0", () => new Conv2d<float>(3, 4, (3, 0)), 0, "kernelSize"),
        Case("Conv2d_Stride0", () => new Conv2d<float>(3, 4, 3, stride: (1, 0)), 0, "stride"),
        Case("Conv2d_PaddingNegative", () => new Conv2d<float>(3, 4, 3, padding: (0, -1)), -1, "padding"),
        Case("Conv2d_Dilation0", () => new Conv2d<float>(3, 4, 3, dilation: (0, 1)), 0, "dilation"),
        Case("Conv2d_Groups0", () => new Conv2d<float>(3, 4, 3, groups: 0), 0, "groups"),
        Case("Conv2d_GroupsDoNotDivideInputs", () => new Conv2d<float>(3, 4, 3, groups: 2), 2, "groups"),
        Case("Conv2d_GroupsDoNotDivideOutputs", () => new Conv2d<float>(6, 4, 3, groups: 3), 3, "groups"),
        Case("Linear_InFeatures0", () => new Linear<float>(0, 4), 0, "inFeatures"),
        Case("Linear_OutFeatures0", () => new Linear<float>(3, 0), 0, "outFeatures"),
        Case("LeakyRelu_NegativeSlope", () => new LeakyRelu<float>(-0.1), -0.1, "negativeSlope"),
        Case("LeakyRelu_NaN", () => new LeakyRelu<float>(double.NaN), double.NaN, "negativeSlope"),
        Case("LeakyRelu_Infinity", () => new LeakyRelu<float>(double.PositiveInfinity), double.PositiveInfinity, "negativeSlope"),
        Case("BatchNorm2d_Features0", () => new BatchNorm2d<float>(0), 0, "numFeatures"),
        Case("BatchNorm2d_EpsNegative", () => new BatchNorm2d<float>(3, eps: -1e-5), -1e-5, "eps"),
        Case("BatchNorm2d_MomentumNaN", () => new BatchNorm2d<float>(3, momentum: double.NaN), double.NaN, "momentum"),
        Case("BatchNorm2d_Momentum2", () => new BatchNorm2d<float>(3, momentum: 2), 2.0, "momentum"),
        Case("BatchNorm2d_EpsNothingInFloat", () => new BatchNorm2d<float>(3, eps: 1e-50), 1e-50, "eps"),
        Case("BatchNorm2d_EpsInfiniteInFloat", () => new BatchNorm2d<float>(3, eps: 1e39), 1e39, "eps"),
        Case("LayerNorm_EpsNothingInFloat", () => new LayerNorm<float>(new(3), eps: 1e-50), 1e-50, "eps"),
        Case("GroupNorm_EpsNothingInFloat", () => new GroupNorm<float>(1, 3, eps: 1e-50), 1e-50, "eps"),
        Case("InstanceNorm2d_EpsNothingInFloat", () => new InstanceNorm2d<float>(3, eps: 1e-50), 1e-50, "eps"),
        Case("LeakyRelu_InfiniteInFloat", () => new LeakyRelu<float>(1e39), 1e39, "negativeSlope"),
        Case("GeneralRelu_LeakInfiniteInFloat", () => new GeneralRelu<float>(leak: 1e39), 1e39, "leak"),
        Case("GeneralRelu_SubInfiniteInFloat", () => new GeneralRelu<float>(sub: 1e39), 1e39, "sub"),
        Case("GeneralRelu_MaxValueInfiniteInFloat", () => new GeneralRelu<float>(maxValue: 1e39), 1e39, "maxValue"),
        Case("RunningBatchNorm2d_Momentum0", () => new RunningBatchNorm2d<float>(3, momentum: 0), 0.0, "momentum"),
        Case("RunningBatchNorm2d_MomentumAbove1", () => new RunningBatchNorm2d<float>(3, momentum: 1.5), 1.5, "momentum"),
        Case("MaxPool2d_Kernel0", () => new MaxPool2d<float>(0), 0, "kernelSize"),
        Case("MaxPool2d_Stride0", () => new MaxPool2d<float>(2, stride: 0), 0, "stride"),
        Case("MaxPool2d_PaddingNegative", () => new MaxPool2d<float>(2, padding: -1), -1, "padding"),
        Case("MaxPool2d_PaddingOverHalf", () => new MaxPool2d<float>((4, 3), padding: (1, 2)), 2, "padding"),
        Case("MaxPool2d_Dilation0", () => new MaxPool2d<float>(2, dilation: 0), 0, "dilation"),
        Case("AvgPool2d_Kernel0", () => new AvgPool2d<float>((2, 0)), 0, "kernelSize"),
        Case("AvgPool2d_StrideNegative", () => new AvgPool2d<float>(2, stride: -2), -2, "stride"),
        Case("AvgPool2d_PaddingOverHalf", () => new AvgPool2d<float>((4, 5), padding: (3, 0)), 3, "padding"),
        Case("AdaptiveMaxPool2d_Size0", () => new AdaptiveMaxPool2d<float>((0, 2)), 0, "outputSize"),
        Case("ConvTranspose2d_InChannels0", () => new ConvTranspose2d<float>(0, 4, 3), 0, "inChannels"),
        Case("ConvTranspose2d_OutChannels0", () => new ConvTranspose2d<float>(4, 0, 3), 0, "outChannels"),
        Case("ConvTranspose2d_Kernel0", () => new ConvTranspose2d<float>(3, 4, (3, 0)), 0, "kernelSize"),
        Case("ConvTranspose2d_PaddingNegative", () => new ConvTranspose2d<float>(3, 4, 3, padding: (-1, 0)), -1, "padding"),
        Case("ConvTranspose2d_Dilation0", () => new ConvTranspose2d<float>(3, 4, 3, dilation: 0), 0, "dilation"),
        Case("ConvTranspose2d_GroupsDoNotDivide", () => new ConvTranspose2d<float>(6, 4, 3, groups: 3), 3, "groups"),
        Case("ConvTranspose2d_Groups0", () => new ConvTranspose2d<float>(6, 4, 3, groups: 0), 0, "groups"),
        Case("ConvTranspose2d_OutputPaddingNotBelowStride", () => new ConvTranspose2d<float>(3, 4, 3, (3, 2), outputPadding: (2, 2)), 2,
            "outputPadding"),
        Case("ConvTranspose2d_OutputPaddingNegative", () => new ConvTranspose2d<float>(3, 4, 3, outputPadding: (-1, 0)), -1, "outputPadding"),
        Case("ConvTranspose2d_OutputPaddingNotBelowStrideOrDilation", () => new ConvTranspose2d<float>(3, 4, 3, 2, outputPadding: (2, 3),
            dilation: (3, 1)), 3, "outputPadding"),
        Case("ConvTranspose2d_PaddingNegativeAtTheBottom", () => new ConvTranspose2d<float>(3, 4, 3, padding: (0, 0, 0, -2)), -2, "padding"),
        Case("Conv2d_PaddingNegativeAtTheRight", () => new Conv2d<float>(3, 4, 3, padding: (1, -2, 0, 0)), -2, "padding"),
        Case("Conv1d_Kernel0", () => new Conv1d<float>(3, 4, 0), 0, "kernelSize"),
        Case("Conv1d_EndPaddingNegative", () => new Conv1d<float>(3, 4, 3, endPadding: -1), -1, "padding"),
        Case("MaxPool2d_PaddingOverHalfAtTheBottom", () => new MaxPool2d<float>(3, padding: (0, 0, 1, 2)), 2, "padding"),
        Case("MaxPool1d_PaddingOverHalf", () => new MaxPool1d<float>(3, padding: 2), 2, "padding"),
        Case("AvgPool1d_Stride0", () => new AvgPool1d<float>(3, 0), 0, "stride"),
        Case("Mean_NoAxis", () => new Mean<float>(ImageAxes.None), ImageAxes.None, "axes"),
        Case("Mean_NoSuchAxis", () => new Mean<float>((ImageAxes)8), (ImageAxes)8, "axes"),
        Case("Upsample_Size0", () => new Upsample<float>((2, 0)), 0, "size"),
        Case("Upsample_Factor0", () => new Upsample<float>(scaleFactor: 0), 0.0, "scaleFactor"),
        Case("Upsample_FactorNaN", () => new Upsample<float>(scaleFactor: 2, scaleFactorWidth: double.NaN), double.NaN, "scaleFactorWidth"),
        Case("Pad2d_Negative", () => new Pad2d<float>((0, 0, -3, 0)), -3, "padding"),
        Case("Pad2d_ValueNaN", () => new Pad2d<float>(1, value: double.NaN), double.NaN, "value"),
        Case("Crop2d_Negative", () => new Crop2d<float>((0, -3, 1, 0)), -3, "cropping"),
        Case("ChannelShuffle_Groups0", () => new ChannelShuffle<float>(0), 0, "groups"),
        Case("PixelShuffle_Factor0", () => new PixelShuffle<float>(0), 0, "upscaleFactor"),
        Case("LayerNorm_NoAxis", () => new LayerNorm<float>(new()), 0, "normalizedShape"),
        Case("LayerNorm_NoNumber", () => new LayerNorm<float>(new(3, 0)), 0, "normalizedShape"),
        Case("LayerNorm_EpsNegative", () => new LayerNorm<float>(new(3), -1), -1.0, "eps"),
        Case("GroupNorm_Groups0", () => new GroupNorm<float>(0, 4), 0, "numGroups"),
        Case("GroupNorm_Channels0", () => new GroupNorm<float>(2, 0), 0, "numChannels"),
        Case("GroupNorm_GroupsDoNotDivide", () => new GroupNorm<float>(3, 4), 3, "numGroups"),
        Case("InstanceNorm2d_Features0", () => new InstanceNorm2d<float>(0), 0, "numFeatures"),
        Case("InstanceNorm2d_EpsNaN", () => new InstanceNorm2d<float>(3, double.NaN), double.NaN, "eps"),
        Case("Softmax_OverTheBatch", () => new Softmax<float>(0), 0, "dim"),
        Case("LogSoftmax_OverTheBatch", () => new LogSoftmax<float>(0), 0, "dim"),
        Case("GeneralRelu_LeakNegative", () => new GeneralRelu<float>(leak: -0.1), -0.1, "leak"),
        Case("GeneralRelu_SubNaN", () => new GeneralRelu<float>(sub: double.NaN), double.NaN, "sub"),
        Case("GeneralRelu_MaxValueNaN", () => new GeneralRelu<float>(maxValue: double.NaN), double.NaN, "maxValue"),
        Case("Dropout_Negative", () => new Dropout<float>(-0.1), -0.1, "p"),
        Case("Dropout_MoreThanAll", () => new Dropout<float>(1.5), 1.5, "p"),
        Case("Dropout2d_NaN", () => new Dropout2d<float>(double.NaN), double.NaN, "p"),
        Case("AdaptiveAvgPool2d_Size0", () => new AdaptiveAvgPool2d<float>((2, 0)), 0, "outputSize"),
    ];

    [TestCaseSource(nameof(Cases))]
    public void Constructor_WrongNumber_ThrowsWithIt(Func<Layer<float>> make, object value, string name)
    {
        ArgumentOutOfRangeException? exception = Assert.Throws<ArgumentOutOfRangeException>(() => make());
        Assert.That((exception!.ActualValue, exception.ParamName), Is.EqualTo((value, name)));
    }

    [Test]
    public void Conv2d_GroupsDoNotDivide_SaysAllNumbers() => Assert.That(() => new Conv2d<float>(6, 4, 3, groups: 3),
        Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith("Conv2d: 3 groups do not divide 6 input and 4 output channels."));

    [Test]
    public void Conv2d_StrideGiven_IsKept()
    {
        var layer = new Conv2d<float>(6, 4, (3, 2), (2, 1), (1, 0), (1, 3), 2, false, PaddingMode.Circular);
        Assert.That((layer.KernelSize, layer.Stride, layer.Padding, layer.Dilation, layer.Groups, layer.Bias is null, layer.PaddingMode),
            Is.EqualTo((new Size2(3, 2), new Size2(2, 1), new Edges(0, 0, 1, 1), new Size2(1, 3), 2, true, PaddingMode.Circular)));
    }

    [Test]
    public void Pooling_NoStrideGiven_IsTheWindow() =>
        Assert.That((new MaxPool2d<float>((3, 2)).Stride, new AvgPool2d<float>((4, 5)).Stride), Is.EqualTo((new Size2(3, 2), new Size2(4, 5))));

    private static TestCaseData Case(string name, Func<Layer<float>> make, object value, string argument) => new(make, value, argument) { TestName =
        $"Constructor_{name}_Throws" };
}
