"""After every run each entity's online values are those of the oracle at the run's instant, and nothing else was written."""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import hypothesis
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from featurec.compiler import compile_project
from featurec.engines.open import open_engine
from featurec.engines.protocol import Access
from featurec.online.postgres import PostgresOnlineStore
from featurec.online.read import OnlineValue, get_online_features
from featurec.run.build import build_view
from featurec.run.export import export_view
from featurec.run.intervals import Asked
from featurec.run.state import State, physical
from featurec.spec import FeatureRequest
from tests import oracle
from tests.generate import Generated
from tests.generated_project import comparable
from tests.oracle import Row, View
from tests.test_windows import cell
from tests.warehouse import DuckDBWarehouse, PostgresWarehouse
from tests.windows_generate import windowed_projects

MICROSECOND = timedelta(microseconds=1)
SCHEMAS = ("raw", "features", "features_online", "featurec")


@dataclass(frozen=True)
class Run:
    """The rows that the source has when a run begins, and its instant."""

    rows: tuple[Row, ...]
    at: datetime


@dataclass(frozen=True)
class Scenario:
    """A project and its runs."""

    generated: Generated
    runs: tuple[Run, ...]


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Runs at the instants at which rows come and go, most of them later than the one before; rows behind may change.

    A change is of one row, or at times of all rows of an entity.
    """
    generated = draw(windowed_projects())
    view = generated.views["v"]
    instants = sorted(edges(generated))
    size = draw(st.integers(2, 5))
    ats = draw(st.lists(st.sampled_from(instants), min_size=size, max_size=size))
    if draw(st.integers(0, 3)):
        ats = sorted(ats)
    rows = list(view.rows)
    hidden = draw(st.sets(st.sampled_from(range(len(rows))), max_size=3)) if rows else set()
    runs = []
    for at in ats:
        runs.append(Run(tuple(row for n, row in enumerate(rows) if n not in hidden), at))
        if rows and draw(st.booleans()):
            changed = draw(st.sampled_from(range(len(rows))))
            entity = [rows[changed][key] for key in view.keys]
            whole = not draw(st.integers(0, 3))
            hidden = hidden ^ {
                n for n, row in enumerate(rows) if n == changed or (whole and [row[k] for k in view.keys] == entity)
            }
    return Scenario(generated, tuple(runs))


def edges(generated: Generated) -> set[datetime]:
    """The instants at which a row becomes usable, or enters or leaves a window, and those around them."""
    view = generated.views["v"]
    found = {datetime.fromisoformat("2024-03-01T00:00:00+00:00")}
    windows = generated.lookups["v"].windowed.values()
    for row in view.rows:
        stamps = oracle.times(view, row)
        if stamps:
            event, _, _, usable = stamps
            found |= {event, usable, usable + timedelta(days=400)}
            found |= {event + w.offset + length for w in windows for length in (timedelta(0), w.length or timedelta(0))}
    return {at + off for at in found for off in (-MICROSECOND, timedelta(0), MICROSECOND)}


class Stores:
    """A generated project in a folder with a target of an engine; both of its stores are empty."""

    def __init__(self, generated: Generated, engine: str, url: str, folder: Path) -> None:
        self.generated = generated
        self.engine = engine
        self.url = url
        self.folder = folder
        generated.write(folder)
        place = f", url: {json.dumps(url)}" if engine == "postgres" else ""
        target = f"{{offline: {{type: {engine}{place}}}, online: {{type: postgres, url: {json.dumps(url)}}}}}"
        with (folder / "featurec.yml").open("a") as settings:
            settings.write(f"targets:\n  dev: {target}\n")
        with psycopg.connect(url, autocommit=True) as connection:
            for schema in SCHEMAS:
                connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE".encode())
        compilation = compile_project(folder)
        assert compilation.diagnostics == ()
        self.analyzed = compilation.analyzed
        self.store = PostgresOnlineStore(url, "features")

    def load(self, rows: Sequence[Row]) -> None:
        """Replace the rows of the source."""
        with self.warehouse() as opened:
            opened.execute("DROP TABLE IF EXISTS raw.v")
            opened.create("raw", "v", self.generated.tables["v"].types, rows)

    @contextmanager
    def warehouse(self) -> Iterator[DuckDBWarehouse | PostgresWarehouse]:
        if self.engine == "postgres":
            with PostgresWarehouse(self.url) as server:
                server.execute("CREATE SCHEMA IF NOT EXISTS raw")
                yield server
            return
        file = DuckDBWarehouse()
        (self.folder / ".featurec").mkdir(exist_ok=True)
        file.connection = duckdb.connect(self.folder / ".featurec" / "dev.duckdb")
        try:
            file.execute("SET TimeZone = 'UTC'; CREATE SCHEMA IF NOT EXISTS raw")
            yield file
        finally:
            file.connection.close()

    def run(self, at: datetime) -> str:
        """What ``featurec run`` does at this instant; how the export chose its entities."""
        target = self.analyzed.project.targets["dev"]
        engine = open_engine(target, self.analyzed.project, self.folder, Access(write=True))
        try:
            State(engine).prepare(at)
            prints = {name: view.fingerprint for name, view in self.analyzed.views.items()}
            root = str(self.folder)
            build_view(
                engine, self.analyzed, "v", physical(engine, prints, root), Asked(at, full_refresh=True), "a run"
            )
            return export_view(self.analyzed, "v", engine, self.store, physical(engine, prints, root), at).remark
        finally:
            engine.close()

    def read(self, entities: Sequence[Row], now: datetime) -> list[Mapping[str, OnlineValue]]:
        answers, findings = get_online_features(self.store, [FeatureRequest("v")], entities, now)
        assert not findings
        return [answer.features for answer in answers]

    def stored(self) -> dict[str, tuple[Any, ...]]:
        """Entity -> what is stored of it, and the export that wrote it."""
        table = f"v__{self.analyzed.views['v'].fingerprint[:8]}"
        with psycopg.connect(self.url) as connection:
            found = connection.execute(
                f'SELECT entity_key, (event_ts::text, created_ts::text, payload::text)::text, run FROM features_online."{table}"'.encode()
            ).fetchall()
        return {key: (content, run) for key, content, run in found}


def usable_rows(view: View, at: datetime) -> Counter[str]:
    """The rows that were there at an instant, as a multiset."""
    stamps = ((row, oracle.times(view, row)) for row in view.rows)
    return Counter(repr(row) for row, found in stamps if found and found[3] <= at)


def check(view: View, generated: Generated, entity: Row, found: Mapping[str, OnlineValue], now: datetime) -> None:
    """Every value, status and instant that the store tells of an entity."""
    row = oracle.as_of(view, entity, now)
    aggregations = generated.lookups["v"].windowed
    for name, answer in found.items():
        wanted = aggregations.get(name)
        stamp = oracle.instant(row[view.timestamp], view.timezone) if row else None
        assert answer.event_timestamp == stamp
        if wanted is None:
            value = row[name] if row and oracle.alive(view, row, now) else None
            assert comparable(answer.value) == comparable(value), name
            assert answer.status == oracle.status(view, row, name, now), name
            assert answer.as_of is None
        else:
            expected = cell(wanted, oracle.kept(view, entity, now, wanted))
            assert expected.agrees(answer.value), (name, expected, answer)
            status = "NOT_FOUND" if row is None else "NULL_VALUE" if expected.value is None else "PRESENT"
            assert (answer.status, answer.as_of) == (status, now), name


ENGINES = pytest.mark.parametrize("engine", ["duckdb", "postgres"])


@ENGINES
@given(scenario=scenarios())
@hypothesis.settings(max_examples=8)
def test_online_values_are_those_of_the_oracle_after_every_run(
    postgres_url: str, engine: str, scenario: Scenario
) -> None:
    check_runs(postgres_url, engine, scenario)


@pytest.mark.slow
@ENGINES
@given(scenario=scenarios())
@hypothesis.settings(hypothesis.settings.get_profile("deep"), max_examples=100)
def test_online_values_are_those_of_the_oracle_after_any_runs(
    postgres_url: str, engine: str, scenario: Scenario
) -> None:
    check_runs(postgres_url, engine, scenario)


def check_runs(postgres_url: str, engine: str, scenario: Scenario) -> None:
    """What is stored and read after each run."""
    generated = scenario.generated
    original = generated.views["v"]
    entities = [*{tuple(row[k] for k in original.keys) for row in original.rows}, (None,) * len(original.keys)]
    asked = [dict(zip(original.keys, entity, strict=True)) for entity in entities]
    with tempfile.TemporaryDirectory() as folder:
        stores = Stores(generated, engine, postgres_url, Path(folder))
        exported: View | None = None
        reached = scenario.runs[0].at
        before: dict[str, tuple[Any, ...]] = {}
        for number, run in enumerate(scenario.runs, 1):
            now = replace(original, rows=run.rows)
            stores.load(run.rows)
            remark = stores.run(run.at)
            stored = stores.stored()
            if exported is not None and run.at < reached:
                assert remark.startswith("nothing is written")
                assert stored == before
            else:
                if exported is None:
                    assert remark == ""
                else:
                    same = usable_rows(exported, reached) == usable_rows(now, reached)
                    assert remark.startswith("changed since" if same else "all entities"), remark
                exported, reached = now, run.at
            for key, (content, writer) in stored.items():
                was = before.get(key)
                assert (content, writer) == was if was and was[0] == content else writer == number
            for entity, found in zip(asked, stores.read(asked, reached), strict=True):
                check(exported, generated, entity, found, reached)
            before = stored
        stores.store.close()
