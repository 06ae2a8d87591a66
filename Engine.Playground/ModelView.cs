using Scratch.Data;
using Scratch.Kernels;
using Scratch.Models;
using Scratch.Telemetry;
using Scratch.Tensors;

namespace Scratch.Playground;

/// <summary>Looks into a model of one input and one output while it looks at one image.</summary>
/// <remarks>One image at a time, from one thread at a time: it uses the model's own memory, and its gradients.</remarks>
internal sealed class ModelView
{
    private readonly Model<float> _model;
    private readonly Tensor<float> _image, _gradOutput;
    private readonly float[] _inputOf, _scales;
    private readonly int _mostChannels;

    /// <summary>A view of a model as it is at each call.</summary>
    /// <param name="model">The model.</param>
    /// <param name="image">[C, H, W] of its images.</param>
    /// <param name="normalization">What becomes of their pixels.</param>
    /// <param name="mostChannels">Of how many channels of a layer the maps are shown.</param>
    /// <exception cref="ShapeMismatchException">Such images do not fit the model, or the normalisation has other channels.</exception>
    public ModelView(Model<float> model, Shape image, Normalization normalization, int mostChannels = 64)
    {
        (_model, _mostChannels) = (model, mostChannels);
        Summary = ModelSummary.Of(model, image, 1);
        _image = new(image.Prepend(1));
        _gradOutput = new(model.OutputShape(image).Prepend(1));
        _inputOf = normalization.Tables<float>(image[0]);
        _scales = [.. Enumerable.Range(0, image[0]).Select(c => (float)(1 / DeviationOf(normalization, c)))];
    }

    /// <summary>What there is to say of its layers.</summary>
    public ModelSummary Summary { get; }

    /// <summary>The part of a layer's output that <see cref="Explain"/> shows, [C, H, W] or [numbers].</summary>
    public Shape Shown(Shape output) => output.Rank == 3 && output[0] > _mostChannels ? new(_mostChannels, output[1], output[2]) : output;

    /// <summary>What part of the image each output of a layer sees; none where it is all of it, or a part that differs in size or distance.</summary>
    /// <remarks>Layers that go from number to number see what the one before them sees.</remarks>
    public (Size2 Field, Size2 Start, Size2 Jump)? Sight(int layer)
    {
        while (true)
        {
            LayerSummary own = Summary.Layers[layer];
            if (own is { ReceptiveField: { } field, ReceptiveStart: { } start, Jump: { } jump }) return (field, start, jump);
            if (own.ReceptiveField is not null || own.OutputShape.Rank != 3 || own.Reads is not [int before]) return null;
            if (own.OutputShape != (before < 0 ? Summary.Inputs[0] : Summary.Layers[before].OutputShape)) return null;
            if (before < 0) return (1, 0, 1);
            layer = before;
        }
    }

    /// <summary>Forward with every layer's output copied, then back from the largest output alone to the pixels.</summary>
    /// <param name="pixels">[C, H, W], 0 to 255.</param>
    /// <exception cref="ShapeMismatchException">They are more or fewer than the model takes.</exception>
    public Explanation Explain(ReadOnlySpan<byte> pixels)
    {
        Load(pixels);
        var maps = new Tensor<float>[_model.Layers.Count];
        Tensor<float> output;
        using (new Hooks<float>(_model, hook => maps[hook.Index] = FirstChannels(hook.Output!))) output = _model.Forward(_image, training: false);
        int winner = 0;
        for (int i = 1; i < output.Length; i++)
            if (output.Span[i] > output.Span[winner]) winner = i;
        _gradOutput.Span.Clear();
        _gradOutput.Span[winner] = 1;
        Tensor<float> gradient = _model.Backward(_gradOutput);
        _model.ParameterVector.ZeroGrad();
        int plane = gradient.Length / _scales.Length;
        for (int i = 0; i < gradient.Length; i++) gradient.Span[i] *= _scales[i / plane];
        return new(output.Span.ToArray(), winner, maps, gradient.Reshape(_image.Shape.Tail().Sizes));
    }

    private void Load(ReadOnlySpan<byte> pixels)
    {
        if (pixels.Length != _image.Length)
            throw new ShapeMismatchException($"ModelView: the image has {pixels.Length} pixels, {_image.Shape.Tail()} takes {_image.Length}.",
                _image.Shape.Tail(), new Shape(pixels.Length));
        int plane = pixels.Length / _scales.Length;
        int levels = _inputOf.Length > byte.MaxValue + 1 ? byte.MaxValue + 1 : 0;                    // where each channel has a table of its own
        for (int i = 0; i < pixels.Length; i++) _image.Span[i] = _inputOf[i / plane * levels + pixels[i]];
    }

    private Tensor<float> FirstChannels(Tensor<float> output)
    {
        Shape shown = Shown(output.Shape.Tail());
        return new(shown, output.Span[..shown.Length]);
    }

    private static double DeviationOf(Normalization normalization, int channel) =>
        normalization.Channels is { Count: > 0 } channels ? channels[channel].StandardDeviation : normalization.StandardDeviation;
}
