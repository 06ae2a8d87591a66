using System.Numerics;
using Scratch.Layers;

namespace Scratch.Tests.Models;

internal sealed class DenseBlock<T> : Module<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public DenseBlock(int channels, int growth, int layers)
    {
        for (int i = 0; i < layers; i++) Add($"denselayer{i + 1}", new DenseLayer<T>(channels + i * growth, growth));
    }
}
