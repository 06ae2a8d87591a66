using System.CommandLine;

namespace Scratch.Cli;

/// <summary>The options of a command, those that are not said taken from another line.</summary>
/// <param name="parsed">What was typed.</param>
/// <param name="fallback">The other line, or the same.</param>
internal sealed class SaidOptions(ParseResult parsed, ParseResult fallback)
{
    /// <summary>Whether somebody typed it.</summary>
    public static bool IsSaid(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>An option's value, or its default.</summary>
    public T? Of<T>(Option<T> option) => (IsSaid(parsed, option) ? parsed : fallback).GetValue(option);

    /// <summary>An option's value; none where neither line has it.</summary>
    public T? IfSaid<T>(Option<T> option) where T : struct => IsSaid(parsed, option) || fallback.GetResult(option) is not null ? Of(option) : null;
}
