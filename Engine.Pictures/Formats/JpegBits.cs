namespace Scratch.Pictures.Formats;

/// <summary>The bits of a scan, the greatest of a byte first. After 0xFF comes a 0 that does not count, or a marker, at which they end.</summary>
internal ref struct JpegBits(ReadOnlySpan<byte> bytes) : IBits
{
    private const byte Mark = 0xFF, FirstRestart = 0xD0, LastRestart = 0xD7;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at, _byte, _left;

    /// <summary>The next bit.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public int Next()
    {
        if (_left == 0)
        {
            if (_at >= _bytes.Length || (_bytes[_at] == Mark && (_at + 1 >= _bytes.Length || _bytes[_at + 1] != 0)))
                throw new InvalidDataException("it is cut short: the bits of a scan end before its blocks do");
            (_byte, _left) = (_bytes[_at], 8);
            _at += _byte == Mark ? 2 : 1;
        }
        return (_byte >> --_left) & 1;
    }

    /// <summary>A number of so many bits, the greatest first.</summary>
    public int Number(int count)
    {
        int number = 0;
        for (int i = 0; i < count; i++) number = 2 * number + Next();
        return number;
    }

    /// <summary>Passes over so many.</summary>
    /// <exception cref="InvalidDataException">They are not there.</exception>
    public void Pass(int count)
    {
        for (int i = 0; i < count; i++) Next();
    }

    /// <summary>Goes behind the restart marker that must stand here, after what is left of a byte.</summary>
    /// <exception cref="InvalidDataException">It is not there.</exception>
    public void Restart()
    {
        _left = 0;
        while (_at + 1 < _bytes.Length && _bytes[_at] == Mark && _bytes[_at + 1] == Mark) _at++;
        if (_at + 1 >= _bytes.Length || _bytes[_at] != Mark || _bytes[_at + 1] is < FirstRestart or > LastRestart)
            throw new InvalidDataException("it is damaged: a scan lacks a restart marker");
        _at += 2;
    }
}
