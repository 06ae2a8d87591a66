using Microsoft.AspNetCore.Http;

namespace Scratch.Cli.Serve;

/// <summary>Lets few requests compute at once, a bounded number of others wait, and sends away the rest.</summary>
/// <param name="workers">How many compute.</param>
/// <param name="waiting">How many others may be in the house: read, or wait.</param>
internal sealed class WorkGate(int workers, int waiting) : IDisposable
{
    private readonly SemaphoreSlim _workers = new(workers);
    private int _inside;

    /// <summary>Lets a request in, which leaves by <see cref="Leave"/>.</summary>
    /// <exception cref="ProblemException">There are too many.</exception>
    public void Enter()
    {
        if (Interlocked.Increment(ref _inside) <= workers + waiting) return;
        Leave();
        throw new ProblemException(StatusCodes.Status503ServiceUnavailable,
            $"{workers + waiting} requests are being answered, and no more are let in. Ask again in a second.");
    }

    /// <summary>The opposite of <see cref="Enter"/>.</summary>
    public void Leave() => Interlocked.Decrement(ref _inside);

    /// <summary>Does some work, when it is its turn.</summary>
    /// <param name="work">What to do.</param>
    /// <param name="aborted">Ends the waiting.</param>
    public async Task<TResult> Work<TResult>(Func<Task<TResult>> work, CancellationToken aborted)
    {
        await _workers.WaitAsync(aborted);
        try
        {
            return await work();
        }
        finally
        {
            _workers.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _workers.Dispose();
}
