namespace Scratch.Tests.Cli.Serve;

/// <summary>Zeros that nobody holds.</summary>
/// <param name="length">How many there are.</param>
internal sealed class EndlessZeros(long length) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    /// <summary>A request that brings so many as a picture.</summary>
    public static HttpRequestMessage Request(long length, bool isAnnounced)
    {
        var content = new StreamContent(new EndlessZeros(length));
        content.Headers.Add("Content-Type", RunningServer.Png);
        if (isAnnounced) content.Headers.ContentLength = length;
        var request = new HttpRequestMessage(HttpMethod.Post, "/predict") { Content = content };
        request.Headers.TransferEncodingChunked = !isAnnounced;
        return request;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        int some = (int)Math.Min(count, length - _position);
        buffer.AsSpan(offset, some).Clear();
        _position += some;
        return some;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
