using Scratch.Book;

// Writes docs/book anew, whole, wherever below the repository it is started.
string repository = Repository.Find(Environment.CurrentDirectory);
string folder = Path.Combine(repository, "docs", "book");
IReadOnlyDictionary<string, string> files = BookBuilder.Build(repository);
if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
foreach (var (name, content) in files)
{
    string path = Path.Combine(folder, name);
    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    File.WriteAllText(path, content);
}
Console.WriteLine($"{folder}: {files.Count} files");
