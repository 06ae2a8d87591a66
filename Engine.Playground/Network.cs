using Scratch.Data;
using Scratch.Models;
using Scratch.Tensors;

namespace Scratch.Playground;

/// <summary>The lesson's network with some weights: answers, and is looked into.</summary>
internal sealed class Network
{
    private readonly float[] _input, _inputOf;
    private Predictor<float>? _predictor;                                    // none once the weights are others

    public Network(Shape image, int classes, Normalization normalization)
    {
        (Image, Normalization) = (image, normalization);
        Model = ModelCatalog.Build<float>("lesson", image, classes);
        View = new(Model, image, normalization);
        _inputOf = normalization.Table<float>();
        _input = new float[image.Length];
    }

    /// <summary>[C, H, W].</summary>
    public Shape Image { get; }

    public Normalization Normalization { get; }

    public Model<float> Model { get; }

    public ModelView View { get; }

    /// <summary>Takes on the weights of another; <see cref="Predict"/> would not see them otherwise.</summary>
    public void CopyFrom(Model<float> other)
    {
        other.ParameterVector.Values.Span.CopyTo(Model.ParameterVector.Values.Span);
        _predictor = null;
    }

    /// <summary>The outputs for an image.</summary>
    /// <param name="pixels">[C, H, W], 0 to 255.</param>
    /// <returns>[classes], before softmax.</returns>
    public float[] Predict(ReadOnlySpan<byte> pixels)
    {
        _predictor ??= new(Model, Image);
        for (int i = 0; i < pixels.Length; i++) _input[i] = _inputOf[pixels[i]];
        var outputs = new float[_predictor.OutputShape.Length];
        _predictor.Infer(_input, outputs);
        return outputs;
    }
}
