"""`featurec state`."""

import typer

from featurec.cli.options import Exclude, OutputFormat, ProjectDir, Select, TargetName, Vars

SECTION = "Look"


def command(
    ctx: typer.Context,
    project_dir: ProjectDir = None,
    target: TargetName = None,
    select: Select = None,
    exclude: Exclude = None,
    vars: Vars = None,
    output: OutputFormat = "text",
) -> int:
    """Print what the target has of each view.

    The table that readers see and since when, older versions and when they go, which event times are written and which
    are missing, what the sources were like, how far the online store is, who is building it now, and the last runs.
    Changes nothing.
    """
    from json import dumps
    from pathlib import Path

    from featurec import clock
    from featurec.cli.opening import chosen_names, loaded, opened_target
    from featurec.compiler import analyze_project
    from featurec.errors import FeaturecError
    from featurec.online.postgres import open_store
    from featurec.online.protocol import OnlineStore
    from featurec.report.console import Console
    from featurec.report.state import as_json, as_lines
    from featurec.run.collect import grace_of
    from featurec.run.look import reading
    from featurec.run.state import State
    from featurec.run.status import status

    console: Console = ctx.obj
    found = loaded(project_dir, target, vars, cached=True)
    chosen = opened_target(console, found.project, target)
    compilation = analyze_project(found)
    names = chosen_names(compilation, select, exclude)
    failed = 0
    with reading(compilation.analyzed, chosen) as (engine, _):
        store: OnlineStore | None = None
        if chosen.online is not None and State(engine).versions():
            try:
                store = open_store(chosen, Path(found.project.root))
            except FeaturecError as refused:
                console.report(refused.diagnostics)
                failed = 1
        try:
            seen = status(engine, store, compilation.analyzed, names, grace_of(chosen), clock.now())
        finally:
            if store is not None:
                store.close()
    if output == "json":
        console.result(dumps(as_json(seen), indent=2, ensure_ascii=False))
    else:
        console.show(as_lines(seen))
    return failed
