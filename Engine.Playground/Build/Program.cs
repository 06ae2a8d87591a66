using System.Globalization;
using Scratch.Data;
using Scratch.Playground.Build;

// Puts the playground's page together: Build FRAMEWORK SOURCES MNIST FOLDER.
if (args is not [var framework, var sources, var mnist, var folder])
{
    Console.Error.WriteLine("Scratch.Playground.Build FRAMEWORK SOURCES MNIST FOLDER: the folder of dotnet.js, that of index.html, that of MNIST's "
        + "files, and where to write the page. 'dotnet publish -c Release Engine.Playground' calls it.");
    return 2;
}
MnistData digits = Mnist.Load(mnist);
byte[] weights = ShippedNetwork.Train(digits, out double accuracy);
Dataset shown = digits.Test.Take(2000);
var archive = new Archive();
foreach (string file in Directory.EnumerateFiles(framework).Order(StringComparer.Ordinal)) archive.AddFramework(file);
archive.Add("weights.safetensors", weights);
archive.Add("digits", shown.Pixels);
archive.Add("labels", Array.ConvertAll(shown.Labels.ToArray(), label => (byte)label));
byte[] packed = archive.Pack();
string page = Page.Of(sources, packed);
Directory.CreateDirectory(folder);
string path = Path.Combine(folder, "index.html");
File.WriteAllText(path, page);
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFullPath(path)}: {page.Length / 1e6:F2} MB, {archive.Length / 1e6:F2} MB of "
    + $"them packed to {packed.Length / 1e6:F2}; the network gets {accuracy:P2} of {digits.Test.Count} test images right"));
return 0;
