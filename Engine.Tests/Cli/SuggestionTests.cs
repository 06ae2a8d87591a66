using NUnit.Framework;
using Scratch.Cli;

namespace Scratch.Tests.Cli;

public sealed class SuggestionTests
{
    [TestCase("", "abc", 3)]
    [TestCase("abc", "abc", 0)]
    [TestCase("trian", "train", 1)]
    [TestCase("abcd", "acd", 1)]
    [TestCase("kitten", "sitting", 3)]
    [TestCase("ca", "abc", 3)]                                               // of optimal string alignment: a swapped pair is not changed again
    public void Distance_Words_CountsErrors(string from, string to, int expected)
    {
        Assert.That(Suggestion.Distance(from, to), Is.EqualTo(expected));
        Assert.That(Suggestion.Distance(to, from), Is.EqualTo(expected));
    }

    [TestCase("trian", "train")]
    [TestCase("evaluat", "evaluate")]
    [TestCase("summery", "summary")]
    [TestCase("gradchek", "gradcheck")]
    [TestCase("x", null)]
    [TestCase("serve", null)]
    public void For_Word_NearestOrNone(string word, string? expected) =>
        Assert.That(Suggestion.For(word, ["train", "find-lr", "evaluate", "summary", "gradcheck", "verify", "bench"]), Is.EqualTo(expected));

    [Test]
    public void For_NoWords_None() => Assert.That(Suggestion.For("train", []), Is.Null);

    [TestCase("'train'", "trian")]
    [TestCase("'train'", "trian", "--epochs", "3")]
    [TestCase("'--model'", "train", "--modell", "lesson")]
    [TestCase("'--model'", "train", "--modell=lesson")]
    [TestCase("'--batch-size'", "train", "--batchsize", "64")]
    [TestCase("'--threads'", "evaluate", "m.safetensors", "--thread", "1")]
    [TestCase("'--verbose'", "verify", "--verbos")]
    public void Run_Misspelt_SaysWhatWasMeant(string meant, params string[] arguments) =>
        WrongInputTests.Expect(CliRun.Of(arguments), ExitCode.WrongUsage, $"Did you mean {meant}?");

    [Test]
    public void Run_NothingLikeIt_SaysNothing() => Assert.That(CliRun.Of("train", "--colour").Error, Does.Not.Contain("Did you mean"));
}
