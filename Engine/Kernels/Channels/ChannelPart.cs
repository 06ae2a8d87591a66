namespace Scratch.Kernels;

/// <summary>Groups of a convolution that <see cref="Conv2dChannels"/> computes alike, and how their packed weights lie.</summary>
/// <remarks>Depthwise, channels that fill vectors are one group of many channels that do not mix; the rest are groups of one.</remarks>
/// <param name="IsDepthwise">Whether channels do not mix.</param>
/// <param name="FirstGroup">The first of them.</param>
/// <param name="Groups">How many.</param>
/// <param name="Elements">Of a kernel.</param>
/// <param name="Depth">Channels of a group that are summed over.</param>
/// <param name="Block">Channels of a group that are written.</param>
/// <param name="PaddedBlock">The same in whole vectors.</param>
internal readonly record struct ChannelPart(bool IsDepthwise, int FirstGroup, int Groups, int Elements, int Depth, int Block, int PaddedBlock)
{
    /// <summary>Channels whose packed weights lie side by side: a pair of vectors, depthwise one.</summary>
    public int Width(int vector) => IsDepthwise ? vector : 2 * vector;

    /// <summary>Packed numbers of one group.</summary>
    public int GroupLength => checked(Elements * Depth * PaddedBlock);

    /// <summary>Packed numbers of all of them.</summary>
    public int Length => checked(Groups * GroupLength);

    /// <summary>The parts of a convolution: one or two.</summary>
    /// <param name="g">The convolution.</param>
    /// <param name="transposed">False: written are outputs. True: inputs.</param>
    /// <param name="vector">Numbers of a vector.</param>
    public static Parts Of(Conv2dGeometry g, bool transposed, int vector)
    {
        int apart = ChannelTables.DepthwiseOf(g) ? g.Groups / vector * vector : 0;
        var (depth, block) = transposed ? (g.GroupOutputs, g.GroupInputs) : (g.GroupInputs, g.GroupOutputs);
        return new(new(true, 0, apart > 0 ? 1 : 0, g.KernelLength, 1, apart, apart),
            new(false, apart, g.Groups - apart, g.KernelLength, depth, block, (block + vector - 1) / vector * vector));
    }

    /// <summary>Two parts to walk through; those without groups are left out.</summary>
    public readonly struct Parts(ChannelPart first, ChannelPart second)
    {
        private readonly ChannelPart _first = first, _second = second;

        /// <summary>For foreach.</summary>
        public Enumerator GetEnumerator() => new(this);

        /// <summary>Where a walk is.</summary>
        public struct Enumerator(Parts parts)
        {
            private int _at = -1;

            /// <summary>The part at hand.</summary>
            public readonly ChannelPart Current => _at == 0 ? parts._first : parts._second;

            /// <summary>To the next.</summary>
            public bool MoveNext()
            {
                do _at++;
                while (_at < 2 && Current.Groups == 0);
                return _at < 2;
            }
        }
    }
}
