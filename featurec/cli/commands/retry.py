"""`featurec retry`."""

import typer

from featurec.cli.options import ProjectDir, Retries, TargetName, Wait

SECTION = "Build"


def command(
    ctx: typer.Context,
    project_dir: ProjectDir = None,
    target: TargetName = None,
    wait: Wait = None,
    retries: Retries = 3,
) -> int:
    """Run what failed or was skipped in the last run, with the same options.

    Reads target/run_results.json. What went well is left alone; where everything did, there is nothing to do.
    """
    from featurec.cli.last_run import last_run
    from featurec.cli.root import project_root
    from featurec.cli.running import run_views
    from featurec.report.console import Console

    console: Console = ctx.obj
    console.log_is_product = True
    views, asked = last_run(project_root(project_dir), target, wait, retries)
    if not views:
        console.note("the last run went well: there is nothing to retry")
        return 0
    return run_views(console, asked, only=views)
