namespace Scratch.Cli.Serve;

/// <summary>How much one client may ask of the server, and all of them together.</summary>
internal sealed record ServeLimits
{
    /// <summary>Bytes of the body of one request.</summary>
    public int BodyBytes { get; init; } = 16 << 20;

    /// <summary>Images of one request.</summary>
    public int Images { get; init; } = 256;

    /// <summary>Pixels of a picture, as it is stored: they are decoded before it comes to the model's size.</summary>
    public long Pixels { get; init; } = 1 << 24;

    /// <summary>Pixels of the pictures of a form together, at which no further one is decoded: each may have many in few bytes.</summary>
    public long FormPixels { get; init; } = 1 << 26;

    /// <summary>Requests that are computed at once, each by one thread.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Requests that are read, or wait to be computed; one more is sent away.</summary>
    public int Waiting { get; init; } = 512;

    /// <summary>Bytes of all bodies that are in memory at once.</summary>
    public long HeldBytes { get; init; } = 256 << 20;

    /// <summary>Connections, with or without a request.</summary>
    public int Connections { get; init; } = 1024;

    /// <summary>How long a client may take for the lines before the body.</summary>
    public TimeSpan HeadTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long it may take for the body.</summary>
    public TimeSpan BodyTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection without a request stays.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long requests may go on after the server was asked to stop.</summary>
    public TimeSpan StopTime { get; init; } = TimeSpan.FromSeconds(5);
}
