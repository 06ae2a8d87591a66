using NUnit.Framework;
using Scratch.Files;
using Scratch.Tensors;
using Scratch.Tests.Cli;
using Scratch.Training;

namespace Scratch.Tests.Training;

/// <summary>A training that was stopped at any batch and gone on with is, bit by bit, one that was not.</summary>
[Category("Slow")]
public sealed class ResumeTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Resume_StoppedAnywhere_HasTheSameBitsOnAnotherNumberOfThreads([ValueSource(typeof(ResumeCase), nameof(ResumeCase.Names))] string name)
    {
        var whole = new ResumeCase(name, 1);
        whole.Learner.Fit(ResumeCase.Epochs);
        int rests = 0;
        for (; Stopped(name, rests) is { } path; rests++)
        {
            var rest = new ResumeCase(name, 2);
            rest.Model.Initialize(Scratch.Layers.Initialization.XavierUniform, 77);
            rest.Learner.Resume(path);
            Assert.That(rest.Result(), Is.EqualTo(whole.Result()), $"stopped at rest {rests}");
        }
        Assert.That(rests, Is.AtLeast(13));
    }

    [Test]
    public void Resume_StoppedTwice_HasTheSameBits()
    {
        var whole = new ResumeCase("adam dropout", 1);
        whole.Learner.Fit(ResumeCase.Epochs);
        string first = Stopped("adam dropout", 4)!, second = _folder["second"];
        new ResumeCase("adam dropout", 1, new StopAt(6, second)).Learner.Resume(first);
        var rest = new ResumeCase("adam dropout", 1);
        rest.Learner.Resume(second);
        Assert.That(rest.Result(), Is.EqualTo(whole.Result()));
    }

    [Test]
    public void SaveCheckpoint_ItsFile_IsSafetensorsWithTheWeightsUnderTheirNames()
    {
        SafetensorsFile file = SafetensorsFile.Read(Stopped("sgd", 2)!);
        Assert.That(file.Entries.Select(entry => entry.Name),
            Does.Contain("0.weight").And.Contain("1.running_mean").And.Contain("training/Sgd/momentum_buffer")
            .And.Contain("training/train/order").And.Contain("training/Recorder/losses"));
        Assert.That(file.Metadata["option"], Is.EqualTo("\"checksum\":\"no\""));
    }

    [Test]
    public void SaveCheckpoint_NotAtRest_Refuses() =>
        Assert.That(() => new ResumeCase("sgd", 1).Learner.SaveCheckpoint(_folder["x"]),
            Throws.InvalidOperationException.With.Message.Contains("AtRest"));

    [TestCase("adam dropout", null, "Adam")]
    [TestCase("sgd", 30, "the images")]
    [TestCase("rmsprop running norm", null, "1.")]
    [TestCase("early stopping", null, "EarlyStopping")]
    [TestCase("augmentation", null, "the seed of the augmentations")]
    public void Resume_AnotherTraining_IsAnErrorAndChangesNothing(string other, int? images, string said)
    {
        string path = Stopped("sgd", 2)!;
        var rest = new ResumeCase(other, 1, images: images);
        string before = rest.Model.Hash();
        Assert.That(() => rest.Learner.Resume(path), Throws.TypeOf<InvalidDataException>().With.Message.Contains(said));
        Assert.That((rest.Model.Hash(), rest.Learner.Optimizer.StepCount), Is.EqualTo((before, 0)));
    }

    [Test]
    public void Read_AnyByteFlippedOrCutOff_IsAnError()
    {
        byte[] bytes = File.ReadAllBytes(Tiny());
        string damaged = _folder["damaged"];
        for (int i = 0; i < bytes.Length; i++)
        {
            byte before = bytes[i];
            bytes[i] ^= (byte)(1 << (i % 8));
            File.WriteAllBytes(damaged, bytes);
            bytes[i] = before;
            Assert.That(() => CheckpointFile.Read(damaged), Throws.TypeOf<InvalidDataException>(), $"byte {i}");
        }
        for (int length = 0; length < bytes.Length; length += 13)
        {
            File.WriteAllBytes(damaged, bytes[..length]);
            Assert.That(() => CheckpointFile.Read(damaged), Throws.TypeOf<InvalidDataException>(), $"{length} bytes");
        }
    }

    [Test]
    public void Writer_EveryBatches_KeepsTheLastAndTheBest()
    {
        var whole = new ResumeCase("sgd", 1);
        whole.Learner.Fit(ResumeCase.Epochs);
        using (var folder = new CheckpointFolder(_folder["c"], keep: 2)) WithWriter(folder).Learner.Fit(ResumeCase.Epochs);
        IReadOnlyList<string> files = CheckpointFolder.Files(_folder["c"]);
        Assert.That(files.Count, Is.InRange(2, 3));
        Assert.That(files.Count(file => file.Contains("best", StringComparison.Ordinal)), Is.AtLeast(1));
        foreach (string file in files)
        {
            using var folder = new CheckpointFolder(_folder["d"]);
            ResumeCase rest = WithWriter(folder);
            rest.Learner.Resume(file);
            Assert.That(rest.Result(), Is.EqualTo(whole.Result()), file);
        }
    }

    [Test]
    public void Newest_DamagedOne_WarnsAndUsesTheOneBefore()
    {
        using (var folder = new CheckpointFolder(_folder["c"])) WithWriter(folder).Learner.Fit(1);
        IReadOnlyList<string> files = CheckpointFolder.Files(_folder["c"]);
        File.WriteAllBytes(files[0], File.ReadAllBytes(files[0])[..^1]);
        List<string> warnings = [];
        Assert.That(CheckpointFolder.Newest(_folder["c"], warnings.Add).File, Is.EqualTo(files[1]));
        Assert.That(warnings, Has.Count.EqualTo(1).And.All.Contains(Path.GetFileName(files[0])));
    }

    [Test]
    public void Newest_Found_IsResumedWithoutReadingItAgain()
    {
        var whole = new ResumeCase("sgd", 1);
        whole.Learner.Fit(ResumeCase.Epochs);
        string path = Stopped("sgd", 5)!;
        Directory.CreateDirectory(_folder["c"]);
        File.Move(path, _folder["c/checkpoint-000000005.safetensors"]);
        var (file, _, state) = CheckpointFolder.Newest(_folder["c"], Assert.Fail);
        File.Delete(file);
        var rest = new ResumeCase("sgd", 1);
        rest.Learner.Resume(state, CancellationToken.None);
        Assert.That(rest.Result(), Is.EqualTo(whole.Result()));
    }

    [Test]
    public void Writer_OldOneCannotBeRemoved_SaysThatAndThatTheNewOneIsWritten()
    {
        List<string> warnings = [];
        using var folder = new CheckpointFolder(_folder["c"], keep: 1, _ => throw new IOException("it is in use"));
        var writer = new CheckpointWriter<float>(folder, 1, CheckpointInterval.Epochs, null, warnings.Add);
        new ResumeCase("sgd", 1, writer).Learner.Fit(ResumeCase.Epochs);
        Assert.That(warnings, Is.Not.Empty.And.All.EqualTo("an old checkpoint is not removed: it is in use"));
        Assert.That(writer.Written, Is.EqualTo(CheckpointFolder.Files(_folder["c"])[0]));
    }

    [Test]
    public void Folder_LeftOversOfAKilledWriter_AreRemovedAndNothingElse()
    {
        string theirs = _folder["checkpoint-000000007.safetensors.tpsnrod0.x3q.tmp"];
        string[] others = [_folder["model.safetensors.tpsnrod0.x3q.tmp"], _folder["checkpoint-000000007.tmp"], _folder["checkpoint-notes.txt"]];
        foreach (string file in others.Append(theirs)) File.WriteAllText(file, "half");
        using var folder = new CheckpointFolder(_folder.Path);
        Assert.That(theirs, Does.Not.Exist);
        foreach (string file in others) Assert.That(file, Does.Exist);
    }

    [Test]
    public void Folder_TwoTrainings_SecondIsRefused_AndALockOfTheDeadDoesNotHold()
    {
        File.WriteAllText(_folder[".scratch-checkpoints"], "");
        using var first = new CheckpointFolder(_folder.Path);
        Assert.That(() => new CheckpointFolder(_folder.Path), Throws.TypeOf<IOException>().With.Message.Contains("another training"));
    }

    // Who waited for it with the file already open must not hold what a third one does not find.
    [Test]
    public void Folder_Closed_LeavesTheFileOfItsLock()
    {
        new CheckpointFolder(_folder.Path).Dispose();
        Assert.That(_folder[".scratch-checkpoints"], Does.Exist);
        Assert.That(() => new CheckpointFolder(_folder.Path).Dispose(), Throws.Nothing);
    }

    [Test]
    public void Writer_FolderCannotBeWritten_WarnsAndTrainingGoesOn()
    {
        List<string> warnings = [];
        using var folder = new CheckpointFolder(_folder["c"]);
        Directory.CreateDirectory(_folder["c/checkpoint-000000005-best.safetensors"]);             // in the first one's way
        ResumeCase training = WithWriter(folder, warnings);
        training.Learner.Fit(2);
        Assert.That(warnings, Has.Count.EqualTo(1).And.All.Contains("is not written"));
        Assert.That(training.Recorder.Epochs, Has.Count.EqualTo(2));
        Assert.That(CheckpointFolder.Files(_folder["c"]), Is.Not.Empty);
    }

    private string? Stopped(string name, int rest)
    {
        string path = _folder[$"{rest}.safetensors"];
        var stop = new StopAt(rest, path);
        new ResumeCase(name, 1, stop).Learner.Fit(ResumeCase.Epochs);
        return stop.HasStopped ? path : null;
    }

    private string Tiny()
    {
        var state = new SavedState();
        state.Exchange("0.weight", new Tensor<float>(new(2, 3)).Fill(1.5f));
        state.Within("training", room => room.Exchange("steps", 7L));
        CheckpointFile.Write(state, _folder["tiny"], ("options", "--lr 1"));
        return _folder["tiny"];
    }

    private static ResumeCase WithWriter(CheckpointFolder folder, List<string>? warnings = null)
    {
        Late late = new();
        var training = new ResumeCase("sgd", 1, late);
        late.Inner = new CheckpointWriter<float>(folder, 2, CheckpointInterval.Batches, training.Recorder, warnings is null ? null : warnings.Add);
        return training;
    }

    /// <summary>A writer that is made when the recorder is there.</summary>
    private sealed class Late : Callback<float>
    {
        public CheckpointWriter<float> Inner { get; set; } = null!;

        public override int Order => int.MaxValue;

        public override void BeginFit(Learner<float> learner) => Inner.BeginFit(learner);

        public override void AtRest(Learner<float> learner) => Inner.AtRest(learner);

        public override void AfterFit(Learner<float> learner) => Inner.AfterFit(learner);

        public override void Exchange(Learner<float> learner, SavedState state) => Inner.Exchange(learner, state);
    }
}
