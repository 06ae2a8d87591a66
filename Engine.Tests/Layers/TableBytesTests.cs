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
    private static readonly Type[] Tables = [typeof(Conv2dTables), typeof(PerShape<Conv2dTables>), typeof(PerShape<TapTable>), typeof(PerShape<AveragePlan<float>>)];

    // Whoever holds a table says how large it is: the summary's memory adds them up.
    [TestCaseSource(typeof(LayerCases), nameof(LayerCases.Names))]
    public void TableBytes_LayerThatHoldsTables_CountsThem(string name)
    {
        LayerCase<float> which = LayerCases.Of<float>(name);
        var model = new Sequential<float>(which.Modules);
        Shape[] shapes = model.Graph.Shapes(which.Batch.Tail());
        for (int i = 0; i < model.Layers.Count; i++)
        {
            FieldInfo[] fields = model.Layers[i].GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic);
            var site = new LayerSite(Layout.Lanes, [.. model.Graph.InputsOf(i).Select(value => shapes[value])], shapes[model.Graph.OutputOf(i)], 32, Training: true, Backward: true);
            Assert.That(model.Layers[i].TableBytes(site) > 0, Is.EqualTo(fields.Any(field => Tables.Contains(field.FieldType))), model.Layers[i].Who);
        }
    }
}
