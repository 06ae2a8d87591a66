using System.ComponentModel;
using System.Diagnostics;

namespace Scratch.Cli.Reports;

/// <summary>Shows a page to who asked for it, in the browser of this machine.</summary>
internal static class PageOpener
{
    /// <summary>The option of commands that write a page.</summary>
    public const string Option = "--open";

    /// <summary>Opens a page; where there is no browser, it says where the page lies.</summary>
    /// <param name="file">That was written.</param>
    /// <param name="terminal">Where to say so.</param>
    public static void Open(string file, Terminal terminal)
    {
        string path = Path.GetFullPath(file);
        try
        {
            Process.Start(new ProcessStartInfo(path) { UseShellExecute = true })?.Dispose();
        }
        catch (Exception e) when (e is Win32Exception or PlatformNotSupportedException or InvalidOperationException)
        {
            terminal.Notice($"{Option}: no browser was found; the page is {path}");
        }
    }
}
