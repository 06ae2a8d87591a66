using Scratch.Data;
using Scratch.Kernels;
using Scratch.Tensors;

namespace Scratch.Pictures;

/// <summary>Picture files that are decoded when they are asked for, and brought to one size.</summary>
internal sealed class PictureSource(IReadOnlyList<ImageFile> files, Shape image, ResizeMethod method, long room, string? cache)
    : ImageSource(files.Count, image, room, cache)
{
    private readonly PictureNotes?[] _notes = new PictureNotes?[files.Count];
    private readonly PictureInfo?[] _infos = new PictureInfo?[files.Count];

    /// <summary>What each file says of itself; none until it was read once.</summary>
    public IReadOnlyList<PictureInfo?> Infos => _infos;

    /// <summary>What was dropped of each file when it was read first.</summary>
    public IEnumerable<PictureNotes> Notes => _notes.OfType<PictureNotes>();

    /// <summary>Decodes one file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="shape">[C, H, W] that it comes to.</param>
    /// <param name="method">How.</param>
    /// <param name="image">[C, H, W], overwritten.</param>
    /// <param name="notes">Is told what was dropped.</param>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static void Copy(PictureFile file, Shape shape, ResizeMethod method, Span<byte> image, PictureNotes notes)
    {
        PictureInfo info = file.Info;
        if (info.Height == shape[1] && info.Width == shape[2])
        {
            file.CopyTo(shape[0], image, notes);
            return;
        }
        var stored = new Shape(shape[0], info.Height, info.Width);
        var pixels = new byte[stored.Length];
        file.CopyTo(shape[0], pixels, notes);
        Resizing.Apply(stored, pixels, new Size2(shape[1], shape[2]), method, image);
    }

    /// <inheritdoc/>
    protected override void Make(int index, Span<byte> image)
    {
        var notes = new PictureNotes();
        var file = PictureFile.Read(files[index].Path);
        Copy(file, ImageShape, method, image, notes);
        (_notes[index], _infos[index]) = (_notes[index] ?? notes, _infos[index] ?? file.Info);
    }
}
