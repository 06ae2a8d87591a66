using Scratch.Tests.Support;

namespace Scratch.Tests.Hostile;

/// <summary>What a reader did with one file.</summary>
/// <param name="IsSound">It was taken for sound.</param>
/// <param name="Time">How long the thread was on a core for it.</param>
/// <param name="PerByte">Bytes that were allocated for each of the file, beyond those that are promised without regard to its length.</param>
/// <param name="Broken">The promise that was broken, the same for the same line of the code; null if none was.</param>
/// <param name="Complaint">What there is to say about it.</param>
internal sealed record Verdict(bool IsSound, TimeSpan Time, double PerByte, string? Broken, string? Complaint)
{
    /// <summary>Has a file read.</summary>
    /// <param name="reader">By whom.</param>
    /// <param name="path">Where it is put before.</param>
    /// <param name="file">Its bytes.</param>
    public static Verdict Of(HostileReader reader, string path, byte[] file)
    {
        File.WriteAllBytes(path, file);
        bool isSound = false;
        (string? broken, string? complaint) = (null, null);
        TimeSpan start = ThreadTime.Now;
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            reader.Read(path);
            isSound = true;
        }
        catch (Exception e) when (reader.Errors.Contains(e.GetType()))
        {
            if (e.Message.Any(char.IsControl)) (broken, complaint) = ($"message {Place(e)}", $"a message of several lines: {e.Message}");
        }
        catch (Exception e)
        {
            (broken, complaint) = ($"{e.GetType()} {Place(e)}", $"{e}");
        }
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before, beyond = allocated - reader.Besides;
        if (beyond > reader.PerByte * file.Length) (broken, complaint) = ("memory", $"{allocated} bytes allocated for {file.Length}");
        return new(isSound, ThreadTime.Now - start, (double)beyond / Math.Max(1, file.Length), broken, complaint);
    }

    // The line that threw it: the same one is noted once.
    private static string Place(Exception e) => e.StackTrace?.Split('\n')[0].Trim() ?? "";
}
