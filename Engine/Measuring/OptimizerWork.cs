using Scratch.Models;
using Scratch.Optimizers;
using Scratch.Tensors;

namespace Scratch.Measuring;

/// <summary>A step of an optimiser of the 11 million parameters of resnet18 for ten classes, with random gradients that stay as they are.</summary>
internal sealed class OptimizerWork
{
    /// <summary>The learning rate.</summary>
    public const double Rate = 0.001;

    private readonly string _rule;
    private readonly int _threads;

    /// <summary>Makes the parameters and their gradients, always the same.</summary>
    /// <param name="rule">One of <see cref="Rules"/>.</param>
    /// <param name="threads">How many may share a step.</param>
    public OptimizerWork(string rule, int threads)
    {
        (_rule, _threads) = (rule, threads);
        Parameters = ModelCatalog.Build<float>("resnet18", new(3, 32, 32), 10).ParameterVector;
        var random = new RandomGenerator(1);
        foreach (Parameter<float> parameter in Parameters.Parameters)        // what fills between two stays zero
            foreach (ref float value in parameter.Gradient.Span) value = (float)random.NextUniform(-1, 1);
    }

    /// <summary>What is measured.</summary>
    public static IReadOnlyList<string> Rules { get; } = ["sgd-momentum", "adam"];

    /// <summary>What a case is called.</summary>
    public static string CaseName(string rule) => $"optimizer/{rule}/11m";

    /// <summary>What is stepped.</summary>
    public ParameterVector<float> Parameters { get; }

    /// <summary>A step, which reads and writes values and what the optimiser remembers, and reads gradients.</summary>
    public Workload Step()
    {
        Optimizer<float> optimizer = _rule == "adam" ? new Adam<float>(Parameters, Rate) { Threads = _threads }
            : new Sgd<float>(Parameters, Rate, momentum: 0.9) { Threads = _threads };
        int kept = 1 + optimizer.States.Count;                               // numbers of each parameter: its value and what is remembered
        return new(0, $"{Parameters.ParameterCount / 1e6:F1} M parameters", optimizer.Step)
        {
            Bytes = sizeof(float) * Parameters.ParameterCount * (2 * kept + 1),
        };
    }
}
