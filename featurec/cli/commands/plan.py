"""`featurec plan`."""

from typing import Annotated

import typer

from featurec.cli.options import Exclude, FullRefresh, OutputFormat, ProjectDir, Select, State, TargetName, Vars

SECTION = "Look"


def command(
    ctx: typer.Context,
    project_dir: ProjectDir = None,
    target: TargetName = None,
    select: Select = None,
    exclude: Exclude = None,
    state: State = None,
    vars: Vars = None,
    full_refresh: FullRefresh = False,
    sample: Annotated[
        int | None,
        typer.Option(
            metavar="[N]",
            min=1,
            help="Compare old and new values of views whose values change, on so many entities. Without N: 1000.",
        ),
    ] = None,
    seed: Annotated[str, typer.Option(metavar="TEXT", help="Chooses other entities for --sample.")] = "0",
    output: OutputFormat = "text",
) -> int:
    """Say what a run would do now, and why, without doing it.

    Per view: whether it is new or has changed, in what, and how much that matters (metadata only, additive,
    value-changing, key-changing); which rows a run would write; and which services would notice. Compared is with what
    the target's readers see, or with a stored manifest (--state PATH), which takes no connection.
    """
    from json import dumps

    from featurec.cli.planning import judge, plan_report, sampled
    from featurec.report.console import Console
    from featurec.report.plan import as_json, as_lines

    console: Console = ctx.obj
    asked = judge(console, project_dir, target, select, exclude, state, vars, sample)
    if asked is None:
        return 1
    report = plan_report(asked, full_refresh)
    shifts = sampled(asked, report, sample, seed) if sample is not None else None
    if output == "json":
        from featurec.report.shift import as_json as shifted

        found = as_json(report) | {"sample": None if shifts is None else [shifted(one) for one in shifts]}
        console.result(dumps(found, indent=2, ensure_ascii=False))
        return 0
    console.show(as_lines(report))
    if shifts is not None:
        from featurec.report.shift import as_lines as shift_lines

        console.show(shift_lines(shifts))
    return 0
