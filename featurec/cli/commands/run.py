"""`featurec run`."""

from typing import Annotated

import typer

from featurec.cli.options import AllowLeakage, Exclude, ProjectDir, Select, TargetName, Vars

SECTION = "Build"


def command(
    ctx: typer.Context,
    project_dir: ProjectDir = None,
    target: TargetName = None,
    select: Select = None,
    exclude: Exclude = None,
    vars: Vars = None,
    export: Annotated[bool, typer.Option("--export/--no-export", help="Whether to write to the online store.")] = True,
    allow_leakage: AllowLeakage = False,
) -> int:
    """Build offline tables and export the newest rows.

    Every chosen view is computed into a new table beside the old one, which readers go on to see until the new one
    is complete. Then the newest row of each entity goes to the online store, one transaction a view. A view that
    fails leaves what was there, and what depends on it is skipped. Writes target/run_results.json.
    """
    from pathlib import Path

    from featurec import clock
    from featurec.cli.compiling import compile_loaded, write
    from featurec.cli.opening import chosen_names, loaded, opened_target
    from featurec.cli.writing import writable
    from featurec.diagnostic import has_errors
    from featurec.dialects.dialect import get
    from featurec.report.console import Console
    from featurec.report.progress import reporting, summary
    from featurec.run.events import write_results
    from featurec.run.run import run

    console: Console = ctx.obj
    console.log_is_product = True
    now = clock.now()
    found = loaded(project_dir, target, vars, cached=True)
    chosen_target = opened_target(console, found.project, target)
    compiled = compile_loaded(found, get(chosen_target.type), chosen_target.name, allow_leakage=allow_leakage)
    write(compiled, chosen_target.name)
    console.report(compiled.findings, files=len(found.project.files))
    if has_errors(compiled.findings):
        return 1
    analyzed = compiled.compilation.analyzed
    names = chosen_names(compiled.compilation, select, exclude)
    views = [name for name in analyzed.order if names is None or name in names]
    with reporting(console) as reporter:
        result = run(analyzed, chosen_target, views, now, reporter, export=export)
    with writable("target/"):
        arguments = {"target": chosen_target.name, "select": select or [], "exclude": exclude or [], "export": export}
        write_results(result, Path(found.project.root) / "target" / "run_results.json", arguments)
    console.report([finding for step in result.failed for finding in step.diagnostics])
    if console.format == "text":
        console.say(summary(result))
    if not result.failed:
        spine, service = next(iter(found.project.spines), "SPINE"), next(iter(found.project.services), "SERVICE")
        console.note(("next: ", "dim"), f"featurec train {spine} --service {service} -o training.parquet")
    return result.exit_code
