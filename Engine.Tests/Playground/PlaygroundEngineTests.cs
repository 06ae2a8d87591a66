using System.Text.Json;
using Microsoft.Playwright;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Models;
using Scratch.Pictures;
using Scratch.Telemetry;
using Scratch.Tensors;
using Scratch.Tests.Cli;
using Scratch.Tests.Support;

namespace Scratch.Tests.Playground;

/// <summary>The engine in the browser against the engine here: the same weights, the same pixels, the same numbers. And it learns there.</summary>
[NonParallelizable]
public sealed class PlaygroundEngineTests : InBrowser
{
    private const double Tolerance = 1e-4;                                   // of the largest number: other vectors, other orders of sums

    private static readonly Shape _image = new(1, 28, 28);

    private readonly TemporaryFolder _folder = new();
    private IPage? _page;
    private byte[] _pixels = [];

    private IPage Page => _page!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _page = await PlaygroundPage.Open(Browser, Browser.Desktop, isDark: true);
        _pixels = [.. (await Numbers("[...(await playground.engine.sample(2)).pixels]")).Select(pixel => (byte)pixel)];
        Assert.That(_pixels, Has.Length.EqualTo(_image.Length).And.Some.GreaterThan(200));
    }

    [OneTimeTearDown]
    public void Stop() => _folder.Dispose();

    [Test]
    public async Task Predict_SamePixels_IsWhatTheEngineSays()
    {
        double[] there = await Numbers("(await playground.engine.predict(new Uint8Array(PIXELS))).probabilities");
        Assert.That(there.Sum(), Is.EqualTo(1).Within(1e-9));
        Classifier here = Classifier.Load(await Saved("shipped"));
        double[] expected = new double[here.ClassNames.Count];
        here.Predict(_pixels, expected);
        Assert.That(there, Is.EqualTo(expected).Within(Tolerance));
    }

    [Test]
    public async Task Explain_SamePixels_HasTheEnginesMapsAndGradient()
    {
        Model<float> model = ModelNotes.Read(await Saved("shipped")).Build<float>();
        ModelFile.Load(model, _folder["shipped"]);
        float[] inputs = ModelNotes.Read(_folder["shipped"]).Normalization!.Value.Table<float>();
        var input = new Tensor<float>(_image.Prepend(1), Array.ConvertAll(_pixels, pixel => inputs[pixel]));
        var maps = new Tensor<float>[model.Layers.Count];
        Tensor<float> output;
        using (new Hooks<float>(model, hook => maps[hook.Index] = hook.Output!.Clone())) output = model.Forward(input, training: false);
        int winner = output.Span.IndexOf(output.Span.ToArray().Max());
        var one = new Tensor<float>(output.Shape);
        one.Span[winner] = 1;
        Tensor<float> gradient = model.Backward(one);
        gradient.Scale((float)(1 / ModelNotes.Read(_folder["shipped"]).Normalization!.Value.StandardDeviation));

        await Page.EvaluateAsync($"async () => window.seen = await playground.engine.explain(new Uint8Array({Text(_pixels)}))");
        Assert.That((await Numbers("[seen.winner]"))[0], Is.EqualTo(winner));
        for (int i = 0; i < maps.Length; i++)
            TensorAssert.CloseToLargest(Floats(await Numbers($"[...seen.maps[{i}]]")), maps[i].Span, maps[i].Shape, Tolerance, $"layer {i}");
        TensorAssert.CloseToLargest(Floats(await Numbers("[...seen.gradient]")), gradient.Span, gradient.Shape, Tolerance, "gradient");
    }

    [Test]
    public async Task Describe_EveryLayer_IsTheEnginesSummary()
    {
        ModelSummary summary = ModelSummary.Of(ModelCatalog.Build<float>("lesson", _image, 10), _image, 1);
        JsonElement layers = JsonDocument.Parse(await Page.EvaluateAsync<string>("JSON.stringify(playground.model.layers)")).RootElement;
        Assert.That(layers.GetArrayLength(), Is.EqualTo(summary.Layers.Count));
        for (int i = 0; i < summary.Layers.Count; i++)
        {
            LayerSummary expected = summary.Layers[i];
            LayerSummary seeing = expected.Type == "Relu" ? summary.Layers[i - 1] : expected;                // sees what the layer before it sees
            Assert.That(layers[i].GetProperty("type").GetString(), Is.EqualTo(expected.Type));
            Assert.That(Ints(layers[i], "shape"), Is.EqualTo(expected.OutputShape.Sizes.ToArray()));
            Assert.That(layers[i].GetProperty("weights").GetInt64(), Is.EqualTo(expected.Weights));
            Assert.That(layers[i].GetProperty("formula").GetString(), Is.EqualTo(expected.SizeFormula));
            Assert.That(Ints(layers[i], "field"), Is.EqualTo(Pair(seeing.ReceptiveField)), expected.Path);
            Assert.That(Ints(layers[i], "start"), Is.EqualTo(Pair(seeing.ReceptiveStart)), expected.Path);
            Assert.That(Ints(layers[i], "jump"), Is.EqualTo(Pair(seeing.Jump)), expected.Path);
        }
    }

    [Test]
    public async Task Train_SomeSteps_LowersTheLossAndChangesKernelsWhileThePageGoesOn()
    {
        const int Steps = 60;
        await Page.SelectOptionAsync("#batch", "32");
        await Page.EvaluateAsync("window.frames = 0; (function count() { frames++; requestAnimationFrame(count); })()");
        await Page.ClickAsync("#train");
        await Page.WaitForFunctionAsync("() => +document.getElementById('steps').textContent >= 1");
        double[] first = await Numbers("await playground.engine.kernels('own')");
        double before = (await Numbers("[+document.getElementById('loss').textContent]"))[0], framesBefore = (await Numbers("[frames]"))[0];
        await Page.WaitForFunctionAsync($"() => +document.getElementById('steps').textContent >= {Steps}");
        double frames = (await Numbers("[frames]"))[0] - framesBefore;
        await Page.ClickAsync("#train");
        await Assertions.Expect(Page.Locator("#train")).ToHaveTextAsync("Go on");
        double[] last = await Numbers("await playground.engine.kernels('own')");
        double after = (await Numbers("[+document.getElementById('loss').textContent]"))[0];
        double accuracy = (await Numbers("[(await playground.engine.evaluate()).accuracy]"))[0];
        Assert.That(before, Is.GreaterThan(1.8), "guessing gives 2.3");
        Assert.That(after, Is.LessThan(1.6));
        Assert.That(accuracy, Is.GreaterThan(0.4));
        Assert.That(last.Zip(first).Max(pair => Math.Abs(pair.First - pair.Second)), Is.GreaterThan(0.01));
        Assert.That(frames, Is.GreaterThan(2 * Steps), "frames that the page drew meanwhile: it waits for no step");
        Assert.That(await Page.Locator("#histograms").TextContentAsync(), Does.Match(@"2 Relu, 8×14×14: \d+ % near zero"));
        Assert.That(await Page.Locator("input[value=own]").IsCheckedAsync(), Is.True, "the network that learns answers");

        await Browser.HasNoBarriers(Page);

        string file = _folder["learned.safetensors"];
        IDownload download = await Page.RunAndWaitForDownloadAsync(() => Page.ClickAsync("#save"));
        await download.SaveAsAsync(file);
        double[] there = await Numbers("(await playground.engine.predict(new Uint8Array(PIXELS), 'own')).probabilities"), expected = new double[10];
        Classifier.Load(file).Predict(_pixels, expected);
        Assert.That(there, Is.EqualTo(expected).Within(Tolerance), "what was saved is what learned");
    }

    private static float[] Floats(double[] numbers) => Array.ConvertAll(numbers, number => (float)number);

    private static string Text(byte[] pixels) => $"[{string.Join(',', pixels)}]";

    private static int[]? Pair(Size2? size) => size is var (height, width) ? [height, width] : null;

    private static int[]? Ints(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement numbers) ? [.. numbers.EnumerateArray().Select(number => number.GetInt32())] : null;

    private Task<double[]> Numbers(string expression) =>
        Page.EvaluateAsync<double[]>($"async () => {expression.Replace("PIXELS", Text(_pixels), StringComparison.Ordinal)}");

    private async Task<string> Saved(string network)
    {
        int[] bytes = await Page.EvaluateAsync<int[]>($"async () => [...await playground.engine.save('{network}')]");
        await File.WriteAllBytesAsync(_folder[network], Array.ConvertAll(bytes, value => (byte)value));
        return _folder[network];
    }
}
