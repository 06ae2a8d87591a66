using BenchmarkDotNet.Attributes;
using Scratch.Data;
using Scratch.Measuring;
using Scratch.Models;
using Scratch.Plans;
using Scratch.Tensors;

namespace Scratch.Bench;

/// <summary>Outputs of the lesson's model as in use: a single image through a <see cref="Predictor{T}"/>, a batch in lanes.</summary>
/// <remarks>A single image is the work of one thread, whatever the number.</remarks>
public partial class InferenceBenchmarks
{
    private Action _infer = null!;

    public static IReadOnlyList<ModelCase> Cases { get; } = [new("lesson", 1, 1), new("lesson", 64, 1), new("lesson", 512, 1)];

    public static IEnumerable<int> AllThreads => ThreadCounts.All;

    [ParamsSource(nameof(Cases))]
    public ModelCase Case { get; set; } = null!;

    [ParamsSource(nameof(AllThreads))]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        Model<float> model = Case.Build(Threads);
        Tensor<float> images = RandomValues.Of<float>(ModelCase.Image.Prepend(Case.Batch), new RandomGenerator(1));
        Tensor<float> output = new(new(Case.Batch, ModelCase.Classes));
        if (Case.Batch == 1)
        {
            var predictor = new Predictor<float>(model, ModelCase.Image);
            _infer = () => predictor.Infer(images.Span, output.Span);
        }
        else
        {
            PlanRunner<float> runner = model.RunnerFor(ModelCase.Image);
            var batch = new TensorBatch<float>(images);
            _infer = () => runner.Forward(batch, training: false, backwardFollows: false, output);
        }
        Infer();
        Agreement.Require(nameof(Infer), model.Forward(images, training: false), output);
        PreparePeers(model, images, output);
    }

    [Benchmark(Baseline = true)]
    public void Infer() => _infer();

    /// <summary>For other engines, where the build includes them.</summary>
    partial void PreparePeers(Model<float> model, Tensor<float> images, Tensor<float> expected);
}
