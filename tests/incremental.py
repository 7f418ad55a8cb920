"""A project of views that look back in different ways, its sources, and what a full computation gives of each view."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from featurec.compiler import AnalyzedProject, Physical, Range, Slice, build_query, compile_project
from featurec.engines.protocol import Engine
from featurec.run.build import Built, build_view
from featurec.run.intervals import Asked, complete_until
from featurec.run.state import State, physical
from featurec.spec import FeatureView

START = datetime(2024, 3, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

PROJECT = """\
name: incremental
default_target: dev
targets:
  dev:
    offline: {type: TYPE, URL}
"""
ENTITIES = "entities:\n  user: {join_keys: {user_id: bigint}}\n"
SOURCES = """\
sources:
  raw:
    schema: raw
    tables:
      events:
        timestamp: ts
        available_at: known
        columns: {user_id: bigint, ts: timestamptz, known: timestamptz, amount: bigint}
      clicks:
        timestamp: ts
        columns: {user_id: bigint, ts: timestamptz, amount: bigint}
      users:
        static: true
        columns: {user_id: bigint, factor: bigint}
"""
VIEWS = {
    # Rows as they come, no bound on lateness declared: what comes late is found by counting.
    "plain": (
        "timestamp: ts\nfeatures: {amount: {type: bigint}}",
        "SELECT user_id, ts, amount FROM {{ source('raw', 'clicks') }} WHERE amount <> 0",
    ),
    # A fact known later than it happened, corrections by new rows.
    "corrected": (
        "timestamp: ts\navailable_at: known\nfeatures: {amount: {type: bigint}}",
        "SELECT e.user_id, e.ts, e.known, e.amount * u.factor AS amount\n"
        "FROM {{ source('raw', 'events') }} AS e LEFT JOIN {{ source('raw', 'users') }} AS u USING (user_id)",
    ),
    # A claim that nobody made: what has no time is taken to have been known when it happened.
    "claimed": (
        "timestamp: k\nfeatures: {amount: {type: bigint}}",
        "SELECT user_id, coalesce(known, ts) AS k, amount FROM {{ source('raw', 'events') }}",
    ),
    # Whole days, stamped at their end.
    "daily": (
        "timestamp: day_end\ninterval: 1d\nmax_lateness: 1d\nfeatures: {total: {type: bigint}, n: {type: bigint}}",
        "SELECT user_id, date_trunc('day', ts) + INTERVAL 1 DAY AS day_end, CAST(sum(amount) AS BIGINT) AS total, count(*) AS n\n"
        "FROM {{ source('raw', 'clicks') }} GROUP BY user_id, date_trunc('day', ts)",
    ),
    # Both sources, three days back.
    "joined": (
        "timestamp: ts\nmax_lateness: 6h\nfeatures: {amount: {type: bigint}, before: {type: bigint}}",
        "SELECT c.user_id, c.ts, c.amount, CAST(sum(e.amount) AS BIGINT) AS before\n"
        "FROM {{ source('raw', 'clicks') }} AS c\n"
        "LEFT JOIN {{ source('raw', 'events') }} AS e\n"
        "  ON e.user_id = c.user_id AND e.known <= c.ts AND e.known > c.ts - INTERVAL 3 DAY\n"
        "GROUP BY c.user_id, c.ts, c.amount",
    ),
    # A view of a view, with a frame of two days.
    "child": (
        "timestamp: ts\nfeatures: {recent: {type: bigint}}",
        "SELECT user_id, ts, CAST(sum(amount) OVER (\n"
        "  PARTITION BY user_id ORDER BY ts RANGE BETWEEN INTERVAL 2 DAY PRECEDING AND CURRENT ROW\n"
        ") AS BIGINT) AS recent\nFROM {{ ref('plain') }}",
    ),
    # Nothing bounds how far it looks back.
    "unbounded": (
        "timestamp: ts\nfeatures: {total: {type: bigint}}",
        "SELECT user_id, ts, CAST(sum(amount) OVER (PARTITION BY user_id ORDER BY ts) AS BIGINT) AS total\n"
        "FROM {{ source('raw', 'clicks') }}",
    ),
}
BOUNDED = ("plain", "corrected", "claimed", "daily", "joined", "child")


def write_project(root: Path, target: str) -> None:
    """The project's files. ``target``: the settings of its offline store."""
    (root / "features").mkdir(parents=True)
    (root / "featurec.yml").write_text(
        f"name: incremental\ndefault_target: dev\ntargets:\n  dev:\n    offline: {{{target}}}\n"
    )
    (root / "entities.yml").write_text(ENTITIES)
    (root / "sources.yml").write_text(SOURCES)
    for name, (header, sql) in VIEWS.items():
        (root / "features" / f"{name}.sql").write_text(f"/*---\nentities: [user]\n{header}\n---*/\n{sql}\n")


@dataclass
class World:
    """A target with the sources in it, and the project over them."""

    root: Path
    engine: Engine
    analyzed: AnalyzedProject = field(init=False)

    def __post_init__(self) -> None:
        compilation = compile_project(self.root)
        assert not [found for found in compilation.diagnostics if found.severity.value == "error"], (
            compilation.diagnostics
        )
        self.analyzed = compilation.analyzed
        for statement in (
            "CREATE SCHEMA IF NOT EXISTS raw",
            "CREATE TABLE raw.events (user_id bigint, ts timestamptz, known timestamptz, amount bigint)",
            "CREATE TABLE raw.clicks (user_id bigint, ts timestamptz, amount bigint)",
            "CREATE TABLE raw.users (user_id bigint, factor bigint)",
            "INSERT INTO raw.users VALUES (1, 1), (2, 10), (3, 100)",
        ):
            self.engine.execute(statement)
        State(self.engine).prepare(START)

    def insert(self, table: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Rows into a source; instants are aware."""
        values = ", ".join("(" + ", ".join(_literal(value) for value in row) + ")" for row in rows)
        self.engine.execute(f"INSERT INTO raw.{table} VALUES {values}")
        self._end_session()

    def update(self, table: str, change: str, condition: str) -> None:
        """Rows of a source as they are rewritten in place."""
        self.engine.execute(f"UPDATE raw.{table} SET {change} WHERE {condition}")
        self._end_session()

    def delete(self, table: str, condition: str = "true") -> None:
        """Rows of a source go."""
        self.engine.execute(f"DELETE FROM raw.{table} WHERE {condition}")
        self._end_session()

    def _end_session(self) -> None:
        """A session of somebody else's would have ended, and the server counted what it did."""
        if self.engine.dialect.name == "postgres":
            self.engine.query("SELECT pg_stat_force_next_flush()")

    def home(self) -> Physical:
        prints = {name: view.fingerprint for name, view in self.analyzed.views.items()}
        return physical(self.engine, prints, str(self.root))

    def build(self, view: str, asked: Asked) -> Built:
        return build_view(self.engine, self.analyzed, view, self.home(), asked, "a run")

    def stored(self, view: str) -> list[tuple[object, ...]]:
        """The rows of a view's table, times of use included, in one order."""
        return self._rows(f"SELECT * FROM {self.table(view)}")

    def table(self, view: str) -> str:
        return f"features.{self.home().built[view].table}"

    def computed(self, view: str, now: datetime) -> list[tuple[object, ...]]:
        """All rows that the view's SQL gives at present, in one order, of intervals that are over."""
        end = complete_until(self.spec(view), now)
        query, findings = build_query(
            self.analyzed, view, self.engine.dialect, self.home(), None if end is None else Slice((Range(None, end),))
        )
        assert query, findings
        return self._rows(query.sql)

    def spec(self, view: str) -> FeatureView:
        spec = self.analyzed.views[view].spec
        assert isinstance(spec, FeatureView)
        return spec

    def _rows(self, sql: str) -> list[tuple[object, ...]]:
        return sorted((tuple(row.values()) for row in self.engine.query(sql)), key=repr)


def _literal(value: object) -> str:
    return (
        f"TIMESTAMPTZ '{value.isoformat()}'" if isinstance(value, datetime) else "NULL" if value is None else str(value)
    )


Sources = Mapping[str, list[tuple[object, ...]]]
