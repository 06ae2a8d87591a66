using Microsoft.AspNetCore.Http;

namespace Scratch.Cli.Serve;

/// <summary>The memory that the bodies of all requests share.</summary>
/// <param name="bytes">How much there is.</param>
internal sealed class ByteBudget(long bytes)
{
    private long _taken;

    /// <summary>Takes some of it; whoever got them gives them back.</summary>
    /// <exception cref="ProblemException">There is not as much.</exception>
    public void Take(int count)
    {
        if (Interlocked.Add(ref _taken, count) <= bytes) return;
        GiveBack(count);
        throw new ProblemException(StatusCodes.Status503ServiceUnavailable,
            $"the requests that are being read fill the {Amount.OfBytes(bytes)} there are for them. Ask again in a second.");
    }

    /// <summary>Gives some back.</summary>
    public void GiveBack(int count) => Interlocked.Add(ref _taken, -count);
}
