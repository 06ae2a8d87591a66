using System.Runtime.CompilerServices;
using NUnit.Framework;
using Scratch.Cli;

namespace Scratch.Tests.Cli;

/// <summary>What epochs leave behind does not add up.</summary>
public sealed class EpochGarbageTests
{
    [Test]
    public void AfterEpoch_AMegabyteOfGarbage_IsTakenAway()
    {
        var garbage = new EpochGarbage<float>();
        WeakReference first = Left();
        for (int epoch = 0; epoch < 4; epoch++)
        {
            Leave(kilobytes: 300);
            garbage.AfterEpoch(null!);
        }
        Assert.That(first.IsAlive, Is.False);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Left() => new(new byte[64]);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Leave(int kilobytes)
    {
        for (int i = 0; i < kilobytes; i++) GC.KeepAlive(new byte[1024]);
    }
}
