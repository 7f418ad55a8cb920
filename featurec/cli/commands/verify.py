"""`featurec verify`."""

from pathlib import Path
from typing import Annotated

import typer

from featurec.cli.options import OutputFormat, ProjectDir, TargetName, Vars

SECTION = "Look"


def command(
    ctx: typer.Context,
    replay: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="What `serve --log-features` wrote; a single file of it will do."),
    ] = None,
    project_dir: ProjectDir = None,
    target: TargetName = None,
    service: Annotated[str | None, typer.Option(metavar="NAME", help="Only answers of this service.")] = None,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Only requests from this time on.")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Only requests before this time.")] = None,
    tolerance: Annotated[
        float,
        typer.Option(metavar="SHARE", min=0, help="How far apart numbers may be, as a share of the larger."),
    ] = 0.0,
    fail_above: Annotated[
        float,
        typer.Option(metavar="SHARE", min=0, max=1, help="Which share of values may be stale, missing or unexplained."),
    ] = 0.001,
    examples: Annotated[int, typer.Option(metavar="N", min=0, help="How many unexplained values to show.")] = 5,
    output: OutputFormat = "text",
    vars: Vars = None,
) -> int:
    """Hold what was served against what the rule says, value by value.

    Rebuilds logged answers from the offline store: latest-row features as of each request, windows as of the export
    that answered. A value that differs has one cause: stale export, late data, TTL, float, missing, extra, or it is
    unexplained. Answers of another version than the project's are counted and not compared.

    Exits with 1 where stale, missing, extra and unexplained values are a larger share of those compared than
    --fail-above, with 2 where nothing could be compared.
    """
    from json import dumps

    from featurec.cli.arguments import instant
    from featurec.cli.opening import loaded, opened_target
    from featurec.compiler import analyze_project
    from featurec.diagnostic import Diagnostic, has_errors
    from featurec.errors import CannotOperate
    from featurec.report.console import Console
    from featurec.report.replay import as_json, as_lines
    from featurec.run.replay import replay as replayed
    from featurec.run.replay_log import Wanted, open_log

    console: Console = ctx.obj
    if replay is None:
        fix = "featurec verify --replay FOLDER, after featurec serve --log-features FOLDER"
        raise CannotOperate([Diagnostic("FC951", "`verify` is not told what to hold against the rule", fix=fix)])
    found = loaded(project_dir, target, vars)
    zone = found.project.timezone
    wanted = Wanted(
        service,
        instant(since, zone, "--since") if since is not None else None,
        instant(until, zone, "--until") if until is not None else None,
    )
    log = open_log(replay)
    chosen = opened_target(console, found.project, target)
    compilation = analyze_project(found)
    console.report(compilation.diagnostics, files=len(found.project.files))
    if has_errors(compilation.diagnostics):
        return 1
    result = replayed(compilation, chosen, log, wanted, tolerance, examples)
    console.report(result.findings)
    if output == "json":
        console.result(dumps(as_json(result, fail_above), indent=2, ensure_ascii=False))
    else:
        console.show(as_lines(result, fail_above))
    return 1 if result.share > fail_above else 0
