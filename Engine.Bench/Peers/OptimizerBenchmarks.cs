using BenchmarkDotNet.Attributes;
using Scratch.Measuring;
using Scratch.Tensors;
using static TorchSharp.torch;

namespace Scratch.Bench.Peers;

/// <summary>The steps of optimisers of <c>scratch bench</c>, under the same names, and those of TorchSharp, which calls libtorch for each parameter
/// and each operation of the rule.</summary>
public class OptimizerBenchmarks
{
    private Action _scratch = null!, _libtorch = null!;

    public static IEnumerable<string> Cases => OptimizerWork.Rules.Select(OptimizerWork.CaseName);

    public static IEnumerable<int> AllThreads => ThreadCounts.All;

    [ParamsSource(nameof(Cases))]
    public string Case { get; set; } = "";

    [ParamsSource(nameof(AllThreads))]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        string rule = OptimizerWork.Rules.Single(one => OptimizerWork.CaseName(one) == Case);
        var work = new OptimizerWork(rule, Threads);
        TorchSharp.Modules.Parameter[] twins = [.. work.Parameters.Parameters.Select(Twin)];
        set_num_threads(Threads);
        optim.Optimizer optimizer = rule == "adam" ? optim.Adam(twins, OptimizerWork.Rate) : optim.SGD(twins, OptimizerWork.Rate, momentum: 0.9);
        _libtorch = () =>
        {
            using var scope = NewDisposeScope();
            optimizer.step();
        };
        _scratch = work.Step().Run;
        _scratch();
        _libtorch();
        foreach (var (ours, theirs) in work.Parameters.Parameters.Zip(twins))
            Agreement.Require($"Libtorch's {ours.Name}", ours.Value, Torch.ToScratch(theirs, ours.Shape));
    }

    [Benchmark(Baseline = true)]
    public void Scratch() => _scratch();

    [Benchmark]
    public void Libtorch() => _libtorch();

    private static TorchSharp.Modules.Parameter Twin(Parameter<float> parameter) =>
        new(Torch.Of(parameter.Value)) { grad = Torch.Of(parameter.Gradient) };
}
