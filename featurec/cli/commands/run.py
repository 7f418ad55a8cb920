"""`featurec run`."""

from typing import Annotated

import typer

from featurec.cli.options import (
    AllowLeakage,
    EventTimeEnd,
    EventTimeStart,
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
    due: Annotated[
        bool, typer.Option("--due", help="Only views whose `schedule:` has come since they last ran.")
    ] = False,
    full_refresh: FullRefresh = False,
    event_time_start: EventTimeStart = None,
    event_time_end: EventTimeEnd = None,
    export: Annotated[bool, typer.Option("--export/--no-export", help="Whether to write to the online store.")] = True,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Compute nothing: let readers see the version that they saw before.")
    ] = False,
    fail_fast: FailFast = False,
    warn_error: WarnError = False,
    wait: Wait = None,
    retries: Retries = 3,
    allow_leakage: AllowLeakage = False,
) -> int:
    """Bring offline tables up to date, test them, and export the newest rows.

    Of a view that ran before only the rows are computed that new source rows can have changed; a view of which that
    cannot be known is computed in full, and the output says why. A changed view is built beside the old one, which
    readers go on to see until the new one is complete and its tests have passed. Then the newest row of each entity goes
    to the online store, one transaction a view. A view that fails leaves what was there, and what depends on it is
    skipped. Running again is always safe. Writes target/run_results.json.
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
        due=due,
        export=export,
        allow_leakage=allow_leakage,
        full_refresh=full_refresh,
        event_time_start=event_time_start,
        event_time_end=event_time_end,
        fail_fast=fail_fast,
        warn_error=warn_error,
        wait=wait,
        retries=retries,
        state=state,
    )
    if rollback:
        from featurec.cli.rolling_back import roll_back

        return roll_back(console, asked)
    return run_views(console, asked)
