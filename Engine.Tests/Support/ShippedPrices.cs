using System.Runtime.CompilerServices;
using Scratch.Layers;

namespace Scratch.Tests.Support;

/// <summary>Tests choose layouts by the prices that come with the engine, whatever this machine was calibrated to; so do the processes that they
/// start.</summary>
internal static class ShippedPrices
{
    [ModuleInitializer]
    internal static void Use() => Environment.SetEnvironmentVariable(ChorePrices.Variable, "");
}
