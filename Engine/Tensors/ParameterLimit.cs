namespace Scratch.Tensors;

/// <summary>How many numbers a model may learn while this thread makes it: a file that names a model must be able to fill it.</summary>
internal static class ParameterLimit
{
    [ThreadStatic]
    private static long _most;                                               // 0: no limit

    /// <summary>Makes a model under a limit.</summary>
    /// <exception cref="ArgumentException">It has more parameters; no memory is taken for them.</exception>
    public static TResult Within<TResult>(long most, Func<TResult> make)
    {
        long outer = _most;
        _most = Math.Max(outer > 0 ? Math.Min(outer, most) : most, 1);
        try
        {
            return make();
        }
        finally
        {
            _most = outer;
        }
    }

    /// <summary>Asks whether so many are allowed.</summary>
    /// <exception cref="ArgumentException">They are more.</exception>
    public static void Check(long parameters)
    {
        if (_most > 0 && parameters > _most)
            throw new ArgumentException($"the model has {parameters} parameters or more, {_most} are the most that its file can hold.");
    }
}
