using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Plans;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Models;

/// <summary>The numbers of the lesson, each counted by the code.</summary>
public sealed class LessonNumbersTests
{
    private static readonly Shape Image = new(1, 28, 28);

    private static ModelSummary Summary(string name) => ModelSummary.Of(ModelCatalog.Build<float>(name, Image, 10), Image, 512);

    private static IEnumerable<LayerSummary> Convolutions(string name) => Summary(name).Layers.Where(layer => layer.Type == "Conv2d");

    [Test]
    public void Lesson_Parameters_Are15496And98()
    {
        ModelSummary summary = Summary("lesson");
        Assert.That((summary.Weights, summary.Biases, summary.Weights + summary.Biases), Is.EqualTo((15_496, 98, 15_594)));
        Assert.That(ModelCatalog.Build<float>("lesson", Image, 10).ParameterVector.ParameterCount, Is.EqualTo(15_594));
    }

    [Test]
    public void Lesson_LessonCount_Is1240() => Assert.That(Summary("lesson").LessonCount, Is.EqualTo(1240));

    [Test]
    public void Grouped_Weights_AreTheLessonCount()
    {
        ModelSummary summary = Summary("grouped");
        Assert.That((summary.Weights, summary.Biases, summary.LessonCount), Is.EqualTo((1240, 0, 1240)));
        Assert.That(ModelCatalog.Build<float>("grouped", Image, 10).ParameterVector.ParameterCount, Is.EqualTo(1240));
    }

    [Test]
    public void Lesson_EveryConvolution_HasItsWeightsAndLessonCount() => Assert.That(Convolutions("lesson").Select(layer =>
        (layer.Weights, layer.Biases, layer.LessonCount)),
        Is.EqualTo(new[] { (200L, 8L, 200L), (1152L, 16L, 144L), (4608L, 32L, 288L), (9216L, 32L, 288L) }));

    [Test]
    public void Lesson_OutputSizes_Are14And7And4And2()
    {
        Assert.That(Convolutions("lesson").Select(layer => layer.OutputShape),
            Is.EqualTo(new Shape[] { new(8, 14, 14), new(16, 7, 7), new(32, 4, 4), new(32, 2, 2) }));
        Assert.That(Convolutions("lesson").Select(layer => layer.SizeFormula), Is.EqualTo(
            ["(28 + 2·2 - 5)//2 + 1 = 14", "(14 + 2·1 - 3)//2 + 1 = 7", "(7 + 2·1 - 3)//2 + 1 = 4", "(4 + 2·1 - 3)//2 + 1 = 2"]));
        Assert.That(Summary("lesson").Layers[^1].OutputShape, Is.EqualTo(new Shape(10)));
    }

    [Test]
    public void Lesson_MultiplyAdds_Are206560() => Assert.That(Summary("lesson").MultiplyAdds, Is.EqualTo(206_560));

    [Test]
    public void Lesson_Ratios_GrowFrom3To9()
    {
        Assert.That(Convolutions("lesson").Select(layer => (layer.Inputs, layer.Outputs)), Is.EqualTo(new[] { (25, 8), (72, 16), (144, 32),
            (288, 32) }));
        Assert.That(Convolutions("lesson").Select(layer => layer.Ratio), Is.EqualTo([3.125, 4.5, 4.5, 9.0]));
    }

    [Test]
    public void Lesson_ReceptiveFieldsAndJumps_DoubleWithEachLayer([Values("lesson", "grouped", "lesson-bn")] string name) =>
        Assert.That(Convolutions(name).Select(layer => (layer.ReceptiveField, layer.Jump)), Is.EqualTo(
            new (Size2?, Size2?)[] { ((Size2)5, (Size2)2), ((Size2)9, (Size2)4), ((Size2)17, (Size2)8), ((Size2)33, (Size2)16) }));

    [Test]
    public void ReceptiveField_PerAxis_IsTheAxisOwn()
    {
        var model = new Sequential<float>(new Conv2d<float>(1, 2, (3, 2), (2, 1), 0, (1, 3)), new Relu<float>(), new MaxPool2d<float>((2, 3), (3, 1)),
            new Flatten<float>(), new Linear<float>(42, 3));
        IReadOnlyList<LayerSummary> layers = ModelSummary.Of(model, new(1, 20, 12), 1).Layers;
        Assert.That(layers.Select(layer => (layer.ReceptiveField, layer.Jump)), Is.EqualTo(
            new (Size2?, Size2?)[] { ((Size2)(3, 4), (Size2)(2, 1)), (null, null), ((Size2)(5, 6), (Size2)(6, 1)), (null, null), (null, null) }));
    }

    [TestCase(3, 3, 32, "rank at most 27: at least 5 of 32 outputs are combinations of the others")]
    [TestCase(1, 3, 8, "")]
    [TestCase(1, 5, 8, "")]
    [TestCase(3, 7, 64, "")]
    public void RankRemark_KernelsOverChannels_SaysWhatFollows(int inChannels, int kernelSize, int outChannels, string remark)
    {
        LayerSummary layer = ModelSummary.Of(new Sequential<float>(new Conv2d<float>(inChannels, outChannels, kernelSize)), new(inChannels, 9, 9),
            1).Layers[0];
        Assert.That((layer.Inputs, layer.Outputs, layer.RankRemark), Is.EqualTo((inChannels * kernelSize * kernelSize, outChannels, remark)));
    }

    [Test]
    public void Memory_OfATrainingStep_IsWhatTheEngineAllocates([ValueSource(typeof(NamedModels), nameof(NamedModels.Small))] string name,
        [Values(96, 500)] int batchSize)
    {
        Shape image = NamedModels.Image(name);
        Model<float> model = NamedModels.Build<float>(name, 2, image);
        _ = model.ParameterVector.Values;                                    // its own numbers are there before
        var batch = new Scratch.Data.TensorBatch<float>(new(image.Prepend(batchSize)), new int[batchSize]);
        var (loss, output) = (new Scratch.Losses.CrossEntropyLoss<float>(), new Tensor<float>(new(batchSize, 10)));
        MemoryPrediction memory = ModelSummary.Of(model, image, batchSize).Memory;
        // what is made once in a process
        NamedModels.Build<float>(name, Environment.ProcessorCount, image).RunnerFor(image).Train(batch, loss, output);
        PlanRunner<float> runner = model.RunnerFor(image);
        runner.PlanFor(PlanGoal.Train(32));                                  // the list of steps itself is not part of it
        long before = GC.GetAllocatedBytesForCurrentThread();
        runner.Train(batch, loss, output);
        // the model's own were there
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before + memory.Parameters * 2;
        long fresh = memory.Total - memory.Tables;                          // the summary has made the tables, and layers keep them
        int objects = 1024 * Math.Max(64, 4 * model.Layers.Count);          // arrays' headers, lists, delegates; statistics that came with the list
        // A last block of few images may go another way than full ones, with tables of its own.
        Assert.That(allocated, Is.InRange(fresh - objects, fresh + objects + memory.Tables), $"{memory}");
    }
}
