"""`featurec train`."""

from pathlib import Path
from typing import Annotated

import typer

from featurec.cli.options import ProjectDir, TargetName, Vars

SECTION = "Use"


def command(
    ctx: typer.Context,
    spine: Annotated[str, typer.Argument(help="Parquet or CSV file, a spine of the project, or a table.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="What to write: .parquet or .csv.")
    ] = None,
    project_dir: ProjectDir = None,
    target: TargetName = None,
    service: Annotated[str | None, typer.Option(metavar="NAME", help="All features of a service.")] = None,
    features: Annotated[
        list[str] | None, typer.Option(metavar="LIST", help="view:feature,view:feature, or a view for all it has.")
    ] = None,
    timestamp: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="As-of column of a spine that is a file or a table; default: event_timestamp."
        ),
    ] = None,
    exclusive: Annotated[
        bool, typer.Option("--exclusive", help="Use only what was known before the as-of time, not at it.")
    ] = False,
    full_feature_names: Annotated[
        bool, typer.Option("--full-feature-names", help="Name features view__feature.")
    ] = False,
    with_timestamps: Annotated[
        bool, typer.Option("--with-timestamps", help="Add the event time that each view's features are from.")
    ] = False,
    strategy: Annotated[
        str | None, typer.Option(metavar="NAME", help="As-of strategy in the place of the engine's choice.")
    ] = None,
    window_strategy: Annotated[
        str | None, typer.Option(metavar="NAME", help="Window strategy in the place of the cheapest exact one.")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say how it would be computed and why, and compute nothing.")
    ] = False,
    vars: Vars = None,
) -> int:
    """Build a point-in-time correct training set.

    One row per row of the spine, in its order: its columns, then the features as they were known at its as-of
    time. A view with an up-to-date table is read from it, any other is computed from its SQL.
    """
    from featurec.cli.asked import asked_features, asked_spine, asked_strategy, asked_window_strategy
    from featurec.cli.opening import loaded, opened_target
    from featurec.compiler import analyze_project
    from featurec.diagnostic import has_errors
    from featurec.report.console import Console
    from featurec.report.progress import seconds, training
    from featurec.report.text import count
    from featurec.run.train import TrainOptions, explain_training, train

    console: Console = ctx.obj
    console.log_is_product = not explain
    if out is None and not explain:
        raise typer.BadParameter("a training set needs a file to be written to, or --explain", param_hint="--out")
    found = loaded(project_dir, target, vars)
    project = found.project
    chosen = opened_target(console, project, target)
    requests = asked_features(project, service, features)
    place = asked_spine(project, spine, timestamp)
    names = {request.view for request in requests} | ({place} if isinstance(place, str) else set())
    compilation = analyze_project(found, names)
    console.report(compilation.diagnostics, files=len(project.files))
    if has_errors(compilation.diagnostics):
        return 1
    options = TrainOptions(
        timestamp or TrainOptions.timestamp,
        exclusive,
        full_feature_names,
        with_timestamps,
        asked_strategy(strategy, chosen.type),
        asked_window_strategy(window_strategy, chosen.type),
    )
    if explain:
        for note in explain_training(compilation, chosen, place, requests, options):
            console.result(note + "\n")
        return 0
    assert out is not None
    with training(console) as progress:
        result = train(compilation, chosen, place, requests, options, out, progress)
    console.report(result.warnings)
    for note in result.notes:
        console.note(("  " + note, "dim"))
    what = f"{count(result.rows, 'row')}, {count(len(result.columns), 'column')}"
    console.note(("wrote ", "success"), f"{out}: {what} in {seconds(result.seconds)}", rows=result.rows)
    if result.computed:
        build = f"featurec run --select {' '.join(result.computed)}"
        console.note(("next: ", "dim"), f"{build} makes tables, which the next training set is read from")
    return 0
