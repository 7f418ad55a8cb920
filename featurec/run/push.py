"""Rows that a program pushes into the online store: held against what the view promises, then merged as an export's are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING

from featurec.codegen import ident, render_sql
from featurec.diagnostic import Diagnostic, did_you_mean
from featurec.engines.duckdb import DuckDBEngine, open_files
from featurec.errors import FeaturecError
from featurec.online.encoding import Encoded, rows_sql
from featurec.online.protocol import Batch, OnlineStore, OnlineView, Published, Turn
from featurec.online_type import ValueType, key_type, value_type
from featurec.spec import Column, FeatureView

if TYPE_CHECKING:
    from featurec.engines.arrow import Table

_ROWS = "__fc_pushed"
_TIMES = ("date", "timestamp", "timestamptz", "timestamp_s", "timestamp_ms", "timestamp_ns", "timestamptz_ns")
_ATTEMPTS = 3


def push_rows(store: OnlineStore, spec: FeatureView, rows: "Table", timezone: str, as_of: datetime) -> Published:
    """Merge rows into the version of a view that readers see; all of them, or none.

    A row replaces an older one, and one of equal times that differs; an older one changes nothing. How far the view was
    exported stays as it is: the next export brings what changed since the last, and of an entity the newer row stays.

    Args:
        rows: the view's join keys, all declared features, its timestamp, and where the header names them its created
            timestamp and ``available_at``; nothing else. Of two rows of one entity the newer counts, of equally new ones
            the later.
        timezone: of times without a zone.

    Raises FeaturecError: FC962 for rows that the view could not have, or a view that takes none, FC940 where the view was
    never exported; what ``OnlineStore.publish`` raises.
    """
    if refusal := _takes_none(spec):
        raise FeaturecError([refusal])
    for attempt in range(_ATTEMPTS):
        active = store.active([spec.name]).get(spec.name)
        if active is None:
            raise FeaturecError([_not_exported(spec)])
        try:
            return _Push(spec, active.view, rows, timezone).publish(store, as_of)
        except FeaturecError as error:
            if error.diagnostics[0].code != "FC932" or not error.retryable or attempt + 1 == _ATTEMPTS:
                raise
    raise AssertionError("the last attempt returns or raises")


@dataclass(frozen=True)
class _Given:
    """A column: its declared name and type, and what it is called and of which type it is in the rows."""

    name: str
    type: str
    given: str
    source: str

    @property
    def narrowed(self) -> bool:
        return (self.type, self.source) == ("float", "double") or self.source == "null"

    def described(self) -> SimpleNamespace:
        return SimpleNamespace(
            name=self.name, type=self.type, given=self.given, narrowed=self.narrowed, **{"from": self.source}
        )


class _Push:
    """Rows on their way into one version."""

    def __init__(self, spec: FeatureView, view: OnlineView, rows: "Table", timezone: str) -> None:
        self._spec = spec
        self._view = view
        self._rows = rows
        self._timezone = timezone

    def publish(self, store: OnlineStore, as_of: datetime) -> Published:
        session = open_files(())
        try:
            types: Mapping[str, str] = {}
            if self._rows.num_columns:  # DuckDB has no table without any
                session.add_table(_ROWS, self._rows)
                types = session.columns(ident((_ROWS,), session.dialect))
            columns = self._columns(types)
            return store.publish(self._view, lambda turn: self._batch(session, columns, turn), as_of)
        finally:
            session.close()

    def _columns(self, types: Mapping[str, str]) -> dict[str, _Given]:
        """The columns that a row has, by name. Raises FeaturecError for those that are missing or too many."""
        spec = self._spec
        wanted = {c.name: c.type or "" for c in _stored(self._view)}
        times = [name for name in (spec.timestamp, spec.created_timestamp, spec.available_at) if name]
        wanted |= {name: "" for name in times if name not in wanted}
        folded = {name.lower(): name for name in types}
        if not types:
            claim, fix = "the rows have no columns", "give one row at least"
            raise FeaturecError([self._refused(claim, _needs(wanted), fix)])
        findings = [
            self._refused(f"the rows have no `{name}`", _needs(wanted), _to_add(name, types))
            for name in wanted
            if name.lower() not in folded
        ]
        known = {name.lower() for name in wanted}
        for name in types:
            if name.lower() not in known:
                claim = f"`{spec.name}` has no column `{name}`"
                findings.append(self._refused(claim, _needs(wanted), f"leave it out; {did_you_mean(name, wanted)}"))
        found = {
            name: _Given(name, kind or types[folded[name.lower()]], folded[name.lower()], types[folded[name.lower()]])
            for name, kind in wanted.items()
            if name.lower() in folded
        }
        for name in times:
            if name in found and found[name].source not in _TIMES:
                claim = f"`{name}` of the rows is of type {found[name].source}"
                findings.append(self._refused(claim, "it is a time", "give datetimes, best with their zone"))
        if findings:
            raise FeaturecError(findings)
        return found

    def _batch(self, session: DuckDBEngine, columns: Mapping[str, _Given], turn: Turn) -> Batch:
        spec, view = self._spec, self._view
        if turn.watermark is None or turn.active != view.fingerprint:
            claim = f"readers see another version of `{spec.name}` since a moment ago"
            raise FeaturecError([Diagnostic("FC932", claim, fix="push again")], retryable=True)
        self._check(session, columns, turn)
        names = {
            "event": _time(columns, spec.timestamp),
            "created": _time(columns, spec.created_timestamp),
            "timezone": self._timezone,
            "relation": (_ROWS,),
        }
        keys = [columns[key.name] for key in view.join_keys]
        stored = [columns[c.name] for c in _stored(view)]
        latest = render_sql(
            "online/pushed.sql",
            session.dialect,
            columns=[column.described() for column in stored],
            keys=[key.described() for key in keys],
            **names,
        )
        encoded_keys = [Encoded(c.name, _known(key_type(c.type or "")), c.name) for c in view.join_keys]
        features = [Encoded(f.name, _known(value_type(f.type)), f.name) for f in view.features]
        sql = rows_sql(latest, encoded_keys, features, session.dialect)
        return Batch(session.copy_rows(sql), whole=False, format=session.copy_format, mark=turn.watermark)

    def _check(self, session: DuckDBEngine, columns: Mapping[str, _Given], turn: Turn) -> None:
        """Raises FeaturecError (FC962) for rows that the view could not have."""
        spec, view = self._spec, self._view
        checked = [columns[c.name] for c in _stored(view)]
        sql = render_sql(
            "online/pushed_check.sql",
            session.dialect,
            columns=[column.described() for column in checked],
            keys=[columns[key.name].described() for key in view.join_keys],
            event=_time(columns, spec.timestamp),
            available=_time(columns, spec.available_at),
            delay=spec.delay,
            latest=turn.latest,
            timezone=self._timezone,
            relation=(_ROWS,),
        )
        (found,) = session.query(sql)
        findings = []
        for number, column in enumerate(checked):
            if (value := found[f"unfit_{number}"]) is not None:
                claim = f"`{column.name}` has the value {value}, which is not a {column.type}"
                cause = f"the column is of type {column.source}, and the value would not stay what it is"
                findings.append(self._refused(claim, cause, f"give a {column.type}"))
        if found["unnamed"]:
            keys = ", ".join(f"`{key.name}`" for key in view.join_keys)
            claim = f"{found['unnamed']:,} of the {found['row_count']:,} rows have NULL in {keys} or `{spec.timestamp}`"
            findings.append(self._refused(claim, "NULL names no entity and no time", "leave these rows out"))
        if found["early"]:
            claim = f"{found['early']:,} of the {found['row_count']:,} rows are not to be known yet"
            cause = f"they come into use later than {turn.latest}, the online store's clock and `max_future`"
            findings.append(self._refused(claim, cause, "push them when their time has come"))
        if findings:
            raise FeaturecError(findings)

    def _refused(self, claim: str, cause: str, fix: str) -> Diagnostic:
        return Diagnostic("FC962", claim, self._spec.title, cause, fix)


def _time(columns: Mapping[str, _Given], name: str | None) -> SimpleNamespace | None:
    return SimpleNamespace(given=columns[name].given, type=columns[name].source) if name else None


def _stored(view: OnlineView) -> list[Column]:
    """The columns of a stored row."""
    return [*view.join_keys, *(Column(feature.name, feature.type) for feature in view.features)]


def _known(found: ValueType | None) -> ValueType:
    assert found is not None, "what was exported has an exact form"
    return found


def _to_add(name: str, given: Mapping[str, str]) -> str:
    near = did_you_mean(name, given)
    return f"add it; {near}"


def _needs(wanted: Mapping[str, str]) -> str:
    return f"a row has {', '.join(f'`{name}`' for name in wanted)}"


def _takes_none(spec: FeatureView) -> Diagnostic | None:
    """Why rows cannot be pushed into a view at all."""
    if spec.inputs:
        cause = "it is computed at every request"
    elif spec.aggregations:
        cause = "its windows are computed from all of its rows when it is exported"
    elif not spec.online or not spec.features or spec.timestamp is None:
        cause = "it is not in the online store"
    else:
        return None
    claim = f"rows cannot be pushed into `{spec.name}`"
    return Diagnostic("FC962", claim, spec.title, cause, "write the rows into its source, then featurec run")


def _not_exported(spec: FeatureView) -> Diagnostic:
    claim, cause = f"`{spec.name}` is not in the online store", "it was never exported to this target"
    return Diagnostic("FC940", claim, spec.title, cause, f"featurec run --select {spec.name}")
