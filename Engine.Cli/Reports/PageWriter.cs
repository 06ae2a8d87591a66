using System.Globalization;
using System.Text;

namespace Scratch.Cli.Reports;

/// <summary>Writes one page that needs nothing from elsewhere: sections, figures with captions, tables. Well-formed as XML.</summary>
internal sealed class PageWriter
{
    private readonly StringBuilder _body = new();
    private readonly List<(string Id, string Heading)> _sections = [];
    private readonly string _title, _header;

    /// <summary>Begins a page.</summary>
    /// <param name="title">What the browser's window says.</param>
    /// <param name="header">What stands above everything, as HTML.</param>
    public PageWriter(string title, string header) => (_title, _header) = (title, header);

    /// <summary>Begins a section, and ends the one before.</summary>
    /// <param name="id">By which links find it.</param>
    /// <param name="heading">What it is called.</param>
    /// <param name="lead">What one sees there, as HTML.</param>
    public void Section(string id, string heading, string lead)
    {
        if (_sections.Count > 0) _body.Append("</section>\n");
        _sections.Add((id, heading));
        _body.Append($"""<section id="{id}" aria-labelledby="{id}-heading"><h2 id="{id}-heading">{Html.Text(heading)}</h2>"""
            + $"""<p class="lead">{lead}</p>""").Append('\n');
    }

    /// <summary>Goes on with the sections of another page.</summary>
    public void Add(PageWriter other)
    {
        if (_sections.Count > 0 && other._sections.Count > 0) _body.Append("</section>\n");
        _sections.AddRange(other._sections);
        _body.Append(other._body);
    }

    /// <summary>Begins a row of figures side by side, where there is room.</summary>
    /// <param name="kind">Of two or three columns, or one below the other within one.</param>
    public void BeginGrid(string kind = "grid2") => _body.Append($"""<div class="{kind}">""");

    /// <summary>Ends it.</summary>
    public void EndGrid() => _body.Append("</div>\n");

    /// <summary>A figure.</summary>
    /// <param name="id">By which links and tests find it.</param>
    /// <param name="title">What it shows.</param>
    /// <param name="content">HTML.</param>
    /// <param name="caption">What one learns from it, as HTML.</param>
    public void Figure(string id, string title, string content, string caption) =>
        _body.Append($"""<figure id="{id}"><h3>{Html.Text(title)}</h3>{content}<figcaption>{caption}</figcaption></figure>""").Append('\n');

    /// <summary>A chart with its legend.</summary>
    public void Chart(string id, LineChart chart, string caption) => Figure(id, chart.Title, chart.Legend() + chart.Svg(), caption);

    /// <summary>A heading within a section.</summary>
    /// <param name="heading">What it is called.</param>
    /// <param name="lead">What one sees there, as HTML.</param>
    public void Part(string heading, string lead) => _body.Append($"""<h3>{Html.Text(heading)}</h3><p class="lead">{lead}</p>""").Append('\n');

    /// <summary>Anything else, as HTML.</summary>
    public void Add(string html) => _body.Append(html).Append('\n');

    /// <summary>A table that may be wider than the page: then it moves within its own frame.</summary>
    /// <param name="label">What it is, for who does not see it.</param>
    /// <param name="table">HTML.</param>
    public static string Scrolling(string label,
        string table) => $"""<div class="scroll" role="region" aria-label="{Html.Text(label)}" tabindex="0">{table}</div>""";

    /// <summary>A cell of a table whose rows stand one below the other on a phone: there it says of what it is.</summary>
    /// <param name="of">What stands over its column.</param>
    /// <param name="content">HTML.</param>
    public static string Cell(string of, string content) => $"""<td data-of="{Html.Text(of)}">{content}</td>""";

    /// <summary>Rows of a name and a value.</summary>
    public static string Words(IEnumerable<(string Name, string Value)> rows)
    {
        string all = string.Concat(rows.Select(row => $"<tr><th scope=\"row\">{Html.Text(row.Name)}</th><td>{Html.Text(row.Value)}</td></tr>"));
        return $"""<table class="words wide"><tbody>{all}</tbody></table>""";
    }

    /// <summary>The large numbers at the top.</summary>
    public static string Tiles(IEnumerable<(string Value, string Name)> tiles)
    {
        string all = string.Concat(tiles.Select(tile => $"<li><b>{Html.Text(tile.Value)}</b><span>{Html.Text(tile.Name)}</span></li>"));
        return $"""<ul class="tiles">{all}</ul>""";
    }

    /// <summary>A share as people say it: 97.61 %.</summary>
    public static string Percent(double share) => double.IsFinite(share) ? string.Create(CultureInfo.InvariantCulture, $"{100 * share:F2} %") : "–";

    /// <summary>A number with so many digits behind the point.</summary>
    public static string Number(double number, int digits) => double.IsFinite(number) ? number.ToString($"N{digits}",
        CultureInfo.InvariantCulture) : "–";

    /// <summary>The whole page.</summary>
    public string Page()
    {
        string links = string.Concat(_sections.Select(section => $"<li><a href=\"#{section.Id}\">{Html.Text(section.Heading)}</a></li>"));
        return $"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/>
            <title>{Html.Text(_title)}</title><link rel="icon" href="data:,"/>
            <style>
            {StyleSheet.Figures}{StyleSheet.Report}</style></head>
            <body><div class="page"><header>{_header}</header><nav aria-label="Sections"><ul>{links}</ul></nav><main>
            {_body}</section></main>
            <footer>Written by scratch, a convolutional-network engine in C#.
            Every number and picture comes from the data of the run beside this page.</footer>
            </div></body></html>

            """;
    }
}
