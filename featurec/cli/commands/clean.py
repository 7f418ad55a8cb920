"""`featurec clean`."""

from typing import Annotated

import typer

from featurec.cli.options import ProjectDir

SECTION = "Start"


def command(
    ctx: typer.Context,
    project_dir: ProjectDir = None,
    data: Annotated[
        bool, typer.Option("--data", help="Also .featurec/ and DuckDB files of targets: all built data.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> int:
    """Remove what the project's commands have written.

    Removes target/. With --data also what has been built on this machine: DuckDB files and the embedded
    Postgres with its online features. Databases behind a URL are never touched.
    """
    import sys

    from featurec.cli.removal import built_data, remove, size
    from featurec.cli.root import project_root
    from featurec.diagnostic import Diagnostic
    from featurec.errors import CannotOperate
    from featurec.report.console import Console

    console: Console = ctx.obj
    console.log_is_product = True
    root = project_root(project_dir)
    kept = built_data(root)
    present = [path for path in kept if path.exists()]
    if data and present and not yes:
        listed = ", ".join(f"{p.relative_to(root)} ({size(p)})" for p in present)
        if not sys.stdin.isatty():
            raise CannotOperate([Diagnostic("FC960", f"`clean --data` would remove {listed}", fix="add --yes")])
        if not typer.confirm(f"Remove {listed}?"):
            return 1
    removed = [*remove(root, [root / "target"], keep=kept), *(remove(root, present, keep=()) if data else [])]
    for path, freed in removed:
        console.note(("removed ", "success"), f"{path} ({freed})", path=str(path))
    if not removed:
        console.note("nothing to remove")
    return 0
