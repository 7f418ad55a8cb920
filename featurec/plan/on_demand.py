"""What on-demand views need of the store: lookups of the features that they read, beside those that are asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from featurec.analysis.model import AnalyzedProject, AnalyzedView
from featurec.analysis.on_demand import features_read, is_on_demand
from featurec.analysis.types import NUMERIC, family
from featurec.analysis.windowed import windowed
from featurec.diagnostic import Diagnostic, did_you_mean
from featurec.plan.nodes import RESERVED_PREFIX
from featurec.plan.rows import feature_view
from featurec.spec import Column, FeatureRequest

HIDDEN_ROLE = f"{RESERVED_PREFIX}reads_"
"""How roles begin of lookups that nobody asked for."""

Place = tuple[str, str]
"""Role of a lookup, and name of a feature in it."""


@dataclass(frozen=True)
class Wanted:
    """An on-demand view that is asked for, and where its features are found: ``view:feature`` in lower case -> place."""

    request: FeatureRequest
    view: AnalyzedView
    reads: Mapping[str, Place]


@dataclass(frozen=True)
class Needs:
    """Requests, parted.

    Attributes:
        lookups: of views that have rows. Those whose role begins with ``HIDDEN_ROLE`` ask for no feature by themselves.
        beside: role of a lookup -> features that on-demand views need of it, and that it does not ask for.
        wanted: the on-demand views.
    """

    lookups: tuple[FeatureRequest, ...]
    beside: Mapping[str, tuple[str, ...]]
    wanted: tuple[Wanted, ...]


def needs(requests: Sequence[FeatureRequest], analyzed: AnalyzedProject) -> Needs:
    """Part requests of one role each. A feature is looked up once for all that read it by the same keys."""
    plain = [r for r in requests if not is_on_demand(analyzed.views.get(r.view))]
    lookups = {_lookup(r.view, r.join_keys, analyzed): r for r in reversed(plain)}
    hidden: list[FeatureRequest] = []
    beside: dict[str, dict[str, None]] = {}
    wanted = []
    for request in requests:
        view = analyzed.views.get(request.view)
        if view is None or not is_on_demand(view):
            continue
        reads: dict[str, Place] = {}
        for name, written in features_read(view):
            key = _lookup(name, request.join_keys, analyzed)
            if key not in lookups:
                lookups[key] = FeatureRequest(
                    name, (), f"{HIDDEN_ROLE}{len(hidden) + 1}", dict(key[1]), span=request.span
                )
                hidden.append(lookups[key])
            role = lookups[key].prefix
            feature = _spelled(analyzed.views[name], written)
            reads[f"{name}:{written}".lower()] = role, feature
            if feature not in asked_of(lookups[key], analyzed):
                beside.setdefault(role, {})[feature] = None
        wanted.append(Wanted(request, view, reads))
    return Needs((*plain, *hidden), {role: tuple(names) for role, names in beside.items()}, tuple(wanted))


def input_columns(wanted: Wanted, spine: Sequence[Column], findings: list[Diagnostic]) -> dict[str, Column]:
    """Input -> column of the spine that brings it. Findings: FC267 where there is none, FC268 where its type does not do."""
    by_name = {c.name: c for c in spine}
    folded = {c.name.lower(): c for c in spine}
    found = {}
    for given in feature_view(wanted.view).inputs:
        column = by_name.get(given.name) or folded.get(given.name.lower())
        if column is None:
            findings.append(
                Diagnostic(
                    "FC267",
                    f"the spine has no column `{given.name}`, an input of `{wanted.view.name}`",
                    wanted.request.span,
                    "an on-demand view is computed from what each request brings, which in training is the spine",
                    f"add a column `{given.name}` of type {given.type}; {did_you_mean(given.name, by_name)}",
                )
            )
        elif not _does(given.type, column.type):
            findings.append(
                Diagnostic(
                    "FC268",
                    f"`{column.name}` of the spine is of type {column.type}, the input of `{wanted.view.name}` is {given.type}",
                    wanted.request.span,
                    "a conversion could change its values, and serving would see others",
                    f"cast the column to {given.type} when the spine is written, or mend the type under `inputs`",
                )
            )
        else:
            found[given.name] = column
    return found


def _does(declared: str, spine: str | None) -> bool:
    """Whether every value of the spine's type is one of an input, or becomes it alike in training and in serving."""
    wanted, given = family(declared), family(spine)
    if wanted is None or given is None or "other" in (wanted, given) or wanted == given:
        return True
    return wanted in NUMERIC and given in NUMERIC and wanted != "integer"


def _lookup(
    name: str, join_keys: Mapping[str, str], analyzed: AnalyzedProject
) -> tuple[str, tuple[tuple[str, str], ...]]:
    """A view and where its keys are, by which lookups are the same."""
    view = analyzed.views.get(name)
    entities = view.spec.entities if view else ()
    keys = {
        key.name for e in entities if e in analyzed.project.entities for key in analyzed.project.entities[e].join_keys
    }
    return name, tuple(sorted((k, column) for k, column in join_keys.items() if k in keys and k != column))


def _spelled(view: AnalyzedView, written: str) -> str:
    """The name of a feature as its view declares it."""
    names = [*(f.name for f in feature_view(view).features), *windowed(view), *(c.name for c in view.columns)]
    return next((name for name in names if name.lower() == written.lower()), written)


def asked_of(request: FeatureRequest, analyzed: AnalyzedProject) -> Sequence[str]:
    """The features that a request names, or all that its view declares."""
    if request.features is not None:
        return request.features
    view = analyzed.views[request.view]
    return [*(f.name for f in feature_view(view).features), *windowed(view)]
