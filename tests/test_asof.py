"""Every strategy on every engine, on computed and on built tables, gives what the oracle gives."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import hypothesis
import pytest
from hypothesis import given

from featurec.compiler import Physical, dropped_query, history_query, latest_query
from featurec.dialects.dialect import Dialect
from tests import oracle
from tests.generate import Generated, projects
from tests.generated_project import SCHEMA, Project, rows, sql_of
from tests.warehouse import Row, Warehouse, quoted

deep = hypothesis.settings(hypothesis.settings.get_profile("deep"), max_examples=1000)


def unordered(given: Sequence[Row]) -> list[str]:
    return sorted(repr(sorted(row.items())) for row in rows(given))


def check_training(generated: Generated, warehouse: Warehouse) -> None:
    lookups, spine = generated.lookups, generated.spine.rows
    expected = rows(oracle.training(spine, "t", generated.timezone, lookups, generated.strict))
    with warehouse.scratch():
        project = Project(generated, warehouse)
        project.build()
        for state, physical in project.physicals():
            for strategy in project.dialect.asof:
                answer = project.training(physical, strategy=strategy)
                assert rows(answer) == expected, f"{strategy} on {warehouse.name}, {state}"
                assert [list(line) for line in answer] == [list(line) for line in expected]


def check_views(generated: Generated, warehouse: Warehouse, at: datetime) -> None:
    with warehouse.scratch():
        project = Project(generated, warehouse)
        project.build()
        for name, view in generated.views.items():
            check_build(project, name, view)
            for state, physical in project.physicals():
                for strategy in project.dialect.latest:
                    check_latest(project, name, at, picking(project.dialect, strategy), physical, state)
                check_history(project, name, view, physical)


@cache
def picking(dialect: Dialect, strategy: str) -> Dialect:
    """The dialect with another first choice for the newest row."""
    return replace(dialect, latest=(strategy,))


def check_build(project: Project, name: str, view: oracle.View) -> None:
    """The table holds every row that has its times, with the four times, and nothing else."""
    expected = []
    for row in view.rows:
        stamps = oracle.times(view, row)
        if stamps:
            names = ("__fc_event", "__fc_created", "__fc_available", "__fc_at")
            expected.append({c: row[c] for c in view.columns} | dict(zip(names, stamps, strict=True)))
    assert unordered(project.warehouse.query(f"SELECT * FROM {quoted(SCHEMA, name)}")) == unordered(expected)
    dropped = project.warehouse.query(
        sql_of(dropped_query(project.compilation.analyzed, name, project.dialect, Physical()))
    )
    assert dropped == [{"dropped": len(view.rows) - len(expected)}]


def check_latest(project: Project, name: str, at: datetime, dialect: Dialect, physical: Physical, state: str) -> None:
    view = project.generated.views[name]
    spec = project.compilation.project.views[name]
    wanted = (*view.keys, *(feature.name for feature in spec.features))
    expected = [
        {column: row[column] for column in wanted} | times_of(view, row)
        for entity, row in oracle.latest(view, at).items()
        if None not in entity
    ]
    answer = project.warehouse.query(sql_of(latest_query(project.compilation.analyzed, name, dialect, physical, at)))
    assert unordered(answer) == unordered(expected), f"{dialect.latest} on {dialect.name}, {state}"


def times_of(view: oracle.View, row: Row) -> dict[str, Any]:
    stamps = oracle.times(view, row)
    assert stamps is not None
    return {"__fc_event": stamps[0], "__fc_created": stamps[1]}


def check_history(project: Project, name: str, view: oracle.View, physical: Physical) -> None:
    """All rows of an entity, highest rank first."""
    entities = [row for row in view.rows if all(row[key] is not None for key in view.keys)][:1]
    for entity in entities:
        keys = {key: entity[key] for key in view.keys}
        same = [row for row in view.rows if all(row[k] == keys[k] for k in keys) and oracle.times(view, row)]
        same.sort(key=lambda row: oracle.rank(view, row), reverse=True)
        given_keys = {key: value if isinstance(value, int | str) else str(value) for key, value in keys.items()}
        query = history_query(project.compilation.analyzed, name, project.dialect, physical, given_keys)
        answer = project.warehouse.query(sql_of(query))
        assert [{c: row[c] for c in view.columns} for row in rows(answer)] == [
            {c: row[c] for c in view.columns} for row in rows(same)
        ]


@given(generated=projects())
def test_training_sets_equal_the_oracle(generated: Generated, warehouse: Warehouse) -> None:
    check_training(generated, warehouse)


@given(generated=projects(), hour=hypothesis.strategies.integers(0, 60))
def test_built_tables_latest_rows_and_histories_equal_the_oracle(
    generated: Generated, hour: int, warehouse: Warehouse
) -> None:
    check_views(generated, warehouse, some_instant(generated, hour))


@pytest.mark.slow
@deep
@given(generated=projects())
def test_many_training_sets_equal_the_oracle(generated: Generated, warehouse: Warehouse) -> None:
    check_training(generated, warehouse)


@pytest.mark.slow
@deep
@given(generated=projects(), hour=hypothesis.strategies.integers(0, 60))
def test_many_built_tables_latest_rows_and_histories_equal_the_oracle(
    generated: Generated, hour: int, warehouse: Warehouse
) -> None:
    check_views(generated, warehouse, some_instant(generated, hour))


def some_instant(generated: Generated, index: int) -> datetime:
    """One of the instants at which a row of the project becomes usable, or 2024-03-01."""
    stamps = [oracle.times(view, row) for view in generated.views.values() for row in view.rows]
    usable = sorted({stamp[3] for stamp in stamps if stamp})
    return usable[index % len(usable)] if usable else datetime(2024, 3, 1, tzinfo=UTC)
