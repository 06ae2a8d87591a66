namespace Scratch.Playground;

/// <summary>The runtime wants a beginning; the page calls <see cref="Exports"/>.</summary>
internal static class Program
{
    private static void Main()
    {
    }
}
