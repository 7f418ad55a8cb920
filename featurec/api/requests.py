"""What is asked for: a service, by name or as an object, or a list of features."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from featurec.cli.arguments import feature_requests
from featurec.compiler import Range
from featurec.diagnostic import Diagnostic, did_you_mean
from featurec.errors import CannotOperate, FeaturecError
from featurec.spec import FeatureRequest, Project, Service

T = TypeVar("T")

Features: TypeAlias = "Service | str | Sequence[str]"
"""A service or its name, ``view:feature``, or a list of ``view:feature`` and ``view``."""


@dataclass(frozen=True, eq=False)
class Asked:
    """Features that are asked for.

    Attributes:
        requests: one per view and role, in order.
        computed: whether there are on-demand views among them.
    """

    requests: tuple[FeatureRequest, ...]
    computed: bool = False

    @classmethod
    def of(cls, project: Project, features: Features) -> "Asked":
        """Raises CannotOperate: FC951 for an empty list, FC952 for what is no feature, FC953 for a service that there is not."""
        requests = _requests(project, features)
        views = project.views
        return cls(requests, any(r.view in views and bool(views[r.view].inputs) for r in requests))

    @property
    def key(self) -> tuple[object, ...]:
        """What the requests are known by."""
        found: tuple[object, ...] | None = self.__dict__.get("_key")
        if found is None:
            found = tuple((r.view, r.features, r.role, *r.join_keys.items()) for r in self.requests)
            object.__setattr__(self, "_key", found)
        return found


def _requests(project: Project, features: Features) -> tuple[FeatureRequest, ...]:
    if isinstance(features, Service):
        return features.features
    if isinstance(features, str):
        if features in project.services:
            return project.services[features].features
        if ":" not in features and features not in project.views:
            fix = did_you_mean(features, [*project.services, *project.views])
            raise CannotOperate([Diagnostic("FC953", f"the project has no service `{features}`", fix=fix)])
        features = [features]
    if not isinstance(features, Sequence) or not all(isinstance(text, str) for text in features):
        cause = f"it is {features!r}"[:200]
        fix = "give a service, its name, or a list such as ['view:feature', 'view']"
        raise CannotOperate([Diagnostic("FC952", "`features` is no list of features", cause=cause, fix=fix)])
    if not features:
        fix = "give a service, or a list such as ['view:feature', 'view']"
        raise CannotOperate([Diagnostic("FC951", "no features are asked for", fix=fix)])
    return feature_requests(features, "features")


def named(known: Mapping[str, T], name: str, kind: str) -> T:
    """What is declared by that name. Raises CannotOperate (FC953) where nothing is."""
    if name not in known:
        fix = did_you_mean(name, known)
        raise CannotOperate([Diagnostic("FC953", f"the project has no {kind} `{name}`", fix=fix)])
    return known[name]


def instant(moment: datetime, zone: str) -> datetime:
    """A time of a call in UTC; without a zone it is meant in the project's. Raises FeaturecError (FC952)."""
    if not isinstance(moment, datetime):
        fix = "give a datetime; without a zone it is meant in the project's"
        raise FeaturecError([Diagnostic("FC952", f"{moment!r} is no datetime"[:200], fix=fix)])
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except OverflowError:
        claim = f"`{moment}` is before year 1 or after year 9999 in UTC"
        raise FeaturecError([Diagnostic("FC952", claim)]) from None


def stretch(start: datetime, end: datetime, zone: str) -> Range:
    """The event times of start ≤ time < end. Raises FeaturecError (FC952) where there are none."""
    first, last = instant(start, zone), instant(end, zone)
    if last <= first:
        claim = f"there is no time between {start} and {end}"
        raise FeaturecError([Diagnostic("FC952", claim, fix="give an `end_date` after `start_date`")])
    return Range(first, last)


def variables(given: Mapping[str, object] | None) -> dict[str, object]:
    """Values of ``var()``. Raises FeaturecError (FC952) for what is no mapping."""
    if given is not None and not isinstance(given, Mapping):
        claim = f"`vars` is {given!r}"[:200]
        raise FeaturecError([Diagnostic("FC952", claim, fix="give a dict: {'min_amount': 5}")])
    return dict(given or {})
