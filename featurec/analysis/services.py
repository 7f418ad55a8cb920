"""Services: every feature that they list exists, and roles map keys that the view has."""

from collections.abc import Collection, Iterator, Mapping

from featurec.analysis.model import AnalyzedView
from featurec.diagnostic import Diagnostic, did_you_mean
from featurec.spec import FeatureRequest, FeatureView, Project


def check_services(
    project: Project, views: Mapping[str, AnalyzedView], names: Collection[str] | None
) -> Iterator[Diagnostic]:
    """FC216 for unknown views and features, FC217 for unknown join keys.

    Args:
        views: analyzed ones; a view that is missing here is judged by its declaration alone.
        names: the views asked for; None for all.
    """
    for service in project.services.values():
        for request in service.features:
            if names is None or request.view in names:
                yield from check_request(request, project, views.get(request.view), f"service `{service.name}`")


def check_request(
    request: FeatureRequest, project: Project, analyzed: AnalyzedView | None, asker: str
) -> Iterator[Diagnostic]:
    """Findings of one request of a service or of ``--features``; ``asker`` says whose it is."""
    spec = project.views.get(request.view)
    if spec is None:
        yield Diagnostic(
            "FC216",
            f"there is no feature view `{request.view}`",
            request.span,
            f"{asker} asks for it",
            did_you_mean(request.view, project.views),
        )
        return
    offered = feature_names(spec, analyzed)
    for feature in request.features or ():
        if feature.lower() not in {name.lower() for name in offered} and (analyzed or not _may_output_more(spec)):
            yield Diagnostic(
                "FC216",
                f"`{request.view}` has no feature `{feature}`",
                request.span,
                f"{asker} asks for it; it is neither a column nor an aggregation of the view",
                did_you_mean(feature, offered),
            )
    keys = [key.name for e in spec.entities if e in project.entities for key in project.entities[e].join_keys]
    for key in request.join_keys:
        if key not in keys:
            yield Diagnostic(
                "FC217",
                f"`{key}` is not a join key of `{request.view}`",
                request.span,
                f"`join_keys` of {asker} maps keys of the view to columns of the spine",
                did_you_mean(key, keys),
            )


def feature_names(spec: FeatureView, analyzed: AnalyzedView | None) -> list[str]:
    """What a view offers: declared features, aggregations, and further columns where its SELECT is understood."""
    names = [feature.name for feature in spec.features]
    names += [a.output_name(window) for a in spec.aggregations for window in a.windows]
    names += [column.name for column in analyzed.columns] if analyzed else []
    return list(dict.fromkeys(names))


def _may_output_more(spec: FeatureView) -> bool:
    return not spec.inputs
