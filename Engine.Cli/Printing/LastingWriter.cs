using System.Text;

namespace Scratch.Cli;

/// <summary>A writer that outlives its stream: on a full disk, without a terminal or a descriptor, the text is lost,
/// and the work that it tells of goes on.</summary>
/// <param name="inner">Where the text goes.</param>
internal sealed class LastingWriter(TextWriter inner) : TextWriter
{
    /// <summary>The first error; none if everything was written.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Called at the first error.</summary>
    public Action<Exception>? Failed { get; set; }

    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <inheritdoc/>
    public override IFormatProvider FormatProvider => inner.FormatProvider;

    /// <inheritdoc/>
    public override void Write(char value) => Write([value]);

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer) => Write(new string(buffer));

    /// <inheritdoc/>
    public override void Write(string? value)
    {
        try
        {
            inner.Write(value);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Remember(e);
        }
    }

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Write(value + NewLine);

    /// <inheritdoc/>
    public override void Flush()
    {
        try
        {
            inner.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Remember(e);
        }
    }

    private void Remember(Exception error)
    {
        if (Failure is not null) return;
        Failure = error;
        Failed?.Invoke(error);
    }
}
