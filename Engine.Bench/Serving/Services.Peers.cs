using Scratch.Bench.Peers;

namespace Scratch.Bench.Serving;

internal static partial class Services
{
    static partial void RunPeer(string path, int port, ref int code) => code = OnnxService.Run(path, port);
}
