using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Scratch.Cli.Serve;

/// <summary>What <c>/metrics</c> says, in the text format of Prometheus.</summary>
internal sealed class ServeMetrics
{
    /// <summary>The format's media type.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly double[] _bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];  // seconds

    private readonly ConcurrentDictionary<(string Route, int Status), Counter> _requests = new();
    private readonly long[] _within = new long[_bounds.Length + 1];          // not added up; the last has no bound
    private long _ticks, _images, _inFlight;

    /// <summary>Requests whose answer is not made yet.</summary>
    public long InFlight => Interlocked.Read(ref _inFlight);

    /// <summary>Requests that were answered, whatever with.</summary>
    public long Requests => _requests.Values.Sum(count => Interlocked.Read(ref count.Value));

    /// <summary>Images that were predicted.</summary>
    public long Images => Interlocked.Read(ref _images);

    /// <summary>A request has come.</summary>
    public void Begin() => Interlocked.Increment(ref _inFlight);

    /// <summary>Its answer is made, and is about to be sent.</summary>
    /// <param name="route">Its path if it is a known one.</param>
    /// <param name="status">The code of HTTP.</param>
    public void End(string route, int status)
    {
        Interlocked.Decrement(ref _inFlight);
        Interlocked.Increment(ref _requests.GetOrAdd((route, status), static _ => new()).Value);
    }

    /// <summary>Images were predicted for a request.</summary>
    /// <param name="images">How many.</param>
    /// <param name="time">From its coming to its answer.</param>
    public void Predicted(int images, TimeSpan time)
    {
        Interlocked.Add(ref _images, images);
        Interlocked.Add(ref _ticks, time.Ticks);
        int bound = 0;
        while (bound < _bounds.Length && time.TotalSeconds > _bounds[bound]) bound++;
        Interlocked.Increment(ref _within[bound]);
    }

    /// <summary>All of it.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        void Say(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        void Head(string name, string type, string help) => Say($"# HELP {name} {help}\n# TYPE {name} {type}");
        Head("scratch_requests_total", "counter", "Requests answered, by path and status; 499 is a client that left.");
        foreach (var (key, count) in _requests.OrderBy(entry => entry.Key))
            Say($"scratch_requests_total{{path=\"{key.Route}\",status=\"{key.Status}\"}} {Interlocked.Read(ref count.Value)}");
        Head("scratch_requests_in_flight", "gauge", "Requests whose answer is not made yet, this one among them.");
        Say($"scratch_requests_in_flight {InFlight}");
        Head("scratch_images_total", "counter", "Images predicted.");
        Say($"scratch_images_total {Images}");
        Head("scratch_predict_seconds", "histogram", "Time from a request's coming to its answer, of those that were predicted.");
        long soFar = 0;
        for (int b = 0; b < _within.Length; b++)
        {
            soFar += Interlocked.Read(ref _within[b]);
            string bound = b < _bounds.Length ? _bounds[b].ToString(CultureInfo.InvariantCulture) : "+Inf";
            Say($"scratch_predict_seconds_bucket{{le=\"{bound}\"}} {soFar}");
        }
        Say($"scratch_predict_seconds_sum {TimeSpan.FromTicks(Interlocked.Read(ref _ticks)).TotalSeconds}");
        Say($"scratch_predict_seconds_count {soFar}");
        Head("process_resident_memory_bytes", "gauge", "Memory of the process.");
        Say($"process_resident_memory_bytes {Environment.WorkingSet}");
        return text.ToString();
    }

    private sealed class Counter
    {
        public long Value;
    }
}
