using NUnit.Framework;
using Scratch.Cli;
using Scratch.Data;

namespace Scratch.Tests.Cli;

/// <summary>The words of <c>--augment</c>.</summary>
public sealed class AugmentOptionTests
{
    [Test]
    public void Parse_Words_BecomeTheirAugmentations()
    {
        var settings = AugmentSettings.Parse("crop=0.3,hue,grey=0.5,rand,trivial,mixup,cutmix=0.5,flip,vflip,pad");
        Assert.That(settings.Words, Is.EqualTo("crop=0.3,hue=0.1,grey=0.5,rand=9,trivial=1,mixup=0.2,cutmix=0.5,flip=0.5,vflip=0.5,pad=4"));
        Assert.That(settings.Create().Select(one => one.GetType().Name), Is.EqualTo(
            [nameof(RandomResizedCrop), nameof(RandomCrop), nameof(RandAugment), nameof(TrivialAugment), nameof(ColorJitter),
                nameof(RandomGrayscale), nameof(RandomHorizontalFlip), nameof(RandomVerticalFlip)]));
        Assert.That(((RandomCrop)settings.Create()[1]).Padding, Is.EqualTo(4));
        Assert.That(((RandomResizedCrop)settings.Create()[0]).Scale, Is.EqualTo((0.3, 1)));
        Assert.That(((ColorJitter)settings.Create()[4]).Hue, Is.EqualTo((-0.1, 0.1)));
        Assert.That(settings.Mixings().Select(one => (one.GetType().Name, one.Alpha)), Is.EqualTo([(nameof(MixUp), 0.2), (nameof(CutMix), 0.5)]));
        Assert.That(AugmentSettings.Parse("mixup=0,cutmix=0,rand=0,trivial=0,crop=0").Mixings(), Is.Empty);
    }

    [TestCase("mixup=0.01", "0.05"), TestCase("rand=2.5", "whole number"), TestCase("rand=31", "30"), TestCase("hue=0.6", "0.5")]
    [TestCase("pad=1.5", "pad is '1.5', must be a whole number from 0 to 1000."), TestCase("vflip=2", "vflip is '2', must be a number from 0 to 1.")]
    public void Parse_ImpossibleStrength_IsRefused(string words, string named) =>
        Assert.That(() => AugmentSettings.Parse(words), Throws.InstanceOf<UsageException>().With.Message.Contains(named));

    [Test]
    public void Train_Mixed_Works()
    {
        using var folder = new TemporaryFolder();
        TinyMnist.WriteTo(folder.Path);
        string[] options = ["train", "--data", folder.Path, "--batch-size", "100", "--epochs", "1", "--no-telemetry", "--label-smoothing", "0.1"];
        CliRun plain = CliRun.Of(options), mixed = CliRun.Of([.. options, "--augment", "mixup,cutmix,trivial"]);
        Assert.That(mixed.ExitCode, Is.EqualTo(ExitCode.Done), mixed.Error);
        Assert.That(mixed.After("weights"), Is.Not.EqualTo(plain.After("weights")));
    }
}
