"""`featurec ls`."""

from enum import StrEnum
from typing import Annotated

import typer

from featurec.cli.options import Exclude, OutputFormat, ProjectDir, Select, State, TargetName, Vars

SECTION = "Look"


class Kind(StrEnum):
    """What a project declares."""

    view = "view"
    spine = "spine"
    service = "service"
    source = "source"
    entity = "entity"


def command(
    ctx: typer.Context,
    project_dir: ProjectDir = None,
    target: TargetName = None,
    select: Select = None,
    exclude: Exclude = None,
    state: State = None,
    vars: Vars = None,
    resource_type: Annotated[
        list[Kind] | None,
        typer.Option("--resource-type", help="Only this kind; may be repeated."),
    ] = None,
    output: OutputFormat = "text",
) -> int:
    """List what the project declares.

    Views, spines, services, sources and entities with the place of each declaration. With --select or
    --exclude only the views and spines that are meant.
    """
    from json import dumps

    from featurec.cli.opening import chosen_names, compiled
    from featurec.diagnostic import has_errors
    from featurec.report.console import Console
    from featurec.report.listing import as_json, as_lines, resources

    console: Console = ctx.obj
    compilation = compiled(project_dir, target, vars)
    wanted = chosen_names(compilation, select, exclude, state)
    listed = [
        item
        for item in resources(compilation.project, compilation.analyzed)
        if (wanted is None or (item.kind in {"view", "spine"} and item.name in wanted))
        and (not resource_type or item.kind in resource_type)
    ]
    if output == "json":
        console.result(dumps([as_json(item) for item in listed], indent=2, ensure_ascii=False))
    else:
        console.show(as_lines(listed))
    console.report(compilation.diagnostics, files=len(compilation.project.files))
    return int(has_errors(compilation.diagnostics))
