"""`featurec debug`."""

import typer

from featurec.cli.options import ProjectDir, TargetName

SECTION = "Start"


def command(ctx: typer.Context, project_dir: ProjectDir = None, target: TargetName = None) -> int:
    """Check versions, the project and both connections of a target.

    Connects to the stores as `run` would; says of everything that is missing how to get it. Exit code 2 where
    something is missing that the target needs.
    """
    from featurec.cli.checkup import checks
    from featurec.report.checkup import as_line
    from featurec.report.console import Console

    console: Console = ctx.obj
    console.log_is_product = True
    failed = False
    for check in checks(console, project_dir, target):
        failed = failed or check.failed
        if console.format == "json":
            console.event("check", name=check.name, ok=not check.failed, detail=check.detail)
        else:
            console.show([as_line(check)])
        console.report(check.findings)
    return 2 if failed else 0
