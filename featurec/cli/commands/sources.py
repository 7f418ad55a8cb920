"""Declare the tables of a database or of a dbt project."""

from pathlib import Path
from typing import Annotated

import typer

from featurec.cli.options import ProjectDir, TargetName

SECTION = "Start"


def import_(
    ctx: typer.Context,
    origin: Annotated[
        str | None,
        typer.Argument(
            metavar="FROM",
            help="DuckDB file, Postgres URL, or dbt's manifest.json; without it, the target's offline store.",
        ),
    ] = None,
    project_dir: ProjectDir = None,
    target: TargetName = None,
    schema: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only tables of this schema; may be repeated.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the source; default: the schema, or dbt's own.")
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="Default: the project's sources.yml; - prints it."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> int:
    """Write sources.yml from what a database or a dbt project knows.

    Columns and types are taken over. When a row became known is something that only you can say: each
    table gets a comment with its candidates, and `featurec compile` names those that are still open.
    """
    from dataclasses import replace

    from featurec.cli.catalog import imported_tables
    from featurec.cli.dbt import untyped
    from featurec.cli.sources_yaml import sources_yaml
    from featurec.diagnostic import Diagnostic
    from featurec.errors import CannotOperate
    from featurec.project import find_root
    from featurec.report.console import Console
    from featurec.report.text import count

    console: Console = ctx.obj
    console.log_is_product = output != "-"
    root = project_dir or find_root(Path.cwd()) or Path.cwd()
    place = root / "sources.yml" if output is None else Path(output)
    if output != "-" and place.exists() and not force:
        fix = "look at it with -o -, write elsewhere with -o FILE, or replace it with --force"
        raise CannotOperate([Diagnostic("FC959", f"`{place}` exists", fix=fix)])
    tables = [t for t in imported_tables(console, origin, root, target) if not schema or t.schema in schema]
    if name:
        tables = [replace(table, source=name) for table in tables]
    if not tables:
        which = f" in schema {', '.join(f'`{s}`' for s in schema)}" if schema else ""
        raise CannotOperate([Diagnostic("FC958", f"there are no tables to import{which}")])
    text = sources_yaml(tables)
    if output == "-":
        console.result(text)
        return 0
    try:
        place.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise CannotOperate([Diagnostic("FC957", f"cannot write `{place}`", cause=str(error.strerror))]) from None
    console.note(("declared ", "success"), f"{count(len(tables), 'table')} in {place}", tables=len(tables))
    if missing := untyped(tables):
        more = ", …" if len(missing) > 5 else ""
        console.note("without types: ", ", ".join(missing[:5]), more, "; importing from the database itself has them")
    console.note("next: say for each table when its rows became known, then `featurec compile`")
    return 0


COMMANDS = (import_,)
