"""`featurec compile`."""

from pathlib import Path
from typing import Annotated

import typer

from featurec.cli.options import Exclude, ProjectDir, Select, TargetName, Vars

SECTION = "Build"


def command(
    ctx: typer.Context,
    project_dir: ProjectDir = None,
    target: TargetName = None,
    select: Select = None,
    exclude: Exclude = None,
    vars: Vars = None,
    dialect: Annotated[
        str | None, typer.Option(metavar="NAME", help="SQL dialect to write; default: the target's.")
    ] = None,
) -> int:
    """Check the whole project and write its SQL.

    Writes target/compiled/TARGET/features/VIEW.sql, services/SERVICE.sql and target/manifest.json, and
    connects to nothing. With --dialect the folder is called after the dialect.
    """
    from featurec.cli.opening import chosen_names, loaded, need
    from featurec.cli.sharing import share
    from featurec.cli.writing import write_artifacts, write_cache
    from featurec.compiler import analyze_project
    from featurec.diagnostic import has_errors
    from featurec.dialects.dialect import get, names
    from featurec.manifest import artifacts
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
    share(found, spelled)
    compilation = analyze_project(found)
    wanted = chosen_names(compilation, select, exclude)
    built, more = artifacts(compilation, spelled, folder)
    files = {p: text for p, text in built.files.items() if wanted is None or Path(p).stem in {"manifest", *wanted}}
    findings = [*compilation.diagnostics, *more]
    write_artifacts(Path(project.root), files, folder, whole=wanted is None and not has_errors(findings))
    if compilation.cache:
        write_cache(compilation.cache)
    console.report(findings, files=len(project.files))
    if has_errors(findings):
        return 1
    views = sum("/features/" in path for path in files)
    services = sum("/services/" in path for path in files)
    what = f"{count(views, 'view')} and {count(services, 'service')} for {spelled.name}"
    console.note(("compiled ", "success"), what, f" into target/compiled/{folder}", views=views, services=services)
    return 0
