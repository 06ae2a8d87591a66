using System.Text;
using NUnit.Framework;
using Scratch.Pictures;
using Scratch.Tests.Cli;

namespace Scratch.Tests.Pictures;

/// <summary>CSV files as people and programs write them.</summary>
public sealed class CsvRowsTests
{
    private static string Read(byte[] bytes)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["x.csv"], bytes);
        return string.Join(' ', CsvRows.Read(folder["x.csv"]).Rows.Select(row => $"{row.Line}:[{string.Join("][", row.Fields)}]"));
    }

    [TestCase("a,b\nc,d\n", "1:[a][b] 2:[c][d]")]
    [TestCase("a,b\r\nc,d", "1:[a][b] 2:[c][d]")]
    [TestCase("a,b\rc,d\r\r", "1:[a][b] 2:[c][d]")]
    [TestCase("\uFEFFa,b", "1:[a][b]")]
    [TestCase("a;b,c\nd;e,f", "1:[a][b,c] 2:[d][e,f]")]
    [TestCase("a\tb\n", "1:[a][b]")]
    [TestCase("a , b\n\n\n c,", "1:[a][b] 4:[c][]")]
    [TestCase("\"a,1\",\"say \"\"b\"\"\"\nc,\"\"", "1:[a,1][say \"b\"] 2:[c][]")]
    [TestCase("\"a\nb\",c\nd,e", "1:[a\nb][c] 3:[d][e]")]
    [TestCase("\"x;y\",b\n", "1:[x;y][b]")]
    [TestCase("", "")]
    public void Read_Rows(string text, string expected) => Assert.That(Read(Encoding.UTF8.GetBytes(text)), Is.EqualTo(expected));

    [TestCase("a,b\nc,d\"e\n", "x.csv, line 2: expected quotes around a whole field")]
    [TestCase("a,b\n\"c\"d,e\n", "x.csv, line 2: expected ',' or the end of the line behind a quote, found 'd'")]
    [TestCase("a,b\n\"c,d\ne,f\n", "x.csv, line 2: expected a quote at the end of the field, found the end of the file")]
    public void Read_Broken_NamesTheLine(string text, string expected) =>
        Assert.That(() => Read(Encoding.UTF8.GetBytes(text)), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(expected));

    [Test]
    public void Read_OtherThanUtf8_NamesTheByte() =>
        Assert.That(() => Read([(byte)'a', (byte)',', 0xE9, (byte)'\n']), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("byte 2"));
}
