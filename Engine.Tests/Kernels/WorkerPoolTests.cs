using System.Runtime.CompilerServices;
using NUnit.Framework;
using Scratch.Kernels;

namespace Scratch.Tests.Kernels;

public sealed class WorkerPoolTests
{
    [Test]
    public void Run_AnyThreadsAndPieces_DoesEveryPieceOnce([Values(1, 2, 3, 8)] int threads)
    {
        var pool = new WorkerPool();
        int[] done = new int[50];
        for (int round = 0; round < 8; round++)
            for (int pieces = 0; pieces <= 50; pieces++)
            {
                Array.Clear(done);
                pool.Run(threads, pieces, (piece, _) => Interlocked.Increment(ref done[piece]));
                Assert.That(done.Select((count, piece) => count == (piece < pieces ? 1 : 0)), Has.All.True, $"{pieces} pieces, round {round}");
            }
    }

    [Test]
    public void Run_ManyPieces_NoWorkerDoesTwoAtOnce([Values(2, 3, 8)] int threads)
    {
        var pool = new WorkerPool();
        int[] busy = new int[threads];
        int clashes = 0;
        for (int round = 0; round < 50; round++)
            pool.Run(threads, 40, (_, worker) =>
            {
                if (Interlocked.Increment(ref busy[worker]) != 1) Interlocked.Increment(ref clashes);
                Thread.SpinWait(20);
                Interlocked.Decrement(ref busy[worker]);
            });
        Assert.That(clashes, Is.Zero);
    }

    [Test]
    public void Run_WritesOfWorkers_AreSeenByTheCaller()
    {
        // Plain writes, read after Run without any fence of the caller's.
        var pool = new WorkerPool();
        int[] values = new int[64];
        for (int round = 1; round <= 300; round++)
        {
            int now = round;
            pool.Run(2, values.Length, (piece, _) => values[piece] = now);
            if (Array.Exists(values, value => value != now)) Assert.Fail($"round {round}: {string.Join(" ", values)}");
        }
    }

    [Test]
    public void Run_AfterAPause_WakesTheSleepers()
    {
        var pool = new WorkerPool();
        for (int round = 0; round < 5; round++)
        {
            int sum = 0;
            pool.Run(3, 30, (piece, _) => Interlocked.Add(ref sum, piece));
            Assert.That(sum, Is.EqualTo(435));
            Thread.Sleep(20);                                                // long enough for the workers to fall asleep
        }
    }

    [Test]
    public void Run_WorkersThatComeLate_TakePartInNoJobThatIsOver([Values(2, 3, 8)] int threads)
    {
        var pool = new WorkerPool();
        var random = new Random(threads);
        for (int round = 0; round < 3000; round++)
        {
            int pieces = random.Next(1, 12), some = random.Next(2, threads + 1), pause = random.Next(40), running = 0, wrong = 0;
            int[] done = new int[pieces];
            pool.Run(some, pieces, (piece, worker) =>
            {
                Interlocked.Increment(ref running);
                if (worker >= some) Interlocked.Increment(ref wrong);
                Thread.SpinWait(pause);
                Interlocked.Increment(ref done[piece]);
                Interlocked.Decrement(ref running);
            });
            Assert.That((running, wrong), Is.EqualTo((0, 0)), $"round {round}");
            Assert.That(done, Has.All.EqualTo(1), $"round {round}");
            if (round % 100 == 0) Thread.Sleep(2);                           // so that some have to wake up first
        }
    }

    [Test]
    public void Run_APieceThrows_ItsExceptionReachesTheCaller([Values(1, 2, 3, 8)] int threads, [Values(0, 9, 19)] int bad) =>
        Assert.That(() => new WorkerPool().Run(threads, 20, (piece, _) => ThrowAt(bad, piece)),
            Throws.TypeOf<InvalidDataException>().With.Message.EqualTo($"piece {bad}"));

    [Test]
    public void Run_AfterAnException_WorksAgain([Values(1, 2, 8)] int threads)
    {
        var pool = new WorkerPool();
        for (int round = 0; round < 20; round++)
        {
            Assert.That(() => pool.Run(threads, 20, (piece, _) => ThrowAt(round, piece)), Throws.TypeOf<InvalidDataException>());
            int sum = 0;
            pool.Run(threads, 20, (piece, _) => Interlocked.Add(ref sum, piece));
            Assert.That(sum, Is.EqualTo(190));
        }
    }

    [Test]
    public void Run_EveryPieceThrows_OneExceptionReachesTheCaller() =>
        Assert.That(() => new WorkerPool().Run(3, 20, (piece, _) => ThrowAt(piece, piece)), Throws.TypeOf<InvalidDataException>());

    [Test]
    public void Run_FromSeveralThreads_AllFinishWithTheirOwnResults()
    {
        var pool = new WorkerPool();
        long[] sums = new long[4];
        var callers = new Thread[sums.Length];
        for (int i = 0; i < callers.Length; i++)
        {
            int caller = i;
            callers[i] = new Thread(() =>
            {
                for (int round = 0; round < 200; round++) pool.Run(2, 30, (piece, _) => Interlocked.Add(ref sums[caller], piece * (caller + 1)));
            });
            callers[i].Start();
        }
        foreach (Thread caller in callers) Assert.That(caller.Join(TimeSpan.FromSeconds(20)), Is.True, "a caller hangs");
        Assert.That(sums, Is.EqualTo(Enumerable.Range(1, 4).Select(factor => 200L * 435 * factor)));
    }

    [Test]
    public void Run_InsideAPiece_DoesEveryPieceOfBoth([Values(1, 2, 3)] int threads)
    {
        var pool = new WorkerPool();
        int[,] done = new int[6, 7];
        pool.Run(threads, 6, (outer, _) => pool.Run(threads, 7, (inner, _) => Interlocked.Increment(ref done[outer, inner])));
        Assert.That(done.Cast<int>(), Has.All.EqualTo(1));
    }

    [Test]
    public void Run_OneWorker_TakesThePiecesInOrder()
    {
        var order = new List<int>();
        new WorkerPool().Run(1, 10, (piece, _) => order.Add(piece));
        Assert.That(order, Is.EqualTo(Enumerable.Range(0, 10)));
    }

    [Test]
    public void Run_WhenWarm_AllocatesNothingOnAnyThread()
    {
        // A piece for each worker, who holds it until all have theirs: so every round has all of them, however busy the machine is.
        const int Threads = 3;
        var pool = new WorkerPool();
        long[] before = new long[Threads], after = new long[Threads];
        int arrived = 0, awaited = 0;
        Action<int, int> job = (_, worker) =>
        {
            after[worker] = GC.GetAllocatedBytesForCurrentThread();
            Interlocked.Increment(ref arrived);
            while (Volatile.Read(ref arrived) < awaited) Thread.Yield();
        };
        for (int round = 0; round < 100; round++)
        {
            awaited += Threads;
            pool.Run(Threads, Threads, job);
            if (round % 25 == 0) Thread.Sleep(5);                            // asleep and woken again, too
            if (round == 50) after.CopyTo(before, 0);
        }
        Assert.That(after, Is.EqualTo(before));
    }

    [Test]
    public void Run_WhenDone_LetsGoOfTheJob()
    {
        var pool = new WorkerPool();
        WeakReference result = RunOnce(pool);
        GC.Collect();
        Assert.That(result.IsAlive, Is.False);
        GC.KeepAlive(pool);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference RunOnce(WorkerPool pool)
    {
        int[] result = new int[8];
        pool.Run(2, result.Length, (piece, _) => result[piece] = piece);
        return new WeakReference(result);
    }

    private static void ThrowAt(int bad, int piece)
    {
        if (piece == bad) throw new InvalidDataException($"piece {piece}");
    }
}
