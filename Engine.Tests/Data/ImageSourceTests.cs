using NUnit.Framework;
using Scratch.Data;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Losses;
using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;
using Scratch.Tests.Cli;
using Scratch.Tests.Support;
using Scratch.Training;

namespace Scratch.Tests.Data;

/// <summary>Images that are not in memory: what comes of them is what would come if they were.</summary>
public sealed class ImageSourceTests
{
    private const int Count = 75, Seed = 5;
    private static readonly Shape _shape = new(2, 7, 5);
    private static readonly Dataset _images = SyntheticData.Images(Count, _shape, classes: 4, seed: 1)
        .WithImageNames([.. Enumerable.Range(0, Count).Select(n => $"{n}.png")]);

    /// <summary>Gives images that lie elsewhere, and counts how often each was made.</summary>
    private sealed class Lent(Dataset images, long room, int broken = -1, string? cache = null)
        : ImageSource(images.Count, images.ImageShape, room, cache)
    {
        public int[] Made { get; } = new int[images.Count];

        protected override void Make(int index, Span<byte> image)
        {
            Interlocked.Increment(ref Made[index]);
            if (index == broken) throw new InvalidDataException($"image {index} is broken");
            images.Image(index).CopyTo(image);
        }
    }

    private static Dataset Later(Lent source) => new Dataset(source, _images.Labels.ToArray(), _images.Classes)
        .WithImageNames([.. _images.ImageNames]);

    private static Dataset Later(long room = 0) => Later(new Lent(_images, room));

    private static BatchSampler<float> Sampler(Dataset images, int batchSize, Augmentation[]? augmentations = null) =>
        new(images, SyntheticData.Scale, batchSize, shuffle: true, new RandomGenerator(Seed), augmentations);

    private static List<float> Numbers(BatchSampler<float> sampler)
    {
        List<float> all = [];
        float[] lanes = new float[_shape.Length * Lanes.Count];
        for (sampler.Reset(); sampler.MoveNext();)
        {
            for (int block = 0; block < Lanes.Blocks(sampler.Current.Count); block++)
            {
                sampler.Current.CopyBlock(block, lanes);
                all.AddRange(lanes);
            }
            foreach (int label in sampler.Current.Labels) all.Add(label);
        }
        return all;
    }

    [Test]
    public void MoveNext_AnyBatchSizeRoomAndAugmentation_ShowsTheSame(
        [Values(1, 8, 40, 100)] int batchSize, [Values(0, 1000, 1_000_000)] int room, [Values(false, true)] bool augments)
    {
        Augmentation[] augmentations = augments ? [new RandomHorizontalFlip(), new RandomErasing(0.7)] : [];
        BatchSampler<float> expected = Sampler(_images, batchSize, augmentations), found = Sampler(Later(room), batchSize, augmentations);
        for (int epoch = 0; epoch < 2; epoch++) Assert.That(Numbers(found), Is.EqualTo(Numbers(expected)));
    }

    [Test]
    public void Read_RoomForAll_MakesEachOnce()
    {
        var source = new Lent(_images, Count * _shape.Length);
        BatchSampler<float> sampler = Sampler(Later(source), 8);
        for (int epoch = 0; epoch < 3; epoch++) Numbers(sampler);
        Assert.That(source.Made, Is.All.EqualTo(1));
    }

    [Test]
    public void Read_RoomForSome_KeepsAsMany()
    {
        var source = new Lent(_images, 10 * _shape.Length + 1);
        BatchSampler<float> sampler = Sampler(Later(source), 8);
        for (int epoch = 0; epoch < 3; epoch++) Numbers(sampler);
        Assert.That(source.Made.Count(1), Is.InRange(1, 10));                // where two threads ask for the last room at once, neither may get it
        Assert.That(source.Made.Count(3), Is.EqualTo(Count - source.Made.Count(1)));
    }

    [Test]
    public void Read_RoomForSomeAndAFileForTheRest_ShowsTheSameAndMakesFewAgain([Values(0, 10, Count)] int room)
    {
        using var folder = new TemporaryFolder();
        var source = new Lent(_images, room * _shape.Length, cache: folder.Path);
        BatchSampler<float> expected = Sampler(_images, 8), found = Sampler(Later(source), 8);
        for (int epoch = 0; epoch < 3; epoch++) Assert.That(Numbers(found), Is.EqualTo(Numbers(expected)));
        Assert.That(source.Made.Count(1), Is.GreaterThan(Count - 10));       // where two threads ask for the last room at once, neither may get it
        Assert.That(Directory.EnumerateFiles(folder.Path).Count(), OperatingSystem.IsWindows() ? Is.LessThan(2) : Is.Zero);
        GC.KeepAlive(source);
    }

    [Test]
    public void PixelFile_Full_TakesNoMore()
    {
        using var folder = new TemporaryFolder();
        var file = new PixelFile(folder.Path, images: 9, slots: 3, size: 5);
        byte[] image = new byte[5];
        for (int round = 0; round < 2; round++)
            foreach (int index in new[] { 8, 0, 8, 5, 3, 7 }) file.Add(index, [(byte)index, 2, 3, 4, (byte)(index + 1)]);
        foreach (int index in new[] { 0, 5, 8 })
        {
            Assert.That(file.TryRead(index, image));
            Assert.That(image, Is.EqualTo(new byte[] { (byte)index, 2, 3, 4, (byte)(index + 1) }));
        }
        foreach (int index in new[] { 1, 3, 7 }) Assert.That(file.TryRead(index, image), Is.False);
    }

    [Test]
    public void Cache_NoFolder_IsSaidBeforeAnythingIsMade() => Assert.That(() => new Lent(_images, 0, cache: "no/such/folder"),
        Throws.InstanceOf<DirectoryNotFoundException>().With.Message.Contains("'no/such/folder'"));

    [Test]
    public void MoveNext_ImageThatCannotBeRead_IsAnErrorWhenItIsItsTurn()
    {
        BatchSampler<float> order = Sampler(_images, 8), sampler = Sampler(Later(new Lent(_images, 0, broken: 33)), 8);
        order.Reset();
        sampler.Reset();
        while (order.MoveNext() && !order.Current.Indices.Contains(33)) Assert.That(sampler.MoveNext());
        Assert.That(sampler.MoveNext, Throws.InstanceOf<InvalidDataException>().With.Message.EqualTo("image 33 is broken"));
    }

    [Test]
    public void Reset_AmidAnEpoch_BeginsAnew()
    {
        BatchSampler<float> expected = Sampler(_images, 8), found = Sampler(Later(), 8);
        foreach (BatchSampler<float> sampler in new[] { expected, found })
        {
            sampler.Reset();
            sampler.MoveNext();
        }
        Assert.That(Numbers(found), Is.EqualTo(Numbers(expected)));
    }

    private sealed class EvaluatesAmidTraining(BatchSampler<float> batches) : Callback<float>
    {
        public List<double> Losses { get; } = [];

        public override void AfterStep(Learner<float> learner)
        {
            if (learner.BatchIndex % 3 == 1) Losses.Add(learner.Evaluate(batches));
        }
    }

    [Test]
    public void Fit_EvaluatedAmidIt_SameBitsAsInMemory([Values(1, 3)] int threads)
    {
        static (string, List<double>) Trained(Dataset images, int threads)
        {
            Model<float> model = ModelCatalog.Build<float>("lesson-bn", new Shape(2, 7, 5), 4);
            model.Threads = threads;
            model.Initialize(Initialization.KaimingNormal, Seed);
            BatchSampler<float> batches = Sampler(images, 8, [new RandomHorizontalFlip()]);
            var looker = new EvaluatesAmidTraining(batches);
            var learner = new Learner<float>(model, new CrossEntropyLoss<float>(), new Sgd<float>(model.ParameterVector, 0.1), batches,
                new BatchSampler<float>(images.Take(20), SyntheticData.Scale, 16, shuffle: false), [looker]);
            learner.Fit(2);
            return (model.Hash(), looker.Losses);
        }
        var (hash, losses) = Trained(Later(2000), threads);
        var expected = Trained(_images, 1);
        Assert.That(hash, Is.EqualTo(expected.Item1));
        Assert.That(losses, Is.EqualTo(expected.Item2));
    }

    [Test]
    public void Parts_AreThoseOfTheImagesInMemory()
    {
        Dataset later = Later();
        static IEnumerable<Dataset> Parts(Dataset images)
        {
            foreach (var (first, second) in new[] { images.SplitByName(0.3), images.SplitStratified(0.2, 7), images.Split(11) })
            {
                yield return first;
                yield return second;
            }
            yield return images.Subset(5, 3, 5).Subset(2, 1);
            yield return images.Take(3).With(images.Subset(70, 8));
            yield return images.Split(20).Second.Take(9).WithClassNames("a", "b", "c", "d").NumberedAs("d", "c", "b", "a");
        }
        byte[] image = new byte[_shape.Length];
        foreach (var (expected, found) in Parts(_images).Zip(Parts(later)))
        {
            Assert.That((found.IsInMemory, found.Classes), Is.EqualTo((false, expected.Classes)));
            Assert.That(found.Labels.ToArray(), Is.EqualTo(expected.Labels.ToArray()));
            Assert.That(found.ImageNames.ToArray(), Is.EqualTo(expected.ImageNames.ToArray()));
            for (int n = 0; n < expected.Count; n++)
            {
                found.CopyImage(n, image);
                Assert.That(image, Is.EqualTo(expected.Image(n).ToArray()));
            }
            Assert.That(Normalization.Of(found), Is.EqualTo(Normalization.Of(expected)));
        }
    }

    [Test]
    public void Targets_ComeWithTheirImages()
    {
        Tensor<float> targets = RandomTensors.Tensor<float>(new Shape(Count, 3), seed: 2);
        var source = new Dataset(new Lent(_images, 0), targets);
        Dataset part = source.Subset(9, 4).WithClassNames("a", "b", "c").NumberedAs("c", "a", "b");
        float[] four = targets.Slice(4, 1).Span.ToArray();
        Assert.That(part.Targets!.Slice(1, 1).Span.ToArray(), Is.EqualTo([four[2], four[0], four[1]]));
        byte[] image = new byte[_shape.Length];
        part.CopyImage(1, image);
        Assert.That(image, Is.EqualTo(_images.Image(4).ToArray()));
    }

    [Test]
    public void Dataset_WrongUse_IsRefused()
    {
        Dataset later = Later();
        Assert.That(() => later.Pixels.Length, Throws.InvalidOperationException.With.Message.Contains("CopyImage"));
        Assert.That(() => later.Image(0).Length, Throws.InvalidOperationException);
        Assert.That(() => later.CopyImage(Count, new byte[_shape.Length]), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => later.CopyImage(0, new byte[3]), Throws.InstanceOf<ShapeMismatchException>());
        Assert.That(() => new Dataset(new Lent(_images, 0), new int[3]), Throws.InstanceOf<ShapeMismatchException>());
        Assert.That(() => new Dataset(new Lent(_images, 0), new Tensor<float>(new Shape(3, 1))), Throws.InstanceOf<ShapeMismatchException>());
        Assert.That(() => new Lent(_images, -1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new Lent(_images, 0).Read(-1, new byte[_shape.Length]), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
