using NUnit.Framework;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tests.Support;

namespace Scratch.Tests.Models;

public sealed class ModelDefinitionTests
{
    private const string Small = """
        {
          // what follows from the value before is left out
          "layers": [
            { "Conv2d": { "outChannels": 6, "kernelSize": [3, 2], "stride": 2, "padding": 1, "bias": false } },
            "BatchNorm2d",
            { "LeakyRelu": { "negativeSlope": 0.1 } },
            { "Residual": { "body": [ { "Conv2d": { "outChannels": 6, "kernelSize": 3, "padding": 1 } }, "Relu" ] } },
            { "Residual": {
              "body": [ { "Conv2d": { "outChannels": 8, "kernelSize": 1, "groups": 2 } } ],
              "shortcut": [ { "Conv2d": { "outChannels": 8, "kernelSize": 1 } } ] } },
            { "Concat": [ [ { "Sequential": [ "Relu" ] } ], [ { "Conv2d": { "outChannels": 2, "kernelSize": 1 } }, "Silu" ] ] },
            { "AdaptiveAvgPool2d": { "outputSize": 1 } },
            "Flatten",
            { "Linear": { "outFeatures": "classes" } },
          ]
        }
        """;

    [Test]
    public void Build_SequentialResidualAndBranches_IsTheModelOfTheseModules()
    {
        var defined = ModelDefinition.Parse(Small).Build<double>(new(3, 9, 7), classes: 5);
        var code = new Sequential<double>(
            new Conv2d<double>(3, 6, (3, 2), stride: 2, padding: 1, bias: false), new BatchNorm2d<double>(6), new LeakyRelu<double>(0.1),
            new Residual<double>(new Sequential<double>(new Conv2d<double>(6, 6, 3, padding: 1), new Relu<double>())),
            new Residual<double>(new Sequential<double>(new Conv2d<double>(6, 8, 1, groups: 2)), new Sequential<double>(new Conv2d<double>(6, 8, 1))),
            new Concat<double>(new Sequential<double>(new Sequential<double>(new Relu<double>())),
                new Sequential<double>(new Conv2d<double>(8, 2, 1), new Silu<double>())),
            new AdaptiveAvgPool2d<double>(1), new Flatten<double>(), new Linear<double>(10, 5));
        foreach (Model<double> model in (Model<double>[])[defined, code]) model.Initialize(Initialization.KaimingNormal, 3);
        Assert.That(defined.State().Select(entry => (entry.Name, entry.Value.Shape)),
            Is.EqualTo(code.State().Select(entry => (entry.Name, entry.Value.Shape))));
        var images = RandomTensors.Tensor<double>(new(4, 3, 9, 7), 5);
        Assert.That(defined.Infer(images).Span.ToArray(), Is.EqualTo(code.Infer(images).Span.ToArray()));
    }

    [Test]
    public void Text_OfAFile_IsANameOfTheCatalogue()
    {
        string text = ModelDefinition.Parse(Small).Text;
        Assert.That(text, Does.Not.Contain("\n").And.Not.Contain("//"));
        Assert.That(ModelCatalog.Build<float>(text, new(3, 9, 7), 5, dropout: 0.2).OutputShape(new(3, 9, 7)).Sizes.ToArray(), Is.EqualTo([5]));
        Assert.That(ModelCatalog.Describe(text), Is.EqualTo("a model of its own, defined in JSON"));
    }

    // Of every layer with all arguments left out that may be: it knows its own name.
    [Test]
    public void Make_EveryName_IsThatLayer()
    {
        foreach (string name in DefinedLayers.Names.Skip(3))
        {
            string arguments = name switch
            {
                "Conv2d" or "ConvTranspose2d" => """{ "outChannels": 4, "kernelSize": 1 }""",
                "Linear" => """{ "outFeatures": 4 }""",
                "GroupNorm" => """{ "numGroups": 2 }""",
                "MaxPool2d" or "AvgPool2d" => """{ "kernelSize": 2 }""",
                "AdaptiveAvgPool2d" or "AdaptiveMaxPool2d" => """{ "outputSize": 2 }""",
                "ChannelShuffle" => """{ "groups": 2 }""",
                "PixelShuffle" => """{ "upscaleFactor": 2 }""",
                _ => "{}",
            };
            string before = name == "Linear" ? "\"Flatten\", " : "";
            var definition = ModelDefinition.Parse($$"""{ "layers": [ {{before}}{ "{{name}}": {{arguments}} } ] }""");
            Model<float> model = definition.Build<float>(new(4, 6, 6), 3);
            Assert.That(model.Layers[^1].TypeName, Is.EqualTo(name));
        }
    }

    [TestCase("""[ "Relu" ]""", "model: expected { \"layers\": [ ... ] } with at least one module and nothing beside.")]
    [TestCase("""{ "layers": [ "Relu" ], "name": "x" }""", "model: expected { \"layers\": [ ... ] }")]
    [TestCase("{ \"layers\": [\n \"Relu\" \"Relu\" ] }", "model: line 2, byte 9: this is not JSON.")]
    [TestCase("""{ "layers": [ "Relu", "Rely" ] }""",
        "model: layers[1].Rely: there is no such module. Modules: Sequential, Residual, Concat, Conv2d,")]
    [TestCase("""{ "layers": [ 3 ] }""", "model: layers[0] must be a module's name, or { \"name\": { its arguments } }.")]
    [TestCase("""{ "layers": [ { "Conv2d": { "outChannels": 4 } } ] }""", "model: layers[0].Conv2d has no 'kernelSize', and needs one.")]
    [TestCase("""{ "layers": [ { "Linear": { "outFeatures": 4, "inFeatures": 3 } } ] }""",
        "model: layers[0].Linear has no argument 'inFeatures'. It takes outFeatures, bias.")]
    [TestCase("""{ "layers": [ { "Relu": 3 } ] }""", "model: layers[0].Relu is 3, must be { arguments }. It takes none.")]
    [TestCase("""{ "layers": [ { "Dropout": { "p": "much" } } ] }""", "model: layers[0].Dropout.p is \"much\", must be a number.")]
    [TestCase("""{ "layers": [ { "MaxPool2d": { "kernelSize": [2] } } ] }""",
        "model: layers[0].MaxPool2d.kernelSize is [2], must be a whole number, or two as [height, width].")]
    [TestCase("""{ "layers": [ { "Conv2d": { "outChannels": "all", "kernelSize": 1 } } ] }""",
        "model: layers[0].Conv2d.outChannels is \"all\", must be a whole number, or \"classes\".")]
    [TestCase("""{ "layers": [ { "Conv2d": { "outChannels": 2, "kernelSize": 1, "bias": 0 } } ] }""",
        "model: layers[0].Conv2d.bias is 0, must be true or false.")]
    [TestCase("""{ "layers": [ { "Residual": [ "Relu" ] } ] }""", "model: layers[0].Residual must be { \"body\": [ ... ] }")]
    [TestCase("""{ "layers": [ { "Residual": { "body": [ "Tahn" ] } } ] }""", "model: layers[0].Residual.body[0].Tahn: there is no such module.")]
    [TestCase("""{ "layers": [ { "Concat": [ [ "Relu" ] ] } ] }""",
        "model: layers[0].Concat must be a list of at least two branches, each a list of modules.")]
    [TestCase("""{ "layers": [ { "Conv2d": { "outChannels": 2, "kernelSize": 9 } } ] }""", "model: layers[0].Conv2d: Conv2d")]
    public void Build_Wrong_NamesThePlaceAndWhatIsAllowed(string json, string message) =>
        Assert.That(() => ModelDefinition.Parse(json).Build<float>(new(4, 6, 6), 3),
            Throws.TypeOf<InvalidDataException>().With.Message.StartsWith(message));
}
