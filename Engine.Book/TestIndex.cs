using System.Text.RegularExpressions;

namespace Scratch.Book;

/// <summary>Where the tests of the repository stand, so that a question can point at the one that answers it.</summary>
internal sealed class TestIndex
{
    private readonly string _repository;
    private readonly Dictionary<string, string> _files;

    /// <summary>Looks at the names of all files of tests.</summary>
    public TestIndex(string repository)
    {
        _repository = repository;
        _files = Directory.EnumerateFiles(Path.Combine(repository, "Engine.Tests"), "*Tests.cs", SearchOption.AllDirectories)
            .ToDictionary(path => Path.GetFileNameWithoutExtension(path), path => Path.GetRelativePath(repository, path).Replace('\\', '/'));
    }

    /// <summary>The file of a test, from the folder of the repository.</summary>
    /// <param name="test">Class and method, with a dot between.</param>
    /// <exception cref="InvalidDataException">There is no such test.</exception>
    public string FileOf(string test)
    {
        string[] parts = test.Split('.');
        if (parts.Length != 2 || !_files.TryGetValue(parts[0], out string? file))
            throw new InvalidDataException($"{test}: there is no file {parts[0]}.cs below Engine.Tests.");
        if (!Regex.IsMatch(File.ReadAllText(Path.Combine(_repository, file)), $@"\b{Regex.Escape(parts[1])}\("))
            throw new InvalidDataException($"{test}: {file} has no method {parts[1]}.");
        return file;
    }
}
