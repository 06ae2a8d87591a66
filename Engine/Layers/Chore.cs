namespace Scratch.Layers;

/// <summary>What algorithms of convolution do again and again. Each has a price: <see cref="ChorePrices"/>.</summary>
internal enum Chore
{
    /// <summary>Lanes: to begin and end a tile of windows.</summary>
    LanesTile,

    /// <summary>Lanes: a tile loads a pair of vectors for a tap.</summary>
    LanesTap,

    /// <summary>Lanes: a row of a tile multiplies that pair.</summary>
    LanesRow,

    /// <summary>Lanes, one channel in all: a column of a tile loads its own pair and multiplies it.</summary>
    LanesShiftedRow,

    /// <summary>Lanes: what a product or a row takes longer where a block is larger than the caches.</summary>
    LanesFar,

    /// <summary>Lanes, gradient of the weights: a tile of channels loads its vectors for a tap.</summary>
    LanesGradientTap,

    /// <summary>Lanes, gradient of the weights: two channels are multiplied at a tap.</summary>
    LanesProduct,

    /// <summary>Lanes, gradient of the weights: a tile's lanes are summed.</summary>
    LanesGradientEnd,

    /// <summary>Channels-last: to begin and end a tile of pixels.</summary>
    ChannelsTile,

    /// <summary>Channels-last: a row of a tile multiplies two vectors of channels for a tap.</summary>
    ChannelsPair,

    /// <summary>Channels-last: the same for one vector.</summary>
    ChannelsSingle,

    /// <summary>Channels-last, depthwise: a row of a tile multiplies one vector of channels for a tap.</summary>
    ChannelsDepthwise,

    /// <summary>Channels-last: a piece of work for one kind of window.</summary>
    ChannelsBox,

    /// <summary>Channels-last: a weight is packed.</summary>
    ChannelsPacked,

    /// <summary>Channels-last: a weight comes from beyond a core's own cache.</summary>
    ChannelsFarWeight,

    /// <summary>Channels-last, gradient of the weights: to begin and end a tile.</summary>
    ChannelsGradientTile,

    /// <summary>Channels-last, gradient of the weights: a row of a tile multiplies two vectors of channels.</summary>
    ChannelsGradientPair,

    /// <summary>Channels-last, gradient of the weights: the same for one vector.</summary>
    ChannelsGradientSingle,

    /// <summary>Channels-last, gradient of depthwise weights: a row of a tile multiplies one vector of channels.</summary>
    ChannelsGradientDepthwise,

    /// <summary>Channels-last, gradient of the weights: one is brought back into its place.</summary>
    ChannelsGradientPacked,

    /// <summary>Either layout: a number comes from beyond a core's own cache, or goes there.</summary>
    FarNumber,

    /// <summary>From one layout to the other: a number of an image.</summary>
    ConvertedNumber,

    /// <summary>From one layout to the other: a number of a block in lanes, filled or not.</summary>
    ConvertedLane,

    /// <summary>Winograd's method: a vector of a tile is transformed, at one of its positions.</summary>
    WinogradTransformed,

    /// <summary>Winograd's method: a vector of products is transformed back, from one position.</summary>
    WinogradTransformedBack,

    /// <summary>Winograd's method: a number multiplies a vector of channels.</summary>
    WinogradProduct,

    /// <summary>Winograd's method: a byte of weights comes from beyond a core's own cache.</summary>
    WinogradPassedByte,

    /// <summary>Winograd's method: a weight is transformed, counted as the transformed ones are.</summary>
    WinogradPacked,
}
