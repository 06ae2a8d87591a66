namespace Scratch.Layers;

/// <summary>How <see cref="Upsample{T}"/> finds the pixels between pixels.</summary>
public enum UpsampleMode
{
    /// <summary>The pixel a place lies in, as it is.</summary>
    Nearest,

    /// <summary>The four pixels around a place, each by how near it is.</summary>
    Bilinear,
}
