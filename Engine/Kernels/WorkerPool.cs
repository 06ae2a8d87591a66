using System.Runtime.ExceptionServices;

namespace Scratch.Kernels;

/// <summary>The only place that starts parallel work, but for reading ahead: threads that live as long as the process, spin a little for the next
/// job, then sleep.</summary>
/// <remarks>
/// A job is cut into pieces by shape, never by the number of threads, and every piece writes to places of its own: so the result has the same
/// bits for any number of threads. A worker takes its own share first, which its cache knows from the last time, then what others have not begun.
/// A job is over when all pieces are done and nobody is at one: who wakes up too late finds it closed, and nobody has waited for it. One job runs
/// at a time; who comes while one runs does the work alone, on its own thread. A piece that throws ends the job with its exception.
/// </remarks>
internal sealed class WorkerPool
{
    private const int CacheLine = 16;                                        // in ints, so that counters do not share one
    private readonly Lock _oneJob = new();
    private readonly List<Door> _doors = [];                                 // of the workers from 1 on: worker 0 is the caller and has no thread
    private readonly Door _done = new();
    private int[] _next = [];
    private Action<int, int>? _job;                                          // none between jobs: the pool outlives whatever a job belongs to
    private ExceptionDispatchInfo? _failure;
    private int _pieces, _threads;
    private volatile bool _isOpen;                                           // whether workers may come in, and read what the job is
    private int _inside, _waits;                                             // workers that came in; 1 if the caller waits until there are none

    /// <summary>The pool of this process.</summary>
    public static WorkerPool Shared { get; } = new();

    /// <summary>Calls job(piece, worker) once for every piece, on up to <paramref name="threads"/> threads; worker is below that number.</summary>
    public void Run(int threads, int pieces, Action<int, int> job)
    {
        threads = Math.Min(threads, pieces);
        if (threads > 1 && !_oneJob.IsHeldByCurrentThread && _oneJob.TryEnter())
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
        while (_doors.Count < threads - 1) _doors.Add(StartWorker(_doors.Count + 1));
        if (_next.Length < threads * CacheLine) _next = new int[threads * CacheLine];
        (_job, _pieces, _threads, _failure) = (job, pieces, threads, null);
        for (int i = 0; i < threads; i++) _next[i * CacheLine] = Share(i);
        _isOpen = true;
        for (int i = 0; i < threads - 1; i++) _doors[i].Open();
        Work(0);
        _isOpen = false;
        do
        {
            Interlocked.Exchange(ref _waits, 1);                             // then the look at who is inside: who leaves after it sees the note
            if (Volatile.Read(ref _inside) != 0 || Interlocked.Exchange(ref _waits, 0) == 0) _done.Wait(threads <= Environment.ProcessorCount);
        }
        while (Volatile.Read(ref _inside) != 0);                             // one may have come in while the one before it was leaving
        _failure?.Throw();
    }

    private Door StartWorker(int number)
    {
        var door = new Door();
        new Thread(() => Live(door, number)) { IsBackground = true, Name = $"Scratch worker {number}" }.Start();
        return door;
    }

    private void Live(Door door, int number)
    {
        while (true)
        {
            door.Wait(number < Environment.ProcessorCount);
            Interlocked.Increment(ref _inside);                              // before the look at whether it is open: from then on it stays as it is
            if (_isOpen && number < _threads) Work(number);                  // it may be a later job, of fewer threads
            if (Interlocked.Decrement(ref _inside) == 0 && Interlocked.Exchange(ref _waits, 0) == 1) _done.Open();
        }
    }

    private int Share(int worker) => Parts.Begin(_pieces, worker, _threads);

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

    /// <summary>Where one thread waits for others to let it go on: it spins for a moment, then sleeps.</summary>
    /// <remarks>
    /// Who spins answers within a microsecond, who sleeps after some tens of them; but on a busy machine who is waited for may stand in line behind
    /// the one that spins. So that one looks now and then whether others want to run, and soon lies down.
    /// </remarks>
#pragma warning disable CA1001                                               // a door lives as long as its thread, and that as long as the process
    private sealed class Door
#pragma warning restore CA1001
    {
        private const int Spins = 4000, SpinsPerYield = 256;                 // some 0.15 ms, and 10 µs
        private readonly SemaphoreSlim _bed = new(0);
        private int _openings, _seen, _asleep;

        /// <summary>Lets it go on once.</summary>
        public void Open()
        {
            Interlocked.Increment(ref _openings);
            if (Interlocked.Exchange(ref _asleep, 0) == 1) _bed.Release();
        }

        /// <summary>Until it was opened once more than it was waited for.</summary>
        /// <param name="spins">Whether there may be a processor to spare.</param>
        public void Wait(bool spins)
        {
            for (int spin = 0; Volatile.Read(ref _openings) == _seen; spin++)
            {
                if (spins && spin < Spins)
                {
                    if (spin % SpinsPerYield == SpinsPerYield - 1) Thread.Yield();
                    else Thread.SpinWait(1);
                    continue;
                }
                Interlocked.Exchange(ref _asleep, 1);
                // An opening between the look above and this note would be missed: look again, and lie down unless the note is already taken back.
                if (Volatile.Read(ref _openings) == _seen || Interlocked.Exchange(ref _asleep, 0) == 0) _bed.Wait();
                spin = 0;
            }
            _seen++;
        }
    }
}
