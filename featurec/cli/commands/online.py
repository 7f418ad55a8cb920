"""Read the online store."""

from typing import Annotated

import typer

from featurec.cli.options import At, ProjectDir, TargetName

SECTION = "Use"


def get(
    ctx: typer.Context,
    entities: Annotated[
        list[str], typer.Argument(metavar="KEY=VALUE…", help="Entities: user_id=1 user_id=2, or origin=JFK,dest=LAX.")
    ],
    project_dir: ProjectDir = None,
    target: TargetName = None,
    service: Annotated[str | None, typer.Option(metavar="NAME", help="All features of a service.")] = None,
    features: Annotated[
        list[str] | None, typer.Option(metavar="LIST", help="view:feature,view:feature, or a view for all it has.")
    ] = None,
    full_feature_names: Annotated[
        bool, typer.Option("--full-feature-names", help="Name features view__feature.")
    ] = False,
    at: At = None,
) -> int:
    """Print the features of entities as a model gets them.

    JSON: per entity its keys, and of each feature the value, the status (PRESENT, NULL_VALUE, NOT_FOUND or
    OUTSIDE_MAX_AGE), the event time, and for a windowed feature the instant of the run at which its value holds.
    --at asks how old the stored rows are at another instant than now.
    """
    from json import dumps
    from pathlib import Path

    from featurec import clock
    from featurec.cli.arguments import entity_rows, instant
    from featurec.cli.asked import asked_features
    from featurec.cli.opening import loaded, opened_target
    from featurec.diagnostic import has_errors
    from featurec.online.postgres import open_store
    from featurec.online.read import get_online_features
    from featurec.report.console import Console
    from featurec.report.online import as_json

    console: Console = ctx.obj
    project = loaded(project_dir, target, None).project
    chosen = opened_target(console, project, target)
    requests = asked_features(project, service, features)
    rows = entity_rows(entities)
    now = clock.now() if at is None else instant(at, project.timezone)
    store = open_store(chosen, Path(project.root))
    try:
        answers, findings = get_online_features(store, requests, rows, now, full_feature_names)
    finally:
        store.close()
    console.report(findings)
    if has_errors(findings):
        return 1
    console.result(dumps([as_json(answer) for answer in answers], indent=2, ensure_ascii=False))
    return 0


COMMANDS = (get,)
