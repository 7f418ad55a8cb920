"""`featurec why`."""

from typing import Annotated

import typer

from featurec.cli.options import At, ProjectDir, TargetName, Vars

SECTION = "Look"


def command(
    ctx: typer.Context,
    feature: Annotated[str, typer.Argument(metavar="VIEW:FEATURE", help="The feature in question.")],
    entity: Annotated[list[str], typer.Argument(metavar="KEY=VALUE…", help="The join keys of one entity.")],
    project_dir: ProjectDir = None,
    target: TargetName = None,
    at: At = None,
    exclusive: Annotated[
        bool, typer.Option("--exclusive", help="Use only what was known before the time, not at it.")
    ] = False,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="Rows to show; those around the answer first.")] = 10,
    vars: Vars = None,
) -> int:
    """Explain a feature's value: the rows considered, and why one of them answers.

    Every stored row of the entity in the order of its rank, with its event time and when it could first be used;
    then the value at the time asked, past its TTL or not. Of a windowed feature: which rows are in the window, which
    have left it, are not known yet, do not pass the filter or were replaced, and the value.
    """
    from featurec import clock
    from featurec.cli.arguments import entity_rows, feature_requests, instant, typed_keys
    from featurec.cli.opening import loaded, need, opened_target, wanting
    from featurec.compiler import analyze_project, history_query, window_query, windowed_features
    from featurec.diagnostic import Diagnostic, has_errors
    from featurec.errors import CannotOperate
    from featurec.report.console import Console
    from featurec.report.explanation import explanation
    from featurec.report.window_explanation import window_explanation
    from featurec.run.look import reading
    from featurec.spec import FeatureView

    console: Console = ctx.obj
    found = loaded(project_dir, target, vars)
    project = found.project
    (request, *more) = feature_requests([feature], "why")
    rows = entity_rows(entity)
    if more or not request.features or len(request.features) > 1 or len(rows) > 1:
        fix = "featurec why view:feature user_id=1 --at 2024-03-01"
        raise CannotOperate([Diagnostic("FC951", "`why` looks at one feature of one entity", fix=fix)])
    need([request.view], project.views, "view")
    moment = clock.now() if at is None else instant(at, project.timezone)
    chosen = opened_target(console, project, target)
    compilation = analyze_project(found, {request.view})
    console.report(compilation.diagnostics, files=len(project.files))
    if has_errors(compilation.diagnostics):
        return 1
    view = compilation.analyzed.views[request.view]
    assert isinstance(view.spec, FeatureView)
    windows = [found.name for found in windowed_features(compilation.analyzed, view.name)]
    (feature,) = request.features
    need([feature], [*(declared.name for declared in view.spec.features), *windows], f"feature of `{view.name}` called")
    declared = {key.name: key for name in view.spec.entities for key in project.entities[name].join_keys}
    keys = typed_keys(rows[0], list(declared.values()))
    with reading(compilation.analyzed, chosen) as (engine, home):
        asked = (compilation.analyzed, view.name, engine.dialect, home, keys, feature)
        history = engine.query(wanting(history_query(*asked)).sql)
        if feature in windows:
            (answer,) = engine.query(wanting(window_query(*asked, moment, exclusive)).sql)
    if feature in windows:
        value = answer[feature]
        console.show(
            window_explanation(view, project.entities, feature, keys, history, value, moment, exclusive, limit)
        )
    else:
        console.show(explanation(view, feature, keys, history, moment, exclusive, limit))
    return 0
