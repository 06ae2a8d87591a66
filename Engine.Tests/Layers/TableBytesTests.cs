using System.Reflection;
using NUnit.Framework;
using Scratch.Kernels;
using Scratch.Layers;
using Scratch.Models;
using Scratch.Tensors;
using Scratch.Tests.Support;

namespace Scratch.Tests.Layers;

public sealed class TableBytesTests
{
    // Whoever holds a table says how large it is: the summary's memory adds them up.
    [TestCaseSource(typeof(LayerCases), nameof(LayerCases.Names))]
    public void TableBytes_LayerThatHoldsTables_CountsThem(string name)
    {
        LayerCase<float> which = LayerCases.Of<float>(name);
        var model = new Sequential<float>(which.Modules);
        Shape[] shapes = model.Graph.Shapes(which.Batch.Tail());
        for (int i = 0; i < model.Layers.Count; i++)
        {
            var site = new LayerSite(Layout.Lanes, [.. model.Graph.InputsOf(i).Select(value => shapes[value])], shapes[model.Graph.OutputOf(i)], 32,
                Training: true, Backward: true);
            Assert.That(model.Layers[i].TableBytes(site) > 0, Is.EqualTo(HoldsTables(model.Layers[i])), model.Layers[i].Who);
        }
    }

    private static bool HoldsTables(Layer<float> layer)
    {
        for (Type? type = layer.GetType(); type is not null; type = type.BaseType)               // a Conv1d has its tables from Conv2d
            if (type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Any(field => IsTable(field.FieldType)
                && field.GetValue(layer) is not null))
                return true;
        return false;
    }

    // What knows its bytes, once for all images or once for each size of them.
    private static bool IsTable(Type type) => type == typeof(Conv2dTables)
        || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(PerShape<>)
            && type.GetGenericArguments()[0].GetProperty("Bytes") is not null);
}
