namespace Scratch.Tests.Support;

/// <summary>The folder of this repository, found by walking up from the tests' own to the one with Scratch.sln.</summary>
public static class RepositoryFolder
{
    public static string Path { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Scratch.sln"))) return folder.FullName;
        }
        throw new DirectoryNotFoundException(
            $"Scratch.sln: not found in '{AppContext.BaseDirectory}' or a folder above it. Run the tests inside the repository.");
    }
}
