"""On-demand views that a command is asked for."""

from collections.abc import Sequence

from featurec.compiler import analyze_project
from featurec.diagnostic import Diagnostic, has_errors
from featurec.loading import Loaded
from featurec.online.on_demand import Prepared
from featurec.spec import FeatureRequest


def prepared(
    loaded: Loaded, requests: Sequence[FeatureRequest], full_feature_names: bool
) -> tuple[Prepared | None, list[Diagnostic]]:
    """What computes the on-demand views of these requests; None where there are none, or with findings that forbid it.

    Nothing is analyzed for requests of other views, which the online store alone can answer.
    """
    views = loaded.project.views
    if not any(request.view in views and views[request.view].inputs for request in requests):
        return None, []
    compilation = analyze_project(loaded, {request.view for request in requests})
    if has_errors(compilation.diagnostics):
        return None, list(compilation.diagnostics)
    return Prepared.of(compilation.analyzed, requests, full_feature_names)
