using Scratch.Book.Drawing;

namespace Scratch.Book;

/// <summary>What stands in a chapter's text in place of a name in double braces, and its pictures.</summary>
/// <param name="images">The digits.</param>
internal sealed class ChapterContent(BookImages images)
{
    private readonly Dictionary<string, string> _values = [];
    private readonly Dictionary<string, Figure> _figures = [];

    /// <summary>The numbers, as text.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>The pictures.</summary>
    public IReadOnlyDictionary<string, Figure> Figures => _figures;

    /// <summary>The digits that the book shows and trains with.</summary>
    public BookImages Images => images;

    /// <summary>A number.</summary>
    public void Set(string name, long value) => _values.Add(name, Numbers.Grouped(value));

    /// <summary>A number in words, or anything else.</summary>
    public void Set(string name, string value) => _values.Add(name, value);

    /// <summary>A picture.</summary>
    public void Set(string name, Figure figure) => _figures.Add(name, figure);
}
