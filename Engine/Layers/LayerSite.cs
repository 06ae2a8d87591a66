using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>Where a layer stands in a plan: what it can be asked about before any number is computed.</summary>
/// <param name="Layout">How its inputs and its output lie.</param>
/// <param name="Inputs">The shape of one image of each input.</param>
/// <param name="Output">The shape of one image's output.</param>
/// <param name="Images">Images of a full block: at most <see cref="Kernels.Lanes.Count"/>.</param>
/// <param name="Training">Whether the model learns.</param>
/// <param name="Backward">Whether a way back follows.</param>
public sealed record LayerSite(Layout Layout, Shape[] Inputs, Shape Output, int Images, bool Training, bool Backward)
{
    /// <summary>The shape of the first input.</summary>
    public Shape Input => Inputs[0];

    /// <summary>Numbers of one plane of the first input.</summary>
    internal int PlaneLength => Extent.Of(Layout, Input, Images).PlaneLength;

    /// <summary>Whether the model only answers: it neither learns nor has a way back.</summary>
    public bool InUse => !Training && !Backward;

    /// <summary>Numbers that pass through the layer for a block, lanes that hold no image included.</summary>
    public double Numbers
    {
        get
        {
            double numbers = Output.Length;
            foreach (Shape input in Inputs) numbers += input.Length;
            return numbers * (Layout == Layout.Lanes ? Kernels.Lanes.Count : Images);
        }
    }
}
