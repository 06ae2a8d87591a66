using System.Runtime.ExceptionServices;

namespace Scratch.Pictures;

/// <summary>Work on all cores whose errors do not depend on which thread is faster.</summary>
internal static class InOrder
{
    /// <summary>Does something for each number from 0 on; of several errors, that of the lowest number is thrown.</summary>
    public static void ForEach(int count, Action<int> work)
    {
        var failures = new Exception?[count];
        Parallel.For(0, count, (i, loop) =>
        {
            try
            {
                work(i);
            }
            catch (Exception e)                                              // any: it is thrown again below
            {
                failures[i] = e;
                loop.Break();                                                // lower numbers are still worked on
            }
        });
        if (failures.FirstOrDefault(failure => failure is not null) is { } first) ExceptionDispatchInfo.Throw(first);
    }
}
