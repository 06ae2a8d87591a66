using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Scratch.Cli.Serve;

/// <summary>Answers requests: finds what they ask for, and makes a problem of what cannot be done.</summary>
/// <param name="model">What is served.</param>
/// <param name="guard">Who may ask.</param>
/// <param name="limits">How much at once.</param>
/// <param name="failed">Is told of every error that is the server's own.</param>
internal sealed class RequestHandler(ServedModel model, RequestGuard guard, ServeLimits limits, Action<string> failed) : IDisposable
{
    private const string Json = "application/json", Binary = "application/octet-stream", ProblemJson = "application/problem+json", Other = "other";
    private const int MostViewers = 16;                                      // that wait for an explanation
    private const int ClientLeft = 499;                                      // nobody reads it; nginx counts such requests so

    private static readonly string[] _reading = [HttpMethods.Get, HttpMethods.Head];

    private static readonly (string Name, string Value)[] _headers =
    [
        ("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Cache-Control", "no-store"),
    ];

    private readonly WorkGate _gate = new(limits.Workers, limits.Waiting), _viewers = new(workers: 1, MostViewers);
    private readonly ByteBudget _budget = new(limits.HeldBytes);

    /// <summary>What was counted.</summary>
    public ServeMetrics Metrics { get; } = new();

    /// <summary>Answers one request.</summary>
    public async Task Answer(HttpContext context)
    {
        long start = Stopwatch.GetTimestamp();
        Metrics.Begin();
        Reply reply;
        try
        {
            guard.Check(context.Request);
            reply = await Asked(context, start);
        }
        catch (Exception e)                                                  // any: there is always an answer
        {
            reply = Of(e, context);
        }
        Metrics.End(Route(context.Request.Path), reply.Status);              // before it is sent: who has it finds it counted
        if (reply.Status != ClientLeft) await Send(context, reply);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _gate.Dispose();
        _viewers.Dispose();
    }

    private async Task<Reply> Asked(HttpContext context, long start)
    {
        string path = context.Request.Path;
        if (path == "/predict")
        {
            Allow(context, HttpMethods.Post);
            int top = ServedModel.Top(context.Request.Query);
            Answers answers = await Work(context, _gate, images => model.Predict(images, top, context.RequestAborted));
            Metrics.Predicted(answers.Predictions.Count, Stopwatch.GetElapsedTime(start));
            return new(StatusCodes.Status200OK, Json, ServeJson.Bytes(answers));
        }
        if (path == "/explain")
        {
            Allow(context, HttpMethods.Post);
            return new(StatusCodes.Status200OK, Json, await Work(context, _viewers, images => model.View.Explain(Only(images, path))));
        }
        if (path == "/pixels")
        {
            Allow(context, HttpMethods.Post);
            return new(StatusCodes.Status200OK, Binary, await Work(context, _gate, images => Only(images, path)));
        }
        Func<Reply> read = path switch
        {
            "/health" => () => new(StatusCodes.Status200OK, Json, ServeJson.Bytes(new Health("ok"))),
            "/model" => () => new(StatusCodes.Status200OK, Json, ServeJson.Bytes(model.Card)),
            "/layers" => () => new(StatusCodes.Status200OK, Json, model.View.Layers),
            "/metrics" => () => new(StatusCodes.Status200OK, ServeMetrics.ContentType, Encoding.UTF8.GetBytes(Metrics.Text())),
            _ when ServedPage.Parts.TryGetValue(path, out var part) => () => new(StatusCodes.Status200OK, part.Type, part.Bytes),
            _ => throw new ProblemException(StatusCodes.Status404NotFound, $"there is no '{path}'. There are {string.Join(", ", Routes)}."),
        };
        Allow(context, _reading);
        return read();
    }

    // Reads the body of a request that was let in, and does something with its images when it is its turn.
    private async Task<T> Work<T>(HttpContext context, WorkGate gate, Func<IEnumerable<byte[]>, T> work)
    {
        var type = BodyType.Of(context.Request);
        gate.Enter();
        try
        {
            using RequestBody body = await RequestBody.Read(context.Request, limits, _budget);
            return await gate.Work(async () => work(await model.Images(body, type)), context.RequestAborted);
        }
        finally
        {
            gate.Leave();
        }
    }

    private static byte[] Only(IEnumerable<byte[]> images, string path)
    {
        byte[][] some = [.. images.Take(2)];
        return some is [byte[] only] ? only
            : throw new ProblemException(StatusCodes.Status422UnprocessableEntity, $"the body has several images, {path} takes one.");
    }

    private static IEnumerable<string> Routes => ["/", "/predict", "/explain", "/pixels", "/model", "/layers", "/health", "/metrics"];

    // Paths that nobody knows are counted together, or anyone could fill the memory with them.
    private static string Route(string? path) => Routes.Contains(path) || ServedPage.Parts.ContainsKey(path!) ? path! : Other;

    private static void Allow(HttpContext context, params string[] methods)
    {
        string method = context.Request.Method;
        if (methods.Contains(method)) return;
        string allowed = string.Join(", ", methods);
        context.Response.Headers.Allow = allowed;
        throw new ProblemException(StatusCodes.Status405MethodNotAllowed,
            $"{method} is not what '{context.Request.Path}' answers to, but {allowed}.");
    }

    private Reply Of(Exception e, HttpContext context)
    {
        if (context.RequestAborted.IsCancellationRequested || e is ConnectionAbortedException or ConnectionResetException)
            return new(ClientLeft, "", []);
        ProblemException problem = e switch
        {
            ProblemException known => known,
            BadHttpRequestException bad => new(bad.StatusCode, bad.Message),
            OutOfMemoryException => new(StatusCodes.Status503ServiceUnavailable, "there is no memory for this request. Ask again in a second."),
            _ => new(StatusCodes.Status500InternalServerError, "the server made a mistake; what it was is written where it runs."),
        };
        if (problem.Status == StatusCodes.Status500InternalServerError) failed($"{context.Request.Method} {Route(context.Request.Path)}: {e}");
        if (problem.ClosesConnection) context.Response.Headers.Connection = "close";
        if (problem.Status == StatusCodes.Status503ServiceUnavailable) context.Response.Headers.RetryAfter = "1";
        return new(problem.Status, ProblemJson, ServeJson.Bytes(problem.Report));
    }

    private static async Task Send(HttpContext context, Reply reply)
    {
        HttpResponse response = context.Response;
        foreach (var (name, value) in _headers) response.Headers[name] = value;
        (response.StatusCode, response.ContentType, response.ContentLength) = (reply.Status, reply.Type, reply.Bytes.Length);
        if (!HttpMethods.IsHead(context.Request.Method)) await response.Body.WriteAsync(reply.Bytes, context.RequestAborted);
    }

    private readonly record struct Reply(int Status, string Type, byte[] Bytes);
}
