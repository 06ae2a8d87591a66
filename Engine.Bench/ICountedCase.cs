namespace Scratch.Bench;

/// <summary>A case whose arithmetic can be counted, as a parameter of a benchmark.</summary>
public interface ICountedCase
{
    /// <summary>Multiplications and additions of one call, those with padding counted.</summary>
    long OperationCount { get; }
}
