"""`featurec compile`."""

from typing import Annotated

import typer

from featurec.cli.options import AllowLeakage, Exclude, ProjectDir, Select, State, TargetName, Vars

SECTION = "Build"


def command(
    ctx: typer.Context,
    project_dir: ProjectDir = None,
    target: TargetName = None,
    select: Select = None,
    exclude: Exclude = None,
    state: State = None,
    vars: Vars = None,
    dialect: Annotated[
        str | None, typer.Option(metavar="NAME", help="SQL dialect to write; default: the target's.")
    ] = None,
    allow_leakage: AllowLeakage = False,
) -> int:
    """Check the whole project and write its SQL.

    Writes target/compiled/TARGET/features/VIEW.sql, services/SERVICE.sql and target/manifest.json, and
    connects to nothing. With --dialect the folder is called after the dialect.
    """
    from featurec.cli.compiling import compile_loaded, write
    from featurec.cli.opening import chosen_names, loaded, need
    from featurec.diagnostic import has_errors
    from featurec.dialects.dialect import get, names
    from featurec.plan.own import window_notes
    from featurec.report.console import Console
    from featurec.report.text import count

    console: Console = ctx.obj
    console.log_is_product = True
    if dialect is not None:
        need([dialect], names(), "dialect")
    found = loaded(project_dir, target, vars, cached=True)
    project = found.project
    name = target or project.default_target or ""
    spelled = get(dialect or (project.targets[name].type if name in project.targets else project.dialect))
    folder = dialect or name or spelled.name
    compiled = compile_loaded(found, spelled, folder, allow_leakage=allow_leakage)
    wanted = chosen_names(compiled.compilation, select, exclude, state)
    files = write(compiled, folder, wanted)
    console.report(compiled.findings, files=len(project.files))
    if has_errors(compiled.findings):
        return 1
    analyzed = compiled.compilation.analyzed
    chosen = [name for name in analyzed.order if wanted is None or name in wanted]
    for note in window_notes(analyzed, spelled.windowing, chosen):
        console.note(("  " + note, "dim"))
    views = sum("/features/" in path for path in files)
    services = sum("/services/" in path for path in files)
    what = f"{count(views, 'view')} and {count(services, 'service')} for {spelled.name}"
    console.note(("compiled ", "success"), what, f" into target/compiled/{folder}", views=views, services=services)
    return 0
