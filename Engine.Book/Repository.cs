namespace Scratch.Book;

/// <summary>Where the repository is that the book is about.</summary>
internal static class Repository
{
    private const string Solution = "Scratch.sln";

    /// <summary>The folder with the solution, at or above a folder.</summary>
    /// <exception cref="DirectoryNotFoundException">There is none.</exception>
    public static string Find(string from)
    {
        for (DirectoryInfo? folder = new(from); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, Solution))) return folder.FullName;
        throw new DirectoryNotFoundException($"{Solution}: not found in '{from}' or a folder above it. Start this inside the repository.");
    }
}
