"""`featurec lineage`."""

from typing import Annotated, Literal

import typer

from featurec.cli.options import ProjectDir, TargetName, Vars

SECTION = "Look"


def command(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME", help="view, view:column, source.table or source.table:column; default: the whole project."
        ),
    ] = None,
    project_dir: ProjectDir = None,
    target: TargetName = None,
    vars: Vars = None,
    downstream: Annotated[
        bool, typer.Option("--downstream", help="What depends on it, instead of what it needs.")
    ] = False,
    output: Annotated[
        Literal["text", "json", "mermaid"], typer.Option("--output", "--format", help="Form of the result.")
    ] = "text",
) -> int:
    """Show where features come from, column by column.

    Besides what a value is computed from: what a filter, join, grouping, window or order reads. Without a
    name: which view reads which.
    """
    from json import dumps

    from featurec.cli.opening import compiled
    from featurec.diagnostic import has_errors
    from featurec.report import lineage
    from featurec.report.console import Console
    from featurec.report.line import line

    console: Console = ctx.obj
    compilation = compiled(project_dir, target, vars)
    analyzed = compilation.analyzed
    if names:
        starts = [node for name in names for node in lineage.find(analyzed, name)]
        arrows = lineage.reachable(lineage.column_arrows(analyzed), starts, downstream)
    else:
        arrows = lineage.relation_arrows(analyzed)
        ends = {a.source if downstream else a.target for a in arrows}
        starts = sorted(ends - {a.target if downstream else a.source for a in arrows})
    if output == "json":
        console.result(dumps(lineage.graph(arrows, lineage.column_types(analyzed)), indent=2, ensure_ascii=False))
    elif output == "mermaid":
        console.result("\n".join(lineage.mermaid(arrows)))
    else:
        console.show(lineage.text(arrows, starts, downstream) or [line("nothing is connected")])
    console.report(compilation.diagnostics, files=len(compilation.project.files))
    return int(has_errors(compilation.diagnostics))
