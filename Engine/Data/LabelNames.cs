using System.Globalization;
using System.Text;
using Scratch.Files;

namespace Scratch.Data;

/// <summary>What the labels of an IDX file are called: as EMNIST's mapping says, or by their numbers.</summary>
internal static class LabelNames
{
    /// <summary>The name of a label.</summary>
    /// <param name="path">A mapping, if it is there: each line a label and the codes of one or more characters, such as <c>1 65 97</c> for A.</param>
    /// <exception cref="InvalidDataException">A line is not of that form, or two labels have one name.</exception>
    public static Func<int, string> Of(string path)
    {
        var names = new Dictionary<int, string>();
        string[] lines = File.Exists(path) ? File.ReadAllLines(path) : [];
        for (int line = 0; line < lines.Length; line++)
        {
            if (string.IsNullOrWhiteSpace(lines[line])) continue;
            string[] words = lines[line].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || !TryNumber(words[0], out int label) || !TryNumber(words[1], out int code) || !Rune.IsValid(code)
                || !names.TryAdd(label, $"{new Rune(code)}"))
            {
                throw new InvalidDataException(
                    $"{Path.GetFileName(path)}: expected a new label and the code of its character in line {line + 1}, "
                    + $"found '{PrintableText.Of(lines[line])}'.");
            }
        }
        if (names.Values.CountBy(name => name).Any(entry => entry.Value > 1))
            throw new InvalidDataException($"{Path.GetFileName(path)}: expected a character of its own for each label, found one twice.");
        return label => names.GetValueOrDefault(label) ?? label.ToString(CultureInfo.InvariantCulture);
    }

    private static bool TryNumber(string word, out int number) => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
