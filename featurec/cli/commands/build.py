"""`featurec build`."""

from typing import Annotated

import typer

from featurec.cli.options import (
    AllowLeakage,
    Exclude,
    FailFast,
    FullRefresh,
    ProjectDir,
    Retries,
    Select,
    State,
    TargetName,
    Vars,
    Wait,
    WarnError,
)

SECTION = "Build"


def command(
    ctx: typer.Context,
    project_dir: ProjectDir = None,
    target: TargetName = None,
    select: Select = None,
    exclude: Exclude = None,
    state: State = None,
    vars: Vars = None,
    full_refresh: FullRefresh = False,
    export: Annotated[bool, typer.Option("--export/--no-export", help="Whether to write to the online store.")] = True,
    fail_fast: FailFast = False,
    warn_error: WarnError = False,
    wait: Wait = None,
    retries: Retries = 3,
    allow_leakage: AllowLeakage = False,
) -> int:
    """Run unit tests, then do what `run` does.

    A view of which a unit test fails is not built, nor is anything that depends on it; the rest goes on. Tests of rows
    run while a view is built, as in `run`.
    """
    from featurec.cli.running import Invocation, run_views
    from featurec.report.console import Console

    console: Console = ctx.obj
    console.log_is_product = True
    asked = Invocation(
        project_dir=project_dir,
        target=target,
        select=select,
        exclude=exclude,
        vars=vars,
        export=export,
        allow_leakage=allow_leakage,
        full_refresh=full_refresh,
        fail_fast=fail_fast,
        warn_error=warn_error,
        wait=wait,
        retries=retries,
        state=state,
        unit=True,
    )
    return run_views(console, asked)
