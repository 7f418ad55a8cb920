"""What is asked for: a service, by name or as an object, or a list of features."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias, TypeVar

from featurec.cli.arguments import feature_requests
from featurec.diagnostic import Diagnostic, did_you_mean
from featurec.errors import CannotOperate
from featurec.spec import FeatureRequest, Project, Service

T = TypeVar("T")

Features: TypeAlias = "Service | str | Sequence[str]"
"""A service or its name, ``view:feature``, or a list of ``view:feature`` and ``view``."""


def asked(project: Project, features: Features) -> tuple[FeatureRequest, ...]:
    """The requests, in the order of the list; one per view and role.

    Raises CannotOperate: FC951 for an empty list, FC952 for what is no feature, FC953 for a service that there is not.
    """
    if isinstance(features, Service):
        return features.features
    if isinstance(features, str):
        if features in project.services:
            return project.services[features].features
        if ":" not in features and features not in project.views:
            fix = did_you_mean(features, [*project.services, *project.views])
            raise CannotOperate([Diagnostic("FC953", f"the project has no service `{features}`", fix=fix)])
        features = [features]
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
