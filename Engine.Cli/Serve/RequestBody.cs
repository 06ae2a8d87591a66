using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Scratch.Cli.Serve;

/// <summary>A body in borrowed memory, which grows by what has come, never by what was announced.</summary>
internal sealed class RequestBody : IDisposable
{
    private const int First = 16 << 10;

    private readonly ByteBudget _budget;
    private byte[] _buffer;
    private int _length, _held;

    private RequestBody(ByteBudget budget)
    {
        budget.Take(First);
        (_budget, _buffer, _held) = (budget, ArrayPool<byte>.Shared.Rent(First), First);
    }

    /// <summary>What has come.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>The same as a stream.</summary>
    public MemoryStream Open() => new(_buffer, 0, _length, writable: false);

    /// <summary>Reads to the end.</summary>
    /// <param name="request">Whose body.</param>
    /// <param name="limits">Its length and time.</param>
    /// <param name="budget">Gives the memory.</param>
    /// <exception cref="ProblemException">It is too long, comes too slowly, or there is no memory for it.</exception>
    public static async Task<RequestBody> Read(HttpRequest request, ServeLimits limits, ByteBudget budget)
    {
        if (request.ContentLength > limits.BodyBytes) throw TooLong($"{request.ContentLength} bytes", limits);
        using var time = CancellationTokenSource.CreateLinkedTokenSource(request.HttpContext.RequestAborted);
        time.CancelAfter(limits.BodyTime);
        var body = new RequestBody(budget);
        try
        {
            while (await request.Body.ReadAsync(body.Free(limits.BodyBytes), time.Token) is var count and > 0)
            {
                if (body._length == limits.BodyBytes) throw TooLong($"more than {limits.BodyBytes} bytes", limits);
                body._length += count;
            }
            return body;
        }
        catch (OperationCanceledException) when (time.IsCancellationRequested && !request.HttpContext.RequestAborted.IsCancellationRequested)
        {
            int length = body._length;
            body.Dispose();
            throw new ProblemException(StatusCodes.Status408RequestTimeout,
                $"{length} bytes of the body came in {limits.BodyTime.TotalSeconds} s, and not its end. Send it faster, or less of it.");
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_held == 0) return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _budget.GiveBack(_held);
        (_buffer, _length, _held) = ([], 0, 0);
    }

    // Where the next bytes go; where no more are taken, a place for the one that is too many.
    private Memory<byte> Free(int most)
    {
        if (_length == most) return new byte[1];
        if (_length == _held)
        {
            int size = Math.Min(2 * _held, most);
            _budget.Take(size - _held);
            _held = size;
            byte[] larger = ArrayPool<byte>.Shared.Rent(size);
            Bytes.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        return _buffer.AsMemory(_length, Math.Min(_held, most) - _length);
    }

    private static ProblemException TooLong(string found, ServeLimits limits) => new(StatusCodes.Status413PayloadTooLarge,
        $"the body has {found}, {limits.BodyBytes} are taken. Send smaller pictures, or fewer in one request.");
}
