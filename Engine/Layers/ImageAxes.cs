namespace Scratch.Layers;

/// <summary>Axes of an image, one or several of them.</summary>
[Flags]
public enum ImageAxes
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The first, PyTorch's dim 1.</summary>
    Channels = 1,

    /// <summary>From top to bottom, dim 2.</summary>
    Rows = 2,

    /// <summary>From left to right, the last.</summary>
    Columns = 4,
}
