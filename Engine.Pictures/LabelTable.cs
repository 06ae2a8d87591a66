using Scratch.Data;
using Scratch.Files;

namespace Scratch.Pictures;

/// <summary>Which pictures a CSV file lists, with one class each, or with several labels.</summary>
/// <remarks>
/// The first column is the file, seen from where the CSV lies. Behind it, as <see cref="ImageFiles"/> has it: a class; or labels with <c>|</c> or
/// <c>;</c> between them; or a column for each label with 0 and 1; and a column that says for which part.
/// </remarks>
internal sealed class LabelTable : IPictureList
{
    private static readonly string[] _partHeadings = ["part", "split", "set", "subset"];
    private static readonly string[] _classHeadings = ["class", "label", "category"], _labelHeadings = ["labels", "classes", "tags"];
    private static readonly char[] _betweenLabels = ['|', ';'];

    private readonly string _path, _file;
    private readonly IReadOnlyList<CsvRow> _rows;
    private readonly IReadOnlyList<string>? _heading;
    private readonly List<string> _notes = [];
    private readonly int _part = -1;
    private readonly int[] _columns;                                         // where labels stand; empty: all behind the first
    private readonly bool _isGrid;                                           // a column for each label

    /// <summary>Reads a file, but no picture.</summary>
    /// <exception cref="InvalidDataException">It is no such list; the line is named.</exception>
    public LabelTable(string path)
    {
        (_path, _file) = (Path.GetFullPath(path), Path.GetFileName(path));
        (_rows, char separator) = CsvRows.Read(path);
        if (_rows.Count == 0) throw new InvalidDataException($"{_file}: expected lines such as 'cats/1.png,cat', found none.");
        if (PictureOf(_rows[0].Fields[0]) is null && !FolderLayout.IsImage($"x{_rows[0].Fields[0]}"))
        {
            (_heading, _rows) = (_rows[0].Fields, [.. _rows.Skip(1)]);
            if (_rows.Count == 0) throw new InvalidDataException($"{_file}: expected lines below the heading, found none.");
            CheckWidths();
            (_part, _columns, _isGrid) = Columns();
        }
        else _columns = [];
        HasManyLabels = _isGrid || SaysManyLabels(separator);
        List<string[]> labels = [.. _rows.Select(LabelsOf)];
        ClassNames = _isGrid ? [.. _columns.Select(column => NameForm.Composed(_heading![column]))]
            : [.. labels.SelectMany(names => names).Distinct().Order(StringComparer.Ordinal)];
        if (ClassNames.Count == 0) throw new InvalidDataException($"{_file}: expected a label somewhere, found none.");
        if ((long)ClassNames.Count * _rows.Count > Array.MaxLength)
            throw new InvalidDataException($"{_file}: {_rows.Count} pictures times {ClassNames.Count} labels are more than {Array.MaxLength}.");
        (Train, Valid, Test) = Parts(labels);
    }

    /// <inheritdoc/>
    public string Name => $"'{_path}'";

    /// <inheritdoc/>
    public bool HasParts => _part >= 0;

    /// <inheritdoc/>
    public bool HasManyLabels { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ImageFile>? Train { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ImageFile>? Valid { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ImageFile>? Test { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Notes => _notes;

    /// <inheritdoc/>
    public IReadOnlyList<string> Skipped => [];

    private void CheckWidths()
    {
        foreach (CsvRow row in _rows)
        {
            if (row.Fields.Count != _heading!.Count)
                throw Wrong(row, $"expected {_heading.Count} fields as in the heading, found {row.Fields.Count}");
        }
    }

    private (int Part, int[] Columns, bool IsGrid) Columns()
    {
        int Find(string[] words) => Enumerable.Range(1, _heading!.Count - 1).FirstOrDefault(i => words.Contains(_heading[i].ToLowerInvariant()), -1);
        int part = Find(_partHeadings), labels = Find([.. _classHeadings, .. _labelHeadings]);
        int[] others = [.. Enumerable.Range(1, _heading!.Count - 1).Where(column => column != part)];
        if (others.Length == 1) return (part, others, false);
        if (labels >= 0)
        {
            _notes.Add($"{_file}: taken is column '{_heading[labels]}', not "
                + $"{NameList.Of([.. others.Where(o => o != labels).Select(o => _heading[o])])}");
            return (part, [labels], false);
        }
        if (others.Length == 0) throw new InvalidDataException($"{_file}: expected a column with the class behind the file, found none.");
        foreach (CsvRow row in _rows)
            if (others.FirstOrDefault(column => row.Fields[column] is not ("0" or "1")) is > 0 and int column)
                throw Wrong(row, $"expected 0 or 1 below '{PrintableText.Of(_heading[column])}', "
                    + $"found '{PrintableText.Of(row.Fields[column])}'. A single "
                    + "column of labels is called 'labels'");
        if (others.Select(column => NameForm.Composed(_heading[column])).Distinct().Count() < others.Length
            || others.Any(o => _heading[o].Length == 0))
            throw new InvalidDataException($"{_file}: expected a name of its own above each column, found "
                + $"{PrintableText.Of(NameList.Of(_heading, most: 20))}.");
        return (part, others, true);
    }

    private bool SaysManyLabels(char separator)
    {
        if (_heading is null && _rows.Any(row => row.Fields.Count > 2)) return true;
        if (_columns is [var only] && _labelHeadings.Contains(_heading![only].ToLowerInvariant())) return true;
        int column = _columns is [var first] ? first : 1;
        return _rows.Any(row => row.Fields.Count > column && row.Fields[column]
            .Any(letter => letter != separator && _betweenLabels.Contains(letter)));
    }

    private string[] LabelsOf(CsvRow row)
    {
        if (_isGrid) return [.. _columns.Where(column => row.Fields[column] == "1").Select(column => NameForm.Composed(_heading![column]))];
        IEnumerable<string> cells = _columns is [var only] ? [row.Fields[only]] : row.Fields.Skip(1);
        if (HasManyLabels)
            cells = cells.SelectMany(cell => cell.Split(_betweenLabels, StringSplitOptions.TrimEntries));
        string[] labels = [.. cells.Where(cell => cell.Length > 0).Select(NameForm.Composed).Distinct()];
        return HasManyLabels || labels.Length == 1 ? labels : throw Wrong(row, "expected a class behind the file, found none");
    }

    private (List<ImageFile>? Train, List<ImageFile>? Valid, List<ImageFile>? Test) Parts(List<string[]> labels)
    {
        Dictionary<string, int> numbers = ClassNames.Index().ToDictionary(entry => entry.Item, entry => entry.Index), lines = [];
        var parts = new List<ImageFile>?[PartWords.All.Length];
        for (int i = 0; i < _rows.Count; i++)
        {
            CsvRow row = _rows[i];
            string path = PictureOf(row.Fields[0]) ?? throw Wrong(row, $"expected a picture file, "
                + $"found '{PrintableText.Of(row.Fields[0])}', which is not in "
                + $"'{Path.GetDirectoryName(_path)}'");
            if (!lines.TryAdd(path, row.Line))
                throw Wrong(row, $"expected each file once, found '{PrintableText.Of(row.Fields[0])}' again, as in line {lines[path]}");
            int[] own = [.. labels[i].Select(name => numbers[name])];
            var file = new ImageFile(path, HasManyLabels ? -1 : own[0], row.Fields[0].Replace('\\', '/')) { Labels = own };
            (parts[PartOf(row)] ??= []).Add(file);
        }
        return (parts[0], parts[1], parts[2]);
    }

    private int PartOf(CsvRow row)
    {
        if (_part < 0 || row.Fields[_part].Length == 0) return 0;
        string word = row.Fields[_part].ToLowerInvariant();
        int part = Array.FindIndex(PartWords.All, words => words.Contains(word));
        return part >= 0 ? part : throw Wrong(row, $"expected train, valid or test below '{PrintableText.Of(_heading![_part])}', "
            + $"found '{PrintableText.Of(row.Fields[_part])}'");
    }

    // A name without its ending is completed, as lists of some competitions have them.
    private string? PictureOf(string name)
    {
        if (name.Length == 0 || name.Contains('\0')) return null;
        string folder = Path.GetDirectoryName(_path)!, path = Path.GetFullPath(Path.Combine(folder, name.Replace('\\', '/')));
        if (!path.StartsWith(folder.TrimEnd('/', '\\') + Path.DirectorySeparatorChar, StringComparison.Ordinal)) return null;     // another's files
        if (File.Exists(path)) return path;
        return FolderLayout.Endings.Select(ending => path + ending).FirstOrDefault(File.Exists);
    }

    private InvalidDataException Wrong(CsvRow row, string what) => new($"{_file}, line {row.Line}: {what}.");
}
