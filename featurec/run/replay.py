"""Logged answers held against the as-of rule: every value a match, or a mismatch with its cause."""

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path

from featurec.compiler import Compilation, Windowed, windowed_features
from featurec.diagnostic import Diagnostic
from featurec.engines.open import open_engine
from featurec.engines.protocol import Access
from featurec.errors import CannotOperate, FeaturecError
from featurec.online.logged import LoggedFeature, Shape
from featurec.online_type import ValueType, value_type
from featurec.run.replay_cause import (
    FAULTS,
    UNCOMPARED,
    Outcome,
    Served,
    Written,
    difference,
    judge,
    latest_is_late,
    plain,
    window_is_late,
)
from featurec.run.replay_log import AnswerLog, LoggedRow, Wanted, nothing
from featurec.run.replay_rule import Comparable, Place, Rule, Ruled, comparable, without_defaults
from featurec.run.state import State, physical
from featurec.spec import FeatureView, Target

BATCH = 5_000
"""Rows of the log that are rebuilt by one training set."""

Key = tuple[str, str, str, str]
"""Service, view, role and feature."""


@dataclass(frozen=True)
class Example:
    """A value that nothing explains.

    Attributes:
        keys: join key of the view -> value.
        at: the instant that it was compared at.
        computed: whether it is of an on-demand view, which has no rows to look at.
    """

    key: Key
    outcome: Outcome
    keys: Mapping[str, object]
    requested_at: datetime
    at: datetime
    served: Served
    ruled: Ruled
    computed: bool

    @property
    def apart(self) -> float:
        """How far the two values are apart; infinite for what is no number."""
        return difference(self.served.value, self.ruled.value)


@dataclass
class Replay:
    """What was found.

    Attributes:
        rows: answers for one entity each, of the log.
        counts: by outcome.
        examples: the values that lie furthest apart, of those that are missing, extra or unexplained.
        findings: FC980 for files that cannot be read, and why on-demand views were not computed.
    """

    limit: int
    rows: int = 0
    counts: dict[Key, Counter[Outcome]] = field(default_factory=dict)
    findings: list[Diagnostic] = field(default_factory=list)
    _kept: list[tuple[float, int, Example]] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=lambda: count(0, -1))

    @property
    def total(self) -> Counter[Outcome]:
        return sum(self.counts.values(), Counter())

    @property
    def compared(self) -> int:
        """How many values could be compared."""
        return sum(number for outcome, number in self.total.items() if outcome not in UNCOMPARED)

    @property
    def share(self) -> float:
        """The share of faults among them."""
        return sum(self.total[outcome] for outcome in FAULTS) / self.compared if self.compared else 0.0

    @property
    def examples(self) -> list[Example]:
        return [example for _, _, example in sorted(self._kept, key=lambda kept: kept[:2], reverse=True)]

    def add(self, key: Key, outcome: Outcome) -> None:
        self.counts.setdefault(key, Counter())[outcome] += 1

    def keep(self, example: Example) -> None:
        heapq.heappush(self._kept, (example.apart, next(self._numbers), example))
        if len(self._kept) > self.limit:
            heapq.heappop(self._kept)


def replay(
    compilation: Compilation, target: Target, log: AnswerLog, wanted: Wanted, tolerance: float = 0.0, examples: int = 5
) -> Replay:
    """Rebuild what was answered, and compare.

    Args:
        target: with its settings filled in.
        tolerance: how far apart numbers may be, as a share of the larger where that is above 1.

    Raises CannotOperate (FC981) where nothing could be compared, and what a training set raises.
    """
    if not log.shapes:
        raise CannotOperate([*log.findings, nothing("there are no logged answers", "none of the files can be read")])
    found = Replay(examples, findings=list(log.findings))
    bare = without_defaults(compilation)
    written = _written(compilation, target)
    rules: dict[bytes, Rule] = {}
    for shape, rows in log.batches(wanted, BATCH, found.findings):
        rule = rules.get(shape.text)
        if rule is None:
            able = comparable(shape, compilation)
            found.findings += able.findings
            rule = rules[shape.text] = Rule(shape, able, compilation, bare, target)
        _Batch(rule, rows, compilation, written, tolerance, found).judge()
        found.rows += len(rows)
    if not found.rows:
        raise CannotOperate([nothing("no logged answer is of that service and time", "there are none to compare")])
    if not found.compared:
        told = ", ".join(f"{number} {outcome}" for outcome, number in found.total.items())
        raise CannotOperate([nothing("no logged value can be compared", f"of {sum(found.total.values())}: {told}")])
    return found


def _written(compilation: Compilation, target: Target) -> Mapping[str, Written]:
    """View -> how its table came to be."""
    analyzed, project = compilation.analyzed, compilation.project
    engine = open_engine(target, project, Path(project.root), Access())
    try:
        prints = {name: view.fingerprint for name, view in analyzed.views.items()}
        home, state = physical(engine, prints, project.root), State(engine)
        found = {}
        for name, built in home.built.items():
            spec = analyzed.views[name].spec
            corrected = isinstance(spec, FeatureView) and spec.created_timestamp is not None
            found[name] = Written(state.writes(built.table), corrected)
        return found
    finally:
        engine.close()


class _Batch:
    """Rows of one shape on their way."""

    def __init__(
        self,
        rule: Rule,
        rows: Sequence[LoggedRow],
        compilation: Compilation,
        written: Mapping[str, Written],
        tolerance: float,
        into: Replay,
    ) -> None:
        self.rule = rule
        self.shape: Shape = rule.shape
        self.found: Comparable = rule.found
        self.rows = rows
        self.written = written
        self.tolerance = tolerance
        self.into = into
        self.lookups = {one.role: one for one in self.found.lookups}
        self.seen = {(feature.role, feature.name) for feature in self.shape.features}
        self.lengths = {
            (view, window.name): _reach(window)
            for view in {one.view for one in self.found.lookups}
            for window in windowed_features(compilation.analyzed, view)
        }

    def judge(self) -> None:
        """Rebuild each row at its request and at the exports that answered it, and judge every value."""
        asked: dict[tuple[int, datetime], None] = {}
        for number, row in enumerate(self.rows):
            instants = [self._exported(row, one.role) for one in self.found.lookups]
            asked |= dict.fromkeys((number, at) for at in (row["requested_at"], *instants) if at is not None)
        places = self.rule.at([(self.rows[number], at) for number, at in asked])
        by_place = dict(zip(asked, places, strict=True))
        now, then = [], []
        for number, row in enumerate(self.rows):
            at_request = by_place[number, row["requested_at"]]
            exports = {one.role: self._exported(row, one.role) for one in self.found.lookups}
            at_export = {
                (role, name): by_place[number, exports[role] or row["requested_at"]][role, name]
                for role, name in at_request
            }
            now.append({p: at_export[p] if self._is_windowed(p) else ruled for p, ruled in at_request.items()})
            then.append(at_export)
        computed_now, computed_then = self._computed(now), self._computed(then)
        for number, row in enumerate(self.rows):
            late: set[Outcome] = set()
            for feature in self.shape.features:
                if not feature.computed:
                    late.add(self._stored(row, feature, now[number], then[number]))
            for feature in self.shape.features:
                if feature.computed:
                    pair = (computed_now[number].get(feature.output), computed_then[number].get(feature.output))
                    self._on_demand(
                        row, feature, *pair, late=Outcome.LATE in late or self._unseen_late(row, then[number])
                    )

    def _computed(self, ruled: Sequence[Mapping[Place, Ruled]]) -> list[Mapping[str, Ruled]]:
        try:
            return self.rule.on_demand(self.rows, ruled)
        except FeaturecError as refused:
            self.into.findings += [one for one in refused.diagnostics if one not in self.into.findings]
            return [{} for _ in self.rows]

    def _unseen_late(self, row: LoggedRow, then: Mapping[Place, Ruled]) -> bool:
        """Whether a row came later that only on-demand views read, whose values are not in the log."""
        for (role, name), ruled in then.items():
            if (role, name) in self.seen:
                continue
            view = self.lookups[role].view
            written = self.written.get(view, Written())
            served = Served(None, "", None, row["requested_at"], self._exported(row, role))
            if (view, name) in self.lengths:
                if window_is_late(served, self.lengths[view, name], written):
                    return True
            elif latest_is_late(served, ruled, written):
                return True
        return False

    def _exported(self, row: LoggedRow, role: str) -> datetime | None:
        found = (row.get("exported") or {}).get(role)
        return found if isinstance(found, datetime) else None

    def _is_windowed(self, place: Place) -> bool:
        return (self.lookups[place[0]].view, place[1]) in self.lengths

    def _stored(
        self, row: LoggedRow, feature: LoggedFeature, now: Mapping[Place, Ruled], then: Mapping[Place, Ruled]
    ) -> Outcome:
        place = (feature.role, feature.name)
        if feature.role not in self.lookups:
            return self._count(feature, Outcome.OTHER_VERSION)
        if place not in now:
            return self._count(feature, Outcome.NOT_REPLAYED)
        exported = self._exported(row, feature.role)
        served = _served(row, feature, exported)
        written = self.written.get(feature.view, Written())
        known = exported if exported is not None and exported <= served.at else None
        visible = then[place] if known is not None else None
        if feature.windowed:
            length = self.lengths[feature.view, feature.name]
            outcome = judge(
                _kind(feature),
                served,
                now[place],
                None,
                lambda: window_is_late(served, length, written),
                self.tolerance,
            )
            at = exported or served.at
        else:
            by_export = visible or now[place]
            outcome = judge(
                _kind(feature),
                served,
                now[place],
                visible,
                lambda: latest_is_late(served, by_export, written),
                self.tolerance,
            )
            at = served.at
        return self._count(feature, outcome, row, served, now[place], at)

    def _on_demand(
        self, row: LoggedRow, feature: LoggedFeature, now: Ruled | None, then: Ruled | None, *, late: bool
    ) -> None:
        """Late where a stored feature of the same answer is, or one that it alone reads."""
        if now is None:
            versions = self.found.prepared is None and not self.found.findings
            self._count(feature, Outcome.OTHER_VERSION if versions else Outcome.NOT_REPLAYED)
            return
        served = _served(row, feature, None)
        outcome = judge(_kind(feature), served, now, then, lambda: late, self.tolerance)
        self._count(feature, outcome, row, served, now, served.at)

    def _count(
        self,
        feature: LoggedFeature,
        outcome: Outcome,
        row: LoggedRow | None = None,
        served: Served | None = None,
        ruled: Ruled | None = None,
        at: datetime | None = None,
    ) -> Outcome:
        key = (self.shape.service, feature.view, feature.role, feature.name)
        self.into.add(key, outcome)
        if outcome in FAULTS - {Outcome.STALE} and row and served and ruled and at:
            lookup = self.lookups.get(feature.role)
            keys = {k.name: row["entity"][k.column] for k in lookup.keys} if lookup else dict(row.get("entity") or {})
            kind = _kind(feature)
            shown = Served(plain(kind, served.value), served.status, served.event, served.at, served.exported)
            other = Ruled(plain(kind, ruled.value), ruled.status, ruled.event)
            self.into.keep(Example(key, outcome, keys, served.at, at, shown, other, feature.computed))
        return outcome


def _reach(window: Windowed) -> int | None:
    """How far a window reaches back, in microseconds; None for all of the past."""
    length = window.window.length
    return None if length is None else length + window.aggregation.offset


def _kind(feature: LoggedFeature) -> ValueType:
    kind = value_type(feature.type)
    assert kind is not None, "files of other types are refused when they are opened"
    return kind


def _served(row: LoggedRow, feature: LoggedFeature, exported: datetime | None) -> Served:
    found = row["features"][feature.output]
    return Served(found["value"], found["status"], found["event_timestamp"], row["requested_at"], exported)
