"""What the as-of rule says of logged answers: training sets whose spine are the entities of requests.

Defaults stand in for missing values on both sides, so they are left out of the query: what a value is missing for
is what is compared. TTL is the query's, and told apart from NULL by the age of the row.
"""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from featurec.compiler import Compilation, windowed_features
from featurec.diagnostic import Diagnostic
from featurec.engines.arrow import records
from featurec.errors import FeaturecError
from featurec.online.encoding import default_value
from featurec.online.logged import LoggedFeature, LoggedLookup, Shape, write_spine
from featurec.online.on_demand import Prepared
from featurec.online.read import EntityFeatures, OnlineValue, Status
from featurec.online_type import value_type
from featurec.run.replay_log import LoggedRow
from featurec.run.train import TrainOptions, train_table
from featurec.spec import FeatureRequest, FeatureView, Target

_RESERVED = "event_timestamp"
"""A feature of this name cannot stand beside the time of its own row."""

Place = tuple[str, str]
"""Role of a lookup, and name of a feature."""


@dataclass(frozen=True)
class Ruled:
    """What the rule says of a feature, as an answer would have it.

    Attributes:
        event: τ of the row found, also where it is too old; None where there is none.
    """

    value: object
    status: Status
    event: datetime | None


@dataclass(frozen=True)
class Comparable:
    """What of a shape can be rebuilt with the project as it is now.

    Attributes:
        lookups: of the versions that are compiled now.
        features: role -> names that are asked of it.
        prepared: computes on-demand views; None where there are none, or their versions are others.
        findings: why the on-demand views cannot be prepared.
    """

    lookups: tuple[LoggedLookup, ...]
    features: Mapping[str, tuple[str, ...]]
    prepared: Prepared | None
    findings: tuple[Diagnostic, ...] = ()


def comparable(shape: Shape, compilation: Compilation) -> Comparable:
    """Which lookups and on-demand views are of versions that the project has now."""
    views = compilation.analyzed.views
    same = {name: view.fingerprint for name, view in views.items()}
    lookups = [one for one in shape.lookups if same.get(one.view) == one.fingerprint]
    names: dict[str, dict[str, None]] = {one.role: {} for one in lookups}
    for feature in shape.features:
        if not feature.computed and feature.role in names:
            names[feature.role][feature.name] = None
    prepared: Prepared | None = None
    findings: list[Diagnostic] = []
    computed = shape.on_demand or {}
    if computed and all(same.get(view) == fingerprint for view, fingerprint in computed.items()):
        prepared, findings = Prepared.of(compilation.analyzed, shape.requests, shape.full_feature_names)
        if prepared is not None and not {request.prefix for request in prepared.requests} <= names.keys():
            prepared = None
        for request in prepared.requests if prepared else ():
            wanted = request.features if request.features is not None else _all(compilation, request.view)
            names[request.prefix] |= dict.fromkeys(wanted)
    found = {role: tuple(n for n in asked if n.lower() != _RESERVED) for role, asked in names.items()}
    return Comparable(tuple(lookups), found, prepared, tuple(findings))


def _all(compilation: Compilation, view: str) -> list[str]:
    spec = compilation.analyzed.views[view].spec
    assert isinstance(spec, FeatureView)
    return [*(f.name for f in spec.features), *(w.name for w in windowed_features(compilation.analyzed, view))]


def without_defaults(compilation: Compilation) -> Compilation:
    """The same views, which say of a missing value that it is missing."""
    views = {}
    for name, view in compilation.analyzed.views.items():
        spec = view.spec
        if isinstance(spec, FeatureView):
            spec = replace(spec, features=tuple(replace(f, default=None) for f in spec.features))
        views[name] = replace(view, spec=spec)
    return replace(compilation, analyzed=replace(compilation.analyzed, views=views))


class Rule:
    """What the rule says of rows of one shape.

    Args:
        bare: the compilation ``without_defaults``.
    """

    def __init__(
        self, shape: Shape, found: Comparable, compilation: Compilation, bare: Compilation, target: Target
    ) -> None:
        self.shape = shape
        self.found = found
        self._compilation = compilation
        self._bare = bare
        self._target = target
        self._kinds = {
            (role, name): self._described(lookup, name)
            for lookup in found.lookups
            for role in (lookup.role,)
            for name in found.features[role]
        }

    def at(self, asked: Sequence[tuple[LoggedRow, datetime]]) -> list[Mapping[Place, Ruled]]:
        """The features of each row as of an instant. The TTL counts from the row's own request for latest-row features.

        Raises what a training set does.
        """
        lookups = self.found.lookups
        if not lookups or not asked:
            return [{} for _ in asked]
        requests = [
            FeatureRequest(one.view, self.found.features[one.role], f"l{n}", {k.name: k.column for k in one.keys})
            for n, one in enumerate(lookups)
        ]
        timestamp = "replayed_at"
        while timestamp in self.shape.key_types:
            timestamp += "_"
        with tempfile.TemporaryDirectory(prefix="featurec-replay-") as folder:
            spine = Path(folder) / "spine.parquet"
            write_spine(self.shape, [row["entity"] for row, _ in asked], timestamp, [at for _, at in asked], spine)
            options = TrainOptions(timestamp, full_feature_names=True, with_timestamps=True)
            table = train_table(self._bare, self._target, spine, requests, options).rows
        found = records(table)
        return [self._ruled(values, row["requested_at"]) for values, (row, _) in zip(found, asked, strict=True)]

    def on_demand(self, rows: Sequence[LoggedRow], ruled: Sequence[Mapping[Place, Ruled]]) -> list[Mapping[str, Ruled]]:
        """What on-demand views make of rebuilt features: output -> value. Raises FeaturecError (FC949)."""
        prepared = self.found.prepared
        if prepared is None or not rows:
            return [{} for _ in rows]
        given = [
            {**row.get("entity", {}), **{name: orjson.loads(text) for name, text in row.get("inputs", {}).items()}}
            for row in rows
        ]
        answers = [
            EntityFeatures(
                entity,
                {f"{role}__{name}": OnlineValue(f.value, f.status, f.event) for (role, name), f in found.items()},
            )
            for entity, found in zip(given, ruled, strict=True)
        ]
        computed = {f.output for f in self.shape.features if f.computed}
        return [
            {name: Ruled(f.value, f.status, None) for name, f in answer.features.items() if name in computed}
            for answer in prepared.evaluate(given, answers)
        ]

    def _described(self, lookup: LoggedLookup, name: str) -> LoggedFeature:
        """A feature with its type and default, as the project declares them now: its version is the one that was logged."""
        spec = self._compilation.analyzed.views[lookup.view].spec
        assert isinstance(spec, FeatureView)
        for declared in spec.features:
            if declared.name == name:
                return LoggedFeature(name, lookup.role, lookup.view, name, declared.type, declared.default)
        (window,) = (w for w in windowed_features(self._compilation.analyzed, lookup.view) if w.name == name)
        return LoggedFeature(name, lookup.role, lookup.view, name, window.type or "", window.empty, windowed=True)

    def _ruled(self, values: Mapping[str, Any], requested_at: datetime) -> Mapping[Place, Ruled]:
        found = {}
        for number, lookup in enumerate(self.found.lookups):
            event = values[f"l{number}__event_timestamp"]
            past = _is_past(event, requested_at, lookup.ttl)
            for name in self.found.features[lookup.role]:
                feature = self._kinds[lookup.role, name]
                value = values[f"l{number}__{name}"]
                if event is None:
                    status = Status.NOT_FOUND
                elif past and not feature.windowed:
                    status, value = Status.OUTSIDE_MAX_AGE, None
                else:
                    status = Status.NULL_VALUE if value is None else Status.PRESENT
                kind = value_type(feature.type)
                if value is None and kind is not None:
                    value = default_value(kind, feature.default)
                found[lookup.role, name] = Ruled(value, status, event if isinstance(event, datetime) else None)
        return found


def _is_past(event: object, at: datetime, ttl: int | None) -> bool:
    """Whether a row is past its TTL. A time that Python has no day for is before all others, as it is before ``at``."""
    if ttl is None or event is None:
        return False
    if not isinstance(event, datetime):
        return True
    event = event if event.tzinfo else event.replace(tzinfo=UTC)
    return at - event > timedelta(microseconds=ttl)


def failure(error: FeaturecError) -> str:
    """Why something could not be rebuilt, in one line."""
    return error.diagnostics[0].claim
