using NUnit.Framework;
using Scratch.Data;
using Scratch.Files;
using Scratch.Pictures;
using Scratch.Tensors;
using Scratch.Tests.Cli;

namespace Scratch.Tests.Pictures;

/// <summary>What a model's file says of it comes back as it was written, and nothing impossible is believed.</summary>
public sealed class ModelNotesTests
{
    private static readonly ModelNotes _all = new()
    {
        Model = "lesson",
        Dropout = 0.25,
        Image = new Shape(3, 48, 64),
        Resize = ResizeMethod.Pad,
        Normalization = new Normalization(0.1234567890123, 0.3),
        Classes = ["größe", "two", "3"],
        HasManyLabels = true,
        Thresholds = [0.25, 0.5, 1 / 3.0],
        Temperature = 1.75,
        Others = new Dictionary<string, string> { ["epochs"] = "3" },
    };

    [Test]
    public void Read_WhatWasWritten_IsTheSame()
    {
        ModelNotes read = Read([.. _all.ToMetadata()]);
        Assert.That(read.ToMetadata(), Is.EqualTo(_all.ToMetadata()));
        Assert.That((read.Model, read.Dropout, read.Image, read.Resize, read.Normalization, read.HasManyLabels, read.Temperature),
            Is.EqualTo((_all.Model, _all.Dropout, _all.Image, _all.Resize, _all.Normalization, true, 1.75)));
        Assert.That(read.Classes, Is.EqualTo(_all.Classes));
        Assert.That(read.Thresholds, Is.EqualTo(_all.Thresholds));
        Assert.That(read.Others, Is.EqualTo(_all.Others));
    }

    [Test]
    public void Read_NothingSaid_IsNone()
    {
        ModelNotes read = Read([]);
        Assert.That((read.Model, read.Image, read.Normalization, read.Classes, read.HasManyLabels, read.Temperature, read.Resize),
            Is.EqualTo(((string?)null, (Shape?)null, (Normalization?)null, (IReadOnlyList<string>?)null, false, 1.0, ResizeMethod.Crop)));
        Assert.That(read.Thresholds, Is.EqualTo([0.5]));
        Assert.Throws<InvalidDataException>(() => read.Build<float>());
    }

    [TestCase("scratch", "2"), TestCase("scratch", "0"), TestCase("scratch", "new")]
    [TestCase("image", "3x48"), TestCase("image", "3x48x0"), TestCase("image", "3x48x-1"), TestCase("image", "60000x60000x60000"), TestCase("image", "")]
    [TestCase("resize", "stretch"), TestCase("resize", "1"), TestCase("resize", "Crop")]
    [TestCase("mean", "NaN"), TestCase("mean", "1,,2"), TestCase("std", "1,2"), TestCase("std", "0"), TestCase("std", "wide"), TestCase("std",
        "Infinity")]
    [TestCase("dropout", "1"), TestCase("dropout", "-0.1")]
    [TestCase("task", "segmentation")]
    [TestCase("classes", "[]"), TestCase("classes", "[\"a\",\"a\"]"), TestCase("classes", "a,b"), TestCase("classes", "[\"a\",null]"), TestCase("classes", "null")]
    [TestCase("thresholds", "[0.5,0.5]"), TestCase("thresholds", "[1.5]"), TestCase("thresholds", "0.5"), TestCase("thresholds", "[]")]
    [TestCase("temperature", "0"), TestCase("temperature", "-1"), TestCase("temperature", "hot")]
    public void Read_Impossible_NamesFileKeyAndValue(string key, string value)
    {
        (string Key, string Value)[] entries = [.. _all.ToMetadata().Where(entry => entry.Key != key), (key, value)];
        Assert.That(Assert.Throws<InvalidDataException>(() => Read(entries))!.Message,
            Does.StartWith($"m.safetensors: its metadata says {key} = '{value}', must be "));
    }

    private static ModelNotes Read((string Key, string Value)[] entries)
    {
        using var folder = new TemporaryFolder();
        var writer = new SafetensorsWriter();
        foreach (var (key, value) in entries) writer.AddMetadata(key, value);
        writer.Add("weight", new Tensor<float>(new Shape(2)));
        writer.Write(folder["m.safetensors"]);
        return ModelNotes.Read(folder["m.safetensors"]);
    }
}
