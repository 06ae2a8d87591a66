namespace Scratch.Cli;

/// <summary>What the program tells who started it.</summary>
internal static class ExitCode
{
    /// <summary>Everything was done.</summary>
    public const int Done = 0;

    /// <summary>Data, files or gradients are not as they should be.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int WrongUsage = 2;

    /// <summary>Stopped by Ctrl-C or the end of the session.</summary>
    public const int Interrupted = 130;

    /// <summary>Stopped by a request to terminate.</summary>
    public const int Terminated = 143;
}
