namespace Scratch.Kernels.Simd;

/// <summary>A condition as a type: the compiler makes a body for either.</summary>
internal interface IAnswer
{
    static abstract bool Is { get; }
}

/// <summary>It holds.</summary>
internal readonly struct Yes : IAnswer
{
    public static bool Is => true;
}

/// <summary>It does not.</summary>
internal readonly struct No : IAnswer
{
    public static bool Is => false;
}
