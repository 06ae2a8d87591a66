using Scratch.Tensors;

namespace Scratch.Tests.Models;

/// <summary>The <c>state_dict</c> of torchvision's networks for 1000 classes, in its order.</summary>
/// <remarks>A module is written <c>path OUTxINxHxW</c>: a weight of that shape; with a + behind the path there is a bias too. One number stands for a
/// batch normalisation: weight, bias and running statistics of so many channels.</remarks>
internal static class TorchvisionNames
{
    /// <summary>Names and shapes.</summary>
    public static IEnumerable<(string Name, Shape Shape)> StateOf(string model) => ModulesOf(model).Split("; ").SelectMany(module =>
    {
        string[] parts = module.Split(' ');
        string path = parts[0].TrimEnd('+');
        var shape = new Shape([.. parts[1].Split('x').Select(int.Parse)]);
        var channels = new Shape(shape[0]);
        if (shape.Rank == 1)
            return [($"{path}.weight", shape), ($"{path}.bias", shape), ($"{path}.running_mean", shape), ($"{path}.running_var", shape),
                ($"{path}.num_batches_tracked", new Shape())];
        (string, Shape)[] state = parts[0].EndsWith('+') ? [($"{path}.weight", shape), ($"{path}.bias", channels)] : [($"{path}.weight", shape)];
        return state;
    });

    private static string ModulesOf(string model) => model switch
    {
        "resnet18" =>
            "conv1 64x3x7x7; bn1 64; layer1.0.conv1 64x64x3x3; layer1.0.bn1 64; layer1.0.conv2 64x64x3x3; layer1.0.bn2 64; " +
            "layer1.1.conv1 64x64x3x3; layer1.1.bn1 64; layer1.1.conv2 64x64x3x3; layer1.1.bn2 64; layer2.0.conv1 128x64x3x3; " +
            "layer2.0.bn1 128; layer2.0.conv2 128x128x3x3; layer2.0.bn2 128; layer2.0.downsample.0 128x64x1x1; " +
            "layer2.0.downsample.1 128; layer2.1.conv1 128x128x3x3; layer2.1.bn1 128; layer2.1.conv2 128x128x3x3; " +
            "layer2.1.bn2 128; layer3.0.conv1 256x128x3x3; layer3.0.bn1 256; layer3.0.conv2 256x256x3x3; layer3.0.bn2 256; " +
            "layer3.0.downsample.0 256x128x1x1; layer3.0.downsample.1 256; layer3.1.conv1 256x256x3x3; layer3.1.bn1 256; " +
            "layer3.1.conv2 256x256x3x3; layer3.1.bn2 256; layer4.0.conv1 512x256x3x3; layer4.0.bn1 512; " +
            "layer4.0.conv2 512x512x3x3; layer4.0.bn2 512; layer4.0.downsample.0 512x256x1x1; layer4.0.downsample.1 512; " +
            "layer4.1.conv1 512x512x3x3; layer4.1.bn1 512; layer4.1.conv2 512x512x3x3; layer4.1.bn2 512; fc+ 1000x512",
        "resnet34" =>
            "conv1 64x3x7x7; bn1 64; layer1.0.conv1 64x64x3x3; layer1.0.bn1 64; layer1.0.conv2 64x64x3x3; layer1.0.bn2 64; " +
            "layer1.1.conv1 64x64x3x3; layer1.1.bn1 64; layer1.1.conv2 64x64x3x3; layer1.1.bn2 64; layer1.2.conv1 64x64x3x3; " +
            "layer1.2.bn1 64; layer1.2.conv2 64x64x3x3; layer1.2.bn2 64; layer2.0.conv1 128x64x3x3; layer2.0.bn1 128; " +
            "layer2.0.conv2 128x128x3x3; layer2.0.bn2 128; layer2.0.downsample.0 128x64x1x1; layer2.0.downsample.1 128; " +
            "layer2.1.conv1 128x128x3x3; layer2.1.bn1 128; layer2.1.conv2 128x128x3x3; layer2.1.bn2 128; " +
            "layer2.2.conv1 128x128x3x3; layer2.2.bn1 128; layer2.2.conv2 128x128x3x3; layer2.2.bn2 128; " +
            "layer2.3.conv1 128x128x3x3; layer2.3.bn1 128; layer2.3.conv2 128x128x3x3; layer2.3.bn2 128; " +
            "layer3.0.conv1 256x128x3x3; layer3.0.bn1 256; layer3.0.conv2 256x256x3x3; layer3.0.bn2 256; " +
            "layer3.0.downsample.0 256x128x1x1; layer3.0.downsample.1 256; layer3.1.conv1 256x256x3x3; layer3.1.bn1 256; " +
            "layer3.1.conv2 256x256x3x3; layer3.1.bn2 256; layer3.2.conv1 256x256x3x3; layer3.2.bn1 256; " +
            "layer3.2.conv2 256x256x3x3; layer3.2.bn2 256; layer3.3.conv1 256x256x3x3; layer3.3.bn1 256; " +
            "layer3.3.conv2 256x256x3x3; layer3.3.bn2 256; layer3.4.conv1 256x256x3x3; layer3.4.bn1 256; " +
            "layer3.4.conv2 256x256x3x3; layer3.4.bn2 256; layer3.5.conv1 256x256x3x3; layer3.5.bn1 256; " +
            "layer3.5.conv2 256x256x3x3; layer3.5.bn2 256; layer4.0.conv1 512x256x3x3; layer4.0.bn1 512; " +
            "layer4.0.conv2 512x512x3x3; layer4.0.bn2 512; layer4.0.downsample.0 512x256x1x1; layer4.0.downsample.1 512; " +
            "layer4.1.conv1 512x512x3x3; layer4.1.bn1 512; layer4.1.conv2 512x512x3x3; layer4.1.bn2 512; " +
            "layer4.2.conv1 512x512x3x3; layer4.2.bn1 512; layer4.2.conv2 512x512x3x3; layer4.2.bn2 512; fc+ 1000x512",
        "resnet50" =>
            "conv1 64x3x7x7; bn1 64; layer1.0.conv1 64x64x1x1; layer1.0.bn1 64; layer1.0.conv2 64x64x3x3; layer1.0.bn2 64; " +
            "layer1.0.conv3 256x64x1x1; layer1.0.bn3 256; layer1.0.downsample.0 256x64x1x1; layer1.0.downsample.1 256; " +
            "layer1.1.conv1 64x256x1x1; layer1.1.bn1 64; layer1.1.conv2 64x64x3x3; layer1.1.bn2 64; layer1.1.conv3 256x64x1x1; " +
            "layer1.1.bn3 256; layer1.2.conv1 64x256x1x1; layer1.2.bn1 64; layer1.2.conv2 64x64x3x3; layer1.2.bn2 64; " +
            "layer1.2.conv3 256x64x1x1; layer1.2.bn3 256; layer2.0.conv1 128x256x1x1; layer2.0.bn1 128; " +
            "layer2.0.conv2 128x128x3x3; layer2.0.bn2 128; layer2.0.conv3 512x128x1x1; layer2.0.bn3 512; " +
            "layer2.0.downsample.0 512x256x1x1; layer2.0.downsample.1 512; layer2.1.conv1 128x512x1x1; layer2.1.bn1 128; " +
            "layer2.1.conv2 128x128x3x3; layer2.1.bn2 128; layer2.1.conv3 512x128x1x1; layer2.1.bn3 512; " +
            "layer2.2.conv1 128x512x1x1; layer2.2.bn1 128; layer2.2.conv2 128x128x3x3; layer2.2.bn2 128; " +
            "layer2.2.conv3 512x128x1x1; layer2.2.bn3 512; layer2.3.conv1 128x512x1x1; layer2.3.bn1 128; " +
            "layer2.3.conv2 128x128x3x3; layer2.3.bn2 128; layer2.3.conv3 512x128x1x1; layer2.3.bn3 512; " +
            "layer3.0.conv1 256x512x1x1; layer3.0.bn1 256; layer3.0.conv2 256x256x3x3; layer3.0.bn2 256; " +
            "layer3.0.conv3 1024x256x1x1; layer3.0.bn3 1024; layer3.0.downsample.0 1024x512x1x1; layer3.0.downsample.1 1024; " +
            "layer3.1.conv1 256x1024x1x1; layer3.1.bn1 256; layer3.1.conv2 256x256x3x3; layer3.1.bn2 256; " +
            "layer3.1.conv3 1024x256x1x1; layer3.1.bn3 1024; layer3.2.conv1 256x1024x1x1; layer3.2.bn1 256; " +
            "layer3.2.conv2 256x256x3x3; layer3.2.bn2 256; layer3.2.conv3 1024x256x1x1; layer3.2.bn3 1024; " +
            "layer3.3.conv1 256x1024x1x1; layer3.3.bn1 256; layer3.3.conv2 256x256x3x3; layer3.3.bn2 256; " +
            "layer3.3.conv3 1024x256x1x1; layer3.3.bn3 1024; layer3.4.conv1 256x1024x1x1; layer3.4.bn1 256; " +
            "layer3.4.conv2 256x256x3x3; layer3.4.bn2 256; layer3.4.conv3 1024x256x1x1; layer3.4.bn3 1024; " +
            "layer3.5.conv1 256x1024x1x1; layer3.5.bn1 256; layer3.5.conv2 256x256x3x3; layer3.5.bn2 256; " +
            "layer3.5.conv3 1024x256x1x1; layer3.5.bn3 1024; layer4.0.conv1 512x1024x1x1; layer4.0.bn1 512; " +
            "layer4.0.conv2 512x512x3x3; layer4.0.bn2 512; layer4.0.conv3 2048x512x1x1; layer4.0.bn3 2048; " +
            "layer4.0.downsample.0 2048x1024x1x1; layer4.0.downsample.1 2048; layer4.1.conv1 512x2048x1x1; layer4.1.bn1 512; " +
            "layer4.1.conv2 512x512x3x3; layer4.1.bn2 512; layer4.1.conv3 2048x512x1x1; layer4.1.bn3 2048; " +
            "layer4.2.conv1 512x2048x1x1; layer4.2.bn1 512; layer4.2.conv2 512x512x3x3; layer4.2.bn2 512; " +
            "layer4.2.conv3 2048x512x1x1; layer4.2.bn3 2048; fc+ 1000x2048",
        "mobilenet-v2" =>
            "features.0.0 32x3x3x3; features.0.1 32; features.1.conv.0.0 32x1x3x3; features.1.conv.0.1 32; " +
            "features.1.conv.1 16x32x1x1; features.1.conv.2 16; features.2.conv.0.0 96x16x1x1; features.2.conv.0.1 96; " +
            "features.2.conv.1.0 96x1x3x3; features.2.conv.1.1 96; features.2.conv.2 24x96x1x1; features.2.conv.3 24; " +
            "features.3.conv.0.0 144x24x1x1; features.3.conv.0.1 144; features.3.conv.1.0 144x1x3x3; features.3.conv.1.1 144; " +
            "features.3.conv.2 24x144x1x1; features.3.conv.3 24; features.4.conv.0.0 144x24x1x1; features.4.conv.0.1 144; " +
            "features.4.conv.1.0 144x1x3x3; features.4.conv.1.1 144; features.4.conv.2 32x144x1x1; features.4.conv.3 32; " +
            "features.5.conv.0.0 192x32x1x1; features.5.conv.0.1 192; features.5.conv.1.0 192x1x3x3; features.5.conv.1.1 192; " +
            "features.5.conv.2 32x192x1x1; features.5.conv.3 32; features.6.conv.0.0 192x32x1x1; features.6.conv.0.1 192; " +
            "features.6.conv.1.0 192x1x3x3; features.6.conv.1.1 192; features.6.conv.2 32x192x1x1; features.6.conv.3 32; " +
            "features.7.conv.0.0 192x32x1x1; features.7.conv.0.1 192; features.7.conv.1.0 192x1x3x3; features.7.conv.1.1 192; " +
            "features.7.conv.2 64x192x1x1; features.7.conv.3 64; features.8.conv.0.0 384x64x1x1; features.8.conv.0.1 384; " +
            "features.8.conv.1.0 384x1x3x3; features.8.conv.1.1 384; features.8.conv.2 64x384x1x1; features.8.conv.3 64; " +
            "features.9.conv.0.0 384x64x1x1; features.9.conv.0.1 384; features.9.conv.1.0 384x1x3x3; features.9.conv.1.1 384; " +
            "features.9.conv.2 64x384x1x1; features.9.conv.3 64; features.10.conv.0.0 384x64x1x1; features.10.conv.0.1 384; " +
            "features.10.conv.1.0 384x1x3x3; features.10.conv.1.1 384; features.10.conv.2 64x384x1x1; features.10.conv.3 64; " +
            "features.11.conv.0.0 384x64x1x1; features.11.conv.0.1 384; features.11.conv.1.0 384x1x3x3; features.11.conv.1.1 384; " +
            "features.11.conv.2 96x384x1x1; features.11.conv.3 96; features.12.conv.0.0 576x96x1x1; features.12.conv.0.1 576; " +
            "features.12.conv.1.0 576x1x3x3; features.12.conv.1.1 576; features.12.conv.2 96x576x1x1; features.12.conv.3 96; " +
            "features.13.conv.0.0 576x96x1x1; features.13.conv.0.1 576; features.13.conv.1.0 576x1x3x3; features.13.conv.1.1 576; " +
            "features.13.conv.2 96x576x1x1; features.13.conv.3 96; features.14.conv.0.0 576x96x1x1; features.14.conv.0.1 576; " +
            "features.14.conv.1.0 576x1x3x3; features.14.conv.1.1 576; features.14.conv.2 160x576x1x1; features.14.conv.3 160; " +
            "features.15.conv.0.0 960x160x1x1; features.15.conv.0.1 960; features.15.conv.1.0 960x1x3x3; features.15.conv.1.1 960; " +
            "features.15.conv.2 160x960x1x1; features.15.conv.3 160; features.16.conv.0.0 960x160x1x1; features.16.conv.0.1 960; " +
            "features.16.conv.1.0 960x1x3x3; features.16.conv.1.1 960; features.16.conv.2 160x960x1x1; features.16.conv.3 160; " +
            "features.17.conv.0.0 960x160x1x1; features.17.conv.0.1 960; features.17.conv.1.0 960x1x3x3; features.17.conv.1.1 960; " +
            "features.17.conv.2 320x960x1x1; features.17.conv.3 320; features.18.0 1280x320x1x1; features.18.1 1280; " +
            "classifier.1+ 1000x1280",
        "squeezenet1_1" =>
            "features.0+ 64x3x3x3; features.3.squeeze+ 16x64x1x1; features.3.expand1x1+ 64x16x1x1; " +
            "features.3.expand3x3+ 64x16x3x3; features.4.squeeze+ 16x128x1x1; features.4.expand1x1+ 64x16x1x1; " +
            "features.4.expand3x3+ 64x16x3x3; features.6.squeeze+ 32x128x1x1; features.6.expand1x1+ 128x32x1x1; " +
            "features.6.expand3x3+ 128x32x3x3; features.7.squeeze+ 32x256x1x1; features.7.expand1x1+ 128x32x1x1; " +
            "features.7.expand3x3+ 128x32x3x3; features.9.squeeze+ 48x256x1x1; features.9.expand1x1+ 192x48x1x1; " +
            "features.9.expand3x3+ 192x48x3x3; features.10.squeeze+ 48x384x1x1; features.10.expand1x1+ 192x48x1x1; " +
            "features.10.expand3x3+ 192x48x3x3; features.11.squeeze+ 64x384x1x1; features.11.expand1x1+ 256x64x1x1; " +
            "features.11.expand3x3+ 256x64x3x3; features.12.squeeze+ 64x512x1x1; features.12.expand1x1+ 256x64x1x1; " +
            "features.12.expand3x3+ 256x64x3x3; classifier.1+ 1000x512x1x1",
        "vgg11" =>
            "features.0+ 64x3x3x3; features.3+ 128x64x3x3; features.6+ 256x128x3x3; features.8+ 256x256x3x3; " +
            "features.11+ 512x256x3x3; features.13+ 512x512x3x3; features.16+ 512x512x3x3; features.18+ 512x512x3x3; " +
            "classifier.0+ 4096x25088; classifier.3+ 4096x4096; classifier.6+ 1000x4096",
        _ => throw new ArgumentException(model),
    };
}
