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

    /// <summary>For a layer that makes images larger, or moves their edges: the window over which it spreads each pixel of such an image, as a
    /// convolution from its output back to its input would slide it, padding negative where it adds pixels; none by default.</summary>
    public virtual (WindowAxis Rows, WindowAxis Columns)? SpreadWindow(Shape input) => null;

    /// <summary>How the size of its output follows from that of such an image, with the numbers: those of its <see cref="Window"/> by default, empty
    /// if there is none.</summary>
    /// <remarks>One formula where rows and columns are alike, else for example <c>H: 7·2 = 14, W: 5·3 = 15</c>. Division rounds down where it is
    /// written <c>//</c>, up where it is written <c>/^</c>.</remarks>
    public virtual string SizeFormula(Shape input) => Window(input) is not var (rows, columns) ? ""
        : input.Rank < 3 ? columns.Formula : AxisFormula.Of(rows.Formula, columns.Formula);

    /// <summary>Multiplications with an addition that one image takes on the way forward; 0 by default, for layers that take next to none.</summary>
    public virtual long MultiplyAdds(Shape input) => 0;

    /// <summary>How many numbers each output is a weighted sum of, and how many outputs are made of the same ones: k·k·c_in and c_out of a
    /// convolution, within a group. None by default, for layers that do not sum.</summary>
    public virtual (int Inputs, int Outputs)? Sums(Shape input) => null;

    /// <summary>Its weight and bias, if the output follows them: what the weight and the bias are multiplied with, the output is, and what is added
    /// to the bias comes to it. None by default. <c>Lsuv</c> changes these, and <c>WeightReport</c> lists them.</summary>
    public virtual (Parameter<T> Weight, Parameter<T>? Bias)? Affine => null;

    /// <summary>By which recipe its weights start if it is asked for one: by PyTorch's own, whatever is asked, by default.</summary>
    public virtual Initialization Recipe(Initialization initialization) => Initialization.Default;

    /// <summary>Whether it puts one function to every number; no by default.</summary>
    public virtual bool IsActivation => false;

    /// <summary>How many numbers it borrows for one call with blocks of such images. None by default.</summary>
    public virtual int ScratchLength<V>(Shape input) where V : unmanaged, IVector<V, T> => 0;

    /// <summary>What kernels can apply for this layer while they write the numbers it is to activate; none by default.</summary>
    internal virtual Activation<T> Activation => default;

    /// <summary>Whether it takes on the activation of the layer after it, if the engine's kernels know that one, so that it is not called: no by
    /// default.</summary>
    /// <remarks>Forward then ends with <see cref="Pass{T}.Activate"/>, Backward begins with <see cref="Pass{T}.UndoActivation"/>. Without an
    /// activation both do nothing.</remarks>
    public virtual bool TakesActivation => false;

    /// <summary>Whether it tells the gradient of an <see cref="Activation"/> it took on from its input, whatever the activation is, and not from the
    /// output.</summary>
    internal virtual bool ActivationFromInput => false;

    /// <summary>Whether the gradient of the input may lie over that of the output, if nobody needs that any more.</summary>
    internal virtual bool GradientMayReplaceGradient => OutputMemory == OutputMemory.MayReplaceInput;

    /// <summary>Whether Forward takes no longer than to fetch its output from beyond the cache, so that training repeats it rather than keep
    /// that.</summary>
    public virtual bool IsCheap => OutputMemory == OutputMemory.IsInput;

    /// <summary>Bytes of what it works out once for such images and keeps. None by default.</summary>
    public virtual long TableBytes(LayerSite site) => 0;

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

    /// <summary>Whether it can work on values that lie so. In lanes only, by default: the plan then puts conversions around it where they are
    /// needed.</summary>
    public virtual bool Knows(Layout layout, ReadOnlySpan<Shape> inputs) => layout == Layout.Lanes;

    /// <summary>Nanoseconds that a block is expected to take there, forward and, if there is one, back: by this the plan chooses layouts. Need not be
    /// right, must rank. By default what it takes to read and write every number once: for a layer that computes more with each, give a multiple of
    /// that.</summary>
    /// <param name="site">Where it stands.</param>
    /// <param name="vector">Numbers of a vector.</param>
    public virtual double Cost(LayerSite site, int vector) => site.Numbers * PricePerNumber * (site.Backward ? 2.5 : 1);

    /// <summary>How it is computed there, in a word for a plan; empty where there is nothing to say.</summary>
    internal virtual string Way(LayerSite site, bool backward) => "";

    /// <summary>Says how convolutions are to be computed; nothing to others.</summary>
    internal virtual void Use(ConvolutionAlgorithm algorithm)
    {
    }

    /// <summary>Makes statistics of batches anew, where a layer keeps some; nothing by default. Called before each batch of a pass in
    /// training.</summary>
    /// <param name="seen">How many batches the new ones are the mean of so far; null once there are no more.</param>
    internal virtual void RenewStatistics(int? seen)
    {
    }

    /// <summary>How a pass over it may be cut, so that threads share the one block of a small batch: not at all, by default.</summary>
    /// <remarks>A pass then holds a piece: spans of some numbers, or of <see cref="Extent.Planes"/> planes from <see cref="Pass{T}.FirstPlane"/> on.
    /// Pieces run at once, so no two may write to one number: a layer that adds to <see cref="Pass{T}.Gradient"/> is not cut where
    /// <see cref="LayerSite.Backward"/> follows, unless each plane has gradients of its own.</remarks>
    public virtual Division DivisionAt(LayerSite site) => Division.None;

    /// <summary>Whether the gradient of every input is that of the output, as it is.</summary>
    internal virtual bool PassesGradientOn(LayerSite site) => false;

    /// <summary>Whether, in this layout, its output is its input in memory: only the shape changes.</summary>
    internal virtual bool IsView(LayerSite site) => OutputMemory == OutputMemory.IsInput && (site.Layout == Layout.Lanes
        || (site.Input.Rank > 0 && site.Output.Rank > 0 && site.Input[0] == site.Output[0]) || (IsRowMajor(site.Input) && IsRowMajor(site.Output)));

    // Channels-last numbers lie in the order of [C, H, W] only where there is one channel or one pixel.
    private static bool IsRowMajor(Shape image) => image.Rank <= 1 || image[0] == 1 || image.Length == image[0];

    /// <summary>Whether outside training it gives back what comes in, so that nothing needs to be done.</summary>
    public virtual bool IsIdentityInUse => false;

    /// <summary>How many numbers it works out of its parameters before a batch, such as packed weights; 0 if it reads them as they are.</summary>
    /// <param name="site">Where it stands.</param>
    public virtual int PreparedLength<V>(LayerSite site) where V : unmanaged, IVector<V, T> => 0;

    /// <summary>Writes them; <see cref="Pass{T}.Prepared"/> then holds them.</summary>
    /// <remarks>In use Forward must read no parameter itself: these numbers are all that a <c>Predictor</c> keeps of a layer that prepares
    /// any.</remarks>
    /// <param name="site">Where it stands.</param>
    /// <param name="folded">A normalisation to take into the weights, if <see cref="Folds"/> says that it does.</param>
    /// <param name="prepared">[<see cref="PreparedLength"/>], overwritten.</param>
    /// <param name="threads">How many may work: more than one only where there is much to write.</param>
    public virtual void Prepare<V>(LayerSite site, BatchNormLayer<T>? folded, Span<T> prepared, int threads) where V : unmanaged, IVector<V, T>
    {
    }

    /// <summary>Whether, in use, it takes a normalisation of its output into the numbers that it prepares, so that this one is not called; no by
    /// default.</summary>
    public virtual bool Folds => false;

    /// <summary>Whether it can add a further value to its output before the activation.</summary>
    internal virtual bool TakesAddend(LayerSite site) => false;

    /// <summary>For a layer that takes the largest number under each of some windows of a plane: what these read of such an image.</summary>
    internal virtual TapTable? Maxima(Shape input) => null;

    /// <summary>Whether it can take on the layer after it, if that takes <see cref="Maxima"/>: what lies between is then never kept.</summary>
    internal virtual bool TakesMaxima(LayerSite site) => false;

    /// <summary>Whether it can add to the gradient of its input what there is already (<see cref="Pass{T}.GradAddend"/>).</summary>
    internal virtual bool TakesGradAddend(LayerSite site) => false;

    /// <summary>Whether channels-last some rows of the output can be made by themselves, forward: if it has a <see cref="Window"/>, of those rows of
    /// the input that this tells.</summary>
    internal virtual bool WorksByRows(LayerSite site) => false;

    /// <summary>Some rows of the output of one image, as <see cref="Forward"/> makes them. Where the pass says what the values are, it says it of
    /// the whole image, but the spans of input and output begin and end with rows of the band.</summary>
    internal virtual void ForwardRows<V>(in Pass<T> pass, RowBand band) where V : unmanaged, IVector<V, T> => throw new NotSupportedException();

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
public enum Division
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Anywhere: each number depends on the number at its own place. A pass holds whole vectors of numbers, and its extents mean
    /// nothing.</summary>
    Anywhere,

    /// <summary>By planes, channels in lanes, images channels-last: each depends on the plane of its own number in every input, and on nothing of
    /// other planes.</summary>
    Planes,

    /// <summary>The layer does it itself, for as many threads as the pass has.</summary>
    ByItself,

    /// <summary>By pixels: each depends on numbers of its own pixel, in every input, and on nothing of other pixels; an input of a single pixel
    /// counts for all. Channels-last a pass holds a stretch of one image's pixels, as its extents say. In lanes, where the channels of a pixel lie
    /// far apart, it holds everything, and is to do <see cref="Pass{T}.PixelCount"/> pixels from <see cref="Pass{T}.FirstPixel"/> on.</summary>
    Pixels,
}
