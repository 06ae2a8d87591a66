using System.Runtime.ExceptionServices;

namespace Scratch.Data;

/// <summary>Reads the images of a source before they are asked for, in the order in which they will be, beside whatever else goes on.</summary>
/// <remarks>
/// Images lie in a ring of slots: memory is bounded, and who reads waits for a free one. Threads are borrowed of the platform's pool for as long as
/// there is something to read and room for it, so that a reader nobody asks any more costs nothing. An image that cannot be read is an error when it
/// is its turn, whichever thread met it.
/// </remarks>
internal sealed class ReadAhead : IThreadPoolWorkItem
{
    private const int MostBytes = 128 << 20;

    private readonly object _turn = new();                                   // who holds it is told when something was read or a thread has gone
    private readonly Dataset _dataset;
    private readonly int _size, _threads;
    private readonly byte[] _slots;                                          // [slots, C, H, W]
    private readonly bool[] _isRead;
    private readonly ExceptionDispatchInfo?[] _failures;
    private int[] _order = [];
    private int _begun, _taken, _working;

    /// <summary>A reader that has nothing to read yet.</summary>
    /// <param name="dataset">Whose images.</param>
    /// <param name="images">How many it may be ahead, if so many are not too large.</param>
    /// <param name="threads">How many threads read at once.</param>
    public ReadAhead(Dataset dataset, int images, int threads)
    {
        (_dataset, _size, _threads) = (dataset, dataset.ImageShape.Length, threads);
        int slots = Math.Clamp(MostBytes / Math.Max(_size, 1), 1, images);
        (_slots, _isRead, _failures) = (new byte[slots * _size], new bool[slots], new ExceptionDispatchInfo?[slots]);
    }

    /// <summary>Forgets what was to be read, and reads these from now on.</summary>
    /// <param name="order">Places in the dataset, copied.</param>
    public void Begin(ReadOnlySpan<int> order)
    {
        lock (_turn)
        {
            _begun = _order.Length;                                          // nobody begins another one
            while (_working > 0) Monitor.Wait(_turn);
            Array.Clear(_isRead);
            Array.Clear(_failures);
            (_order, _begun, _taken) = (order.ToArray(), 0, 0);
            Hire();
        }
    }

    /// <summary>Gives the next images, or reads others that were not to come.</summary>
    /// <param name="indices">Places in the dataset.</param>
    /// <param name="images">[indices, C, H, W], overwritten.</param>
    /// <exception cref="InvalidDataException">An image cannot be read.</exception>
    public void Take(ReadOnlySpan<int> indices, Span<byte> images)
    {
        bool isNext = _taken + indices.Length <= _order.Length && _order.AsSpan(_taken, indices.Length).SequenceEqual(indices);
        for (int n = 0; n < indices.Length; n++)
        {
            Span<byte> image = images.Slice(n * _size, _size);
            if (isNext) TakeNext(image);
            else _dataset.CopyImage(indices[n], image);
        }
    }

    /// <inheritdoc/>
    public void Execute()
    {
        while (TryBegin(out int next))
        {
            int slot = next % _isRead.Length;
            ExceptionDispatchInfo? failure = null;
            try
            {
                _dataset.CopyImage(_order[next], _slots.AsSpan(slot * _size, _size));
            }
            catch (Exception e)                                              // any: it is thrown when the image is taken
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
            lock (_turn)
            {
                (_isRead[slot], _failures[slot]) = (true, failure);
                Monitor.PulseAll(_turn);
            }
        }
    }

    // False is the thread's good-bye.
    private bool TryBegin(out int next)
    {
        lock (_turn)
        {
            next = _begun;
            if (_begun < _order.Length && _begun - _taken < _isRead.Length)
            {
                _begun++;
                return true;
            }
            _working--;
            Monitor.PulseAll(_turn);
            return false;
        }
    }

    private void TakeNext(Span<byte> image)
    {
        int slot = _taken % _isRead.Length;
        ExceptionDispatchInfo? failure;
        lock (_turn)
        {
            while (!_isRead[slot]) Monitor.Wait(_turn);
            failure = _failures[slot];
        }
        if (failure is null) _slots.AsSpan(slot * _size, _size).CopyTo(image);
        lock (_turn)
        {
            _isRead[slot] = false;
            _taken++;
            Hire();
        }
        failure?.Throw();
    }

    private void Hire()
    {
        int some = Math.Min(_threads, Math.Min(_order.Length - _begun, _isRead.Length - (_begun - _taken)));
        for (; _working < some; _working++) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
