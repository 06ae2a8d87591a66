using System.Buffers.Binary;
using System.IO.Compression;

namespace Scratch.Data;

/// <summary>Tells whether a gzip file of several members is whole: one member after the other, to the last byte (RFC 1952, section 2.2).</summary>
/// <remarks>
/// The platform unpacks such files and checks their checksums, but says neither where a member ends nor whether the last one is cut. It stops reading
/// as soon as a member is over, so a source that hands out single bytes near that place shows it: each member is unpacked twice, for files that need
/// it only.
/// </remarks>
internal static class GzipMembers
{
    private const int HeaderLength = 10, TrailerLength = 8, ExtraFlag = 4, NameFlag = 8, CommentFlag = 16, HeaderChecksumFlag = 2;

    /// <summary>Whether whole members from the stream's position to its end unpack to so many bytes together.</summary>
    public static bool Hold(Stream stream, long unpacked)
    {
        long total = 0;
        Span<byte> trailer = stackalloc byte[TrailerLength];
        do
        {
            if (!SkipHeader(stream)) return false;
            long start = stream.Position, length = UnpackToEnd(stream, exactFrom: long.MaxValue);
            long end = stream.Position;                                      // the member's, or up to a piece later
            stream.Position = start;
            UnpackToEnd(stream, exactFrom: end - SourceOfPieces.Piece);
            if (stream.ReadAtLeast(trailer, TrailerLength, throwOnEndOfStream: false) < TrailerLength) return false;
            if (BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]) != (uint)length) return false;
            total += length;
        }
        while (stream.Position < stream.Length);
        return total == unpacked;
    }

    private static bool SkipHeader(Stream stream)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        if (stream.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) < HeaderLength || header is not [0x1f, 0x8b, 8, ..]) return false;
        int flags = header[3];
        if ((flags & ExtraFlag) != 0)
        {
            int low = stream.ReadByte(), high = stream.ReadByte();
            if (high < 0) return false;
            stream.Position += low + (high << 8);
        }
        if ((flags & NameFlag) != 0) SkipText(stream);
        if ((flags & CommentFlag) != 0) SkipText(stream);
        if ((flags & HeaderChecksumFlag) != 0) stream.Position += 2;
        return stream.Position < stream.Length;
    }

    private static void SkipText(Stream stream)
    {
        while (stream.ReadByte() > 0) { }
    }

    // How many bytes a member unpacks to. The stream then stands at most a piece behind its end, or at its end if that is beyond exactFrom.
    private static long UnpackToEnd(Stream stream, long exactFrom)
    {
        using var unpacked = new DeflateStream(new SourceOfPieces(stream, exactFrom), CompressionMode.Decompress);
        byte[] buffer = new byte[1 << 16];
        long length = 0;
        while (unpacked.Read(buffer) is int count and > 0) length += count;
        return length;
    }

    /// <summary>Reads a stream in small pieces, and byte by byte from some position on.</summary>
    private sealed class SourceOfPieces(Stream stream, long exactFrom) : Stream
    {
        public const int Piece = 4096;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer) =>
            stream.Read(buffer[..(int)Math.Min(buffer.Length, Math.Clamp(exactFrom - stream.Position, 1, Piece))]);

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
