using System.Security.Cryptography;

namespace Scratch.Training;

/// <summary>A file that is hashed while it is read from beginning to end.</summary>
/// <param name="file">The file.</param>
/// <param name="from">The first byte that is hashed.</param>
/// <param name="hash">Takes the bytes in.</param>
internal sealed class HashedStream(Stream file, long from, IncrementalHash hash) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => file.Length;

    public override long Position { get => file.Position; set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        long before = file.Position;
        int count = file.Read(buffer);
        hash.AppendData(buffer[(int)Math.Clamp(from - before, 0, count)..count]);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
