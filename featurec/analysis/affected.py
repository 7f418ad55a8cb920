"""Which feature services a change of views reaches, and which it breaks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from featurec.analysis.changes import Comparison, Grade, worst

Requests = Mapping[str, Sequence[tuple[str, Sequence[str] | None]]]
"""Service -> the views that it asks for, each with the features, None for all."""


@dataclass(frozen=True)
class Affected:
    """A service that reads changed views.

    Attributes:
        views: those of them, as the service lists them.
        grade: the worst of their changes.
        breaks: what whoever uses the service misses, or gets as another type: ```spend:amount` is gone``.
    """

    service: str
    views: tuple[str, ...]
    grade: Grade | None
    breaks: tuple[str, ...]


def affected(services: Requests, comparisons: Sequence[Comparison]) -> list[Affected]:
    """The services, by name, that ask for a view whose values or features are not what they were."""
    by_view = {found.view: found for found in comparisons if found.status in ("changed", "parent", "removed")}
    reached = []
    for service, requests in sorted(services.items()):
        views = tuple(dict.fromkeys(view for view, _ in requests if view in by_view))
        if views:
            grade = worst(grade for view in views if (grade := by_view[view].grade) is not None)
            breaks = tuple(found for request in requests for found in _broken(request, by_view))
            reached.append(Affected(service, views, grade, tuple(dict.fromkeys(breaks))))
    return reached


def _broken(request: tuple[str, Sequence[str] | None], by_view: Mapping[str, Comparison]) -> Iterator[str]:
    view, features = request
    if view not in by_view:
        return
    if by_view[view].status == "removed":
        yield f"`{view}` is gone"
    for feature, what in (by_view[view].lost or {}).items():
        if features is None or feature.lower() in {name.lower() for name in features}:
            yield f"`{view}:{feature}` {what}"
