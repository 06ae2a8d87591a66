using System.Runtime.ExceptionServices;

namespace Scratch.Kernels;

/// <summary>The only place that starts parallel work: threads that live as long as the process, spin a little for the next job, then sleep.</summary>
/// <remarks>
/// A job is cut into pieces by shape, never by the number of threads, and every piece writes to places of its own: so the result has the same
/// bits for any number of threads. A worker takes its own share first, which its cache knows from the last time, then what others have not begun.
/// One job runs at a time; who comes while one runs does the work alone, on its own thread. A piece that throws ends the job with its exception.
/// </remarks>
internal sealed class WorkerPool
{
    private const int Spins = 20_000, SpinsPerYield = 1024, CacheLine = 16;                        // a cache line in ints, so that counters do not share one
    private readonly Lock _oneJob = new();
    private readonly List<Worker> _workers = [];                             // worker 0 is the caller and has no thread
    private int[] _next = [];
    private Action<int, int>? _job;                                          // none between jobs: the pool outlives whatever a job belongs to
    private ExceptionDispatchInfo? _failure;
    private int _pieces, _threads, _pending;

    /// <summary>The pool of this process.</summary>
    public static WorkerPool Shared { get; } = new();

    /// <summary>Calls job(piece, worker) once for every piece, on up to <paramref name="threads"/> threads; worker is below that number.</summary>
    public void Run(int threads, int pieces, Action<int, int> job)
    {
        if (threads > 1 && pieces > 1 && !_oneJob.IsHeldByCurrentThread && _oneJob.TryEnter())
        {
            try
            {
                RunParallel(threads, pieces, job);
            }
            finally
            {
                _job = null;
                _oneJob.Exit();
            }
        }
        else
        {
            for (int piece = 0; piece < pieces; piece++) job(piece, 0);
        }
    }

    private void RunParallel(int threads, int pieces, Action<int, int> job)
    {
        while (_workers.Count < threads - 1) _workers.Add(new(this, _workers.Count + 1));
        if (_next.Length < threads * CacheLine) _next = new int[threads * CacheLine];
        (_job, _pieces, _threads, _failure) = (job, pieces, threads, null);
        for (int i = 0; i < threads; i++) _next[i * CacheLine] = Share(i);
        Volatile.Write(ref _pending, threads - 1);
        for (int i = 0; i < threads - 1; i++) _workers[i].Wake();
        Work(0);
        var spinner = new SpinWait();
        for (int spin = 0; Volatile.Read(ref _pending) != 0; spin++)
            if (spin < Spins && threads <= Environment.ProcessorCount) Spin(spin);
            else spinner.SpinOnce(sleep1Threshold: -1);
        _failure?.Throw();
    }

    /// <summary>Waits for a moment, and now and then lets others go first: on a busy machine who is waited for may stand in line behind this thread.</summary>
    private static void Spin(int spin)
    {
        if (spin % SpinsPerYield == SpinsPerYield - 1) Thread.Yield();
        else Thread.SpinWait(1);
    }

    private int Share(int worker) => (int)((long)_pieces * worker / _threads);

    private void Work(int worker)
    {
        try
        {
            for (int i = 0; i < _threads; i++)
            {
                int owner = (worker + i) % _threads, end = Share(owner + 1);
                for (int piece; (piece = Interlocked.Increment(ref _next[owner * CacheLine]) - 1) < end;) _job!(piece, worker);
            }
        }
        catch (Exception e)                                                  // any: it goes to the caller of Run, on its own thread
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
        }
    }

    /// <summary>A thread of the pool. It counts the jobs it has seen; a higher number of wakes means that there is another.</summary>
#pragma warning disable CA1001                                               // the door lives as long as its thread, and that as long as the process
    private sealed class Worker
#pragma warning restore CA1001
    {
        private readonly SemaphoreSlim _door = new(0);
        private readonly WorkerPool _pool;
        private readonly int _number;
        private int _wakes, _asleep;

        public Worker(WorkerPool pool, int number)
        {
            (_pool, _number) = (pool, number);
            new Thread(Live) { IsBackground = true, Name = $"Scratch worker {number}" }.Start();
        }

        public void Wake()
        {
            Interlocked.Increment(ref _wakes);
            if (Interlocked.Exchange(ref _asleep, 0) == 1) _door.Release();
        }

        private void Live()
        {
            for (int seen = 0; ; seen++)
            {
                int spins = _number < Environment.ProcessorCount ? Spins : 0;
                for (int spin = 0; Volatile.Read(ref _wakes) == seen; spin++)
                {
                    if (spin < spins)
                    {
                        Spin(spin);
                        continue;
                    }
                    Interlocked.Exchange(ref _asleep, 1);
                    // A wake between the look above and this note would be missed: look again, and wait unless the note is already taken back.
                    if (Volatile.Read(ref _wakes) == seen || Interlocked.Exchange(ref _asleep, 0) == 0) _door.Wait();
                    spin = 0;
                }
                _pool.Work(_number);
                Interlocked.Decrement(ref _pool._pending);
            }
        }
    }
}
