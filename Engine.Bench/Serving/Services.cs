namespace Scratch.Bench.Serving;

/// <summary>Services that are asked by <see cref="LoadClients"/>, of other engines.</summary>
internal static partial class Services
{
    /// <summary>Serves a model by ONNX Runtime, until Ctrl-C.</summary>
    /// <param name="path">The lesson's network, as <c>scratch train --out</c> writes it.</param>
    /// <param name="port">Where to listen.</param>
    /// <returns>0 at the end, 1 where this program was built without other engines.</returns>
    public static int Run(string path, int port)
    {
        int code = 1;
        RunPeer(path, port, ref code);
        if (code != 0) Console.Error.WriteLine("Build with -p:Peers=true: ONNX Runtime is not in this program.");
        return code;
    }

    static partial void RunPeer(string path, int port, ref int code);
}
