using Scratch.Tensors;

namespace Scratch.Kernels;

/// <summary>Every size of one convolution, for one image: channels, groups, and the window along the rows and the columns.</summary>
/// <remarks>
/// Each group of <see cref="GroupInputs"/> input channels feeds <see cref="GroupOutputs"/> output channels and no others.
/// Weight is [outC, inC / groups, kH, kW], so one output channel takes <see cref="WindowLength"/> numbers, channel by channel.
/// </remarks>
public sealed record Conv2dGeometry(int InChannels, int OutChannels, WindowAxis Rows, WindowAxis Columns, int Groups = 1)
{
    /// <summary>Input channels of one group.</summary>
    public int GroupInputs => InChannels / Groups;

    /// <summary>Output channels of one group.</summary>
    public int GroupOutputs => OutChannels / Groups;

    /// <summary>Pixels under a window in one channel: kH·kW.</summary>
    public int KernelLength => Rows.Kernel * Columns.Kernel;

    /// <summary>Numbers under a window: inC / groups · kH·kW.</summary>
    public int WindowLength => GroupInputs * KernelLength;

    /// <summary>Pixels of one input channel.</summary>
    public int InputPlane => Rows.Input * Columns.Input;

    /// <summary>Window positions, the pixels of one output channel.</summary>
    public int OutputPlane => Rows.Output * Columns.Output;

    /// <summary>[inC, H, W].</summary>
    public Shape InputShape => new(InChannels, Rows.Input, Columns.Input);

    /// <summary>[outC, oH, oW].</summary>
    public Shape OutputShape => new(OutChannels, Rows.Output, Columns.Output);

    /// <summary>[outC, inC / groups, kH, kW].</summary>
    public Shape WeightShape => new(OutChannels, GroupInputs, Rows.Kernel, Columns.Kernel);

    /// <summary>Multiplications with an addition that one image takes, padding counted: outC·oH·oW·inC/groups·kH·kW.</summary>
    public long MultiplyAdds => (long)OutChannels * OutputPlane * WindowLength;

    /// <summary>Multiplications and additions together, as processors are rated: twice <see cref="MultiplyAdds"/>.</summary>
    public long OperationCount => 2 * MultiplyAdds;
}
