using NUnit.Framework;
using Scratch.Data;
using Scratch.Tensors;

namespace Scratch.Tests.Data;

/// <summary>Names in Unicode's forms C and D are one name.</summary>
public sealed class NameFormTests
{
    // Form D, form C: accents, one beyond another mark, Vietnamese, Greek, Cyrillic, Japanese, Bengali, Korean with and without a last letter.
    private static readonly string[][] _names =
    [
        ["Cafe\u0301/bild.png", "Caf\u00E9/bild.png"],
        ["Stu\u0308ck", "St\u00FCck"], ["a\u0327\u0301b", "\u00E1\u0327b"], ["Vie\u0323\u0302t", "Vi\u1EC7t"],
        ["\u03B1\u0313\u0301", "\u1F04"], ["\u0438\u0306", "\u0439"], ["\u304B\u3099\u304D", "\u304C\u304D"], ["\u09C7\u09BE", "\u09CB"],
        ["\u1112\u1161\u11AB\u1100\u1173\u11AF", "\uD55C\uAE00"], ["\u1109\u1169", "\uC18C"],
    ];

    [TestCaseSource(nameof(_names))]
    public void Composed_EitherForm_IsFormC(string decomposed, string composed)
    {
        Assert.That(NameForm.Composed(decomposed), Is.EqualTo(composed));
        Assert.That(NameForm.Composed(composed), Is.EqualTo(composed));
    }

    [TestCase("")]
    [TestCase("plain.png")]
    [TestCase("\u0301begins with a mark")]
    [TestCase("q\u0301, of which there is no letter")]
    [TestCase("\U0001F408 is a cat")]
    public void Composed_NothingToCompose_IsTheNameItself(string name) => Assert.That(NameForm.Composed(name), Is.EqualTo(name));

    [Test]
    public void Composed_ControlCharacters_AreNone() =>
        Assert.That(NameForm.Composed("a\u001b[31mb\u0085\n"), Is.EqualTo("a\uFFFD[31mb\uFFFD\uFFFD"));

    [Test]
    public void SplitByName_EitherForm_IsTheSameSplit()
    {
        bool[] Second(int form) => [.. Enumerable.Range(0, 40).Select(number => Of(number, form))];
        Assert.That(Second(0), Is.EqualTo(Second(1)).And.Some.True.And.Some.False);

        static bool Of(int number, int form)
        {
            string[] names = [.. _names.Select(name => $"{number}{name[form]}")];
            Dataset images = new Dataset(new Shape(names.Length, 1, 1), new byte[names.Length], new int[names.Length], 1).WithImageNames(names);
            return images.SplitByName(0.5, seed: number).First.ImageNames.Contains(names[2]);
        }
    }

    [Test]
    public void NumberedAs_OtherForm_FindsTheClass()
    {
        Dataset images = new Dataset(new Shape(2, 1, 1), new byte[2], (int[])[0, 1], 2).WithClassNames("Cafe\u0301", "Bar");
        Assert.That(images.NumberedAs("Bar", "Caf\u00E9").Labels.ToArray(), Is.EqualTo([1, 0]));
        Assert.That(images.ClassNames, Is.EqualTo(["Caf\u00E9", "Bar"]));
        Assert.That(() => images.WithClassNames("u\u0308", "\u00FC"), Throws.ArgumentException);
    }
}
