"""`featurec show`."""

from typing import Annotated, Literal

import typer

from featurec.cli.options import ProjectDir, TargetName, Vars

SECTION = "Look"


def command(
    ctx: typer.Context,
    view: Annotated[str | None, typer.Argument(help="A feature view or spine.")] = None,
    project_dir: ProjectDir = None,
    target: TargetName = None,
    inline: Annotated[
        str | None, typer.Option(metavar="SQL", help="A query in the place of a view; it may use source() and ref().")
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=-1, help="Rows to show; -1 for all.")] = 10,
    vars: Vars = None,
    output: Annotated[Literal["text", "json"], typer.Option("--output", "--format", help="Form of the rows.")] = "text",
) -> int:
    """Print rows of a view, a spine or a query.

    A view with an up-to-date table is read from it, any other is computed from its SQL. Windowed features come after
    its columns, each at its row's own event time.
    """
    from featurec.cli.opening import loaded, need, opened_target, wanting
    from featurec.compiler import analyze_project, preview_query, with_inline_view
    from featurec.diagnostic import Diagnostic, has_errors
    from featurec.errors import CannotOperate
    from featurec.report.console import Console
    from featurec.report.rows import as_json, as_lines
    from featurec.run.look import reading

    console: Console = ctx.obj
    if (view is None) == (inline is None):
        raise CannotOperate(
            [Diagnostic("FC951", "name a view, or give a query with --inline", fix="featurec show VIEW")]
        )
    found = loaded(project_dir, target, vars)
    chosen = opened_target(console, found.project, target)
    name = view or "inline"
    if inline is not None:
        found = with_inline_view(found, name, inline)
    need([name], [*found.project.views, *found.project.spines], "view or spine")
    compilation = analyze_project(found, {name})
    console.report(compilation.diagnostics, files=len(found.project.files))
    if has_errors(compilation.diagnostics):
        return 1
    with reading(compilation.analyzed, chosen) as (engine, home):
        query = wanting(preview_query(compilation.analyzed, name, engine.dialect, home, None if limit < 0 else limit))
        rows = engine.query(query.sql)
    names = [column.name for column in query.columns]
    if output == "json":
        console.result(as_json(names, rows))
    else:
        console.show(as_lines(names, rows))
    return 0
