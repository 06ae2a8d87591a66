using System.Numerics;
using Scratch.Kernels;
using Scratch.Kernels.Simd;
using Scratch.Tensors;

namespace Scratch.Layers;

/// <summary>One step of a network, with a forward pass and a hand-written backward pass over blocks of images.</summary>
/// <remarks>
/// A layer holds its configuration and parameters, never activations: several threads run it on different blocks at once. What a pass
/// works on comes in a <see cref="Pass{T}"/>: values are [C, H, W, lanes] (<see cref="Kernels.Lanes"/>), so code for a vector V reads
/// like code for one pixel of one image, or, if it <see cref="Knows"/> that too, [images, H, W, C] (<see cref="Layout"/>). Empty lanes of the
/// last block hold zeros on the way in; their gradient must stay zero, and their values finite. What follows the last image channels-last is
/// filling. To write a layer in terms of whole [N, C, H, W] tensors instead, derive from <see cref="TensorLayer{T}"/>.
/// </remarks>
public abstract class Layer<T> : Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected const double PricePerNumber = 0.06;                    // nanoseconds to read or write one that lies in the cache

    /// <summary>What <see cref="Backward"/> reads of the forward pass. Everything, by default; less lets a neighbour reuse the memory.</summary>
    public virtual BackwardReads BackwardReads => BackwardReads.InputAndOutput;

    /// <summary>Where the output may lie, and the gradient of the input likewise. In memory of its own, by default.</summary>
    public virtual OutputMemory OutputMemory => OutputMemory.Own;

    /// <summary>The window it slides along the rows and columns of such an image; none by default.</summary>
    public virtual (WindowAxis Rows, WindowAxis Columns)? Window(Shape input) => null;

    /// <summary>For a layer that makes images larger: the window over which it spreads each pixel of such an image, as a convolution from its output back to its input
    /// would slide it; none by default.</summary>
    public virtual (WindowAxis Rows, WindowAxis Columns)? SpreadWindow(Shape input) => null;

    /// <summary>Multiplications with an addition that one image takes on the way forward; 0 by default, for layers that take next to none.</summary>
    public virtual long MultiplyAdds(Shape input) => 0;

    /// <summary>How many numbers it borrows for one call with blocks of such images. None by default.</summary>
    public virtual int ScratchLength<V>(Shape input) where V : unmanaged, IVector<V, T> => 0;

    /// <summary>What kernels can apply for this layer while they write the numbers it is to activate; none by default.</summary>
    internal virtual Activation<T> Activation => default;

    /// <summary>Whether it takes on the <see cref="Activation"/> of the layer after it, both ways, so that this one is not called.</summary>
    internal virtual bool TakesActivation => false;

    /// <summary>Whether it tells the gradient of an <see cref="Activation"/> it took on from its input, whatever the activation is, and not from the output.</summary>
    internal virtual bool ActivationFromInput => false;

    /// <summary>Whether the gradient of the input may lie over that of the output, if nobody needs that any more.</summary>
    internal virtual bool GradientMayReplaceGradient => OutputMemory == OutputMemory.MayReplaceInput;

    /// <summary>Whether Forward takes no longer than to fetch its output from beyond the cache, so that training repeats it rather than keep that.</summary>
    internal virtual bool IsCheap => OutputMemory == OutputMemory.IsInput;

    /// <summary>Bytes of what it works out once for such images and keeps. None by default.</summary>
    internal virtual long TableBytes(LayerSite site) => 0;

    /// <summary>The same where it stands, if so many threads may work on the pass.</summary>
    internal virtual int ScratchLength<V>(LayerSite site, int threads) where V : unmanaged, IVector<V, T> => ScratchLength<V>(site.Input);

    /// <summary>The shape of one image's output for one image of each input. A layer of several inputs overrides this one.</summary>
    /// <exception cref="ShapeMismatchException">The inputs do not fit this layer, or each other.</exception>
    public virtual Shape OutputShapeFor(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length != 1)
            ShapeGuard.Mismatch(Who, $"it takes one value, {inputs.Length} are connected.", new Shape(1), new Shape(inputs.Length));
        return OutputShape(inputs[0]);
    }

    /// <summary>Whether it can work on values that lie so. In lanes only, by default: the plan then puts conversions around it where they are needed.</summary>
    public virtual bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => layout == Layout.Lanes;

    /// <summary>Nanoseconds that a block is expected to take there, forward and, if there is one, back: by this the plan chooses layouts. Need not be right, must rank.</summary>
    internal virtual double Cost(LayerSite site, int vector) => site.Numbers * PricePerNumber * (site.Backward ? 2.5 : 1);

    /// <summary>How a pass over it may be cut so that threads share one block.</summary>
    internal virtual Division DivisionAt(LayerSite site) => Division.None;

    /// <summary>Whether the gradient of every input is that of the output, as it is.</summary>
    internal virtual bool PassesGradientOn(LayerSite site) => false;

    /// <summary>Whether, in this layout, its output is its input in memory: only the shape changes.</summary>
    internal virtual bool IsView(LayerSite site) => OutputMemory == OutputMemory.IsInput && (site.Layout == Layout.Lanes
        || (site.Input.Rank > 0 && site.Output.Rank > 0 && site.Input[0] == site.Output[0]) || (IsRowMajor(site.Input) && IsRowMajor(site.Output)));

    // Channels-last numbers lie in the order of [C, H, W] only where there is one channel or one pixel.
    private static bool IsRowMajor(Shape image) => image.Rank <= 1 || image[0] == 1 || image.Length == image[0];

    /// <summary>Whether outside training it gives back what comes in, so that nothing needs to be done.</summary>
    internal virtual bool IsIdentityInUse => false;

    /// <summary>How many numbers it works out of its parameters before a batch, such as packed weights; 0 if it reads them as they are.</summary>
    /// <param name="site">Where it stands.</param>
    internal virtual int PreparedLength<V>(LayerSite site) where V : unmanaged, IVector<V, T> => 0;

    /// <summary>Writes them.</summary>
    /// <param name="site">Where it stands.</param>
    /// <param name="folded">A normalisation to take into the weights, if <see cref="Folds"/> says that it does.</param>
    /// <param name="prepared">[<see cref="PreparedLength"/>], overwritten.</param>
    /// <param name="threads">How many may work: more than one only where there is much to write.</param>
    internal virtual void Prepare<V>(LayerSite site, BatchNormLayer<T>? folded, Span<T> prepared, int threads) where V : unmanaged, IVector<V, T>
    {
    }

    /// <summary>Whether, in use, it takes a normalisation of its output into its own weights.</summary>
    internal virtual bool Folds => false;

    /// <summary>Whether it can add a further value to its output before the activation.</summary>
    internal virtual bool TakesAddend(LayerSite site) => false;

    /// <summary>Whether it can add to the gradient of its input what there is already (<see cref="Pass{T}.GradAddend"/>).</summary>
    internal virtual bool TakesGradAddend(LayerSite site) => false;

    /// <summary>Writes the output of one block.</summary>
    /// <param name="pass">Input; Output, overwritten; Scratch.</param>
    public abstract void Forward<V>(in Pass<T> pass) where V : unmanaged, IVector<V, T>;

    /// <summary>Carries the loss's gradient from the output back to the input, and adds the parameters' share to their gradients.</summary>
    /// <param name="pass"> Input and Output as <see cref="Forward"/> left them (if <see cref="BackwardReads"/>
    /// asks for them); GradOutput, left unchanged unless it is the same memory as GradInput; GradInput,
    /// overwritten, or empty where nobody reads it; <see cref="Pass{T}.Gradient"/>, added to; Scratch.
    /// </param>
    public abstract void Backward<V>(in Pass<T> pass) where V : unmanaged, IVector<V, T>;

    /// <inheritdoc/>
    public abstract override Shape OutputShape(Shape input);

    /// <inheritdoc/>
    protected sealed override Value<T> Wire(ReadOnlySpan<Value<T>> inputs) => new(this, Path, inputs.ToArray());
}

/// <summary>What a layer's backward pass reads of its forward pass.</summary>
[Flags]
public enum BackwardReads
{
    /// <summary>Nothing but gradients and parameters.</summary>
    Nothing = 0,

    /// <summary>The values that came in.</summary>
    Input = 1,

    /// <summary>The values that went out.</summary>
    Output = 2,

    /// <summary>Both.</summary>
    InputAndOutput = Input | Output,
}

/// <summary>Where a layer's output lies.</summary>
public enum OutputMemory
{
    /// <summary>In memory of its own.</summary>
    Own,

    /// <summary>Over the input, if nobody needs that any more: each number depends
    /// on the number at its own place. Input and output are of one size.</summary>
    MayReplaceInput,

    /// <summary>It is the input: only the shape changes. Forward and Backward have nothing to do and are not called.</summary>
    IsInput,
}

/// <summary>How the work on one block may be cut.</summary>
internal enum Division
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Anywhere: each number depends on the number at its own place.</summary>
    Anywhere,

    /// <summary>By planes: channels in lanes, images channels-last.</summary>
    Planes,

    /// <summary>The layer does it itself, for as many threads as the pass has.</summary>
    ByItself,
}
