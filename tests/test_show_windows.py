"""A look at a view with windows: `show` brings them at each row's own time, as the oracle has them."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from featurec.compiler import Physical, preview_query
from tests import oracle
from tests.generate import Generated
from tests.generated_project import Project, comparable, sql_of
from tests.oracle import View
from tests.test_windows import SIZES, Cell, Size, cell, physicals
from tests.warehouse import Warehouse
from tests.windows_generate import windowed_projects


def identity(view: View, row: Mapping[str, Any]) -> tuple[str, ...]:
    """What the SELECT says of a row. Rows that agree in it are of one entity and time, so they have the same windows."""
    return tuple(repr(comparable(row[column])) for column in view.columns)


def windows(generated: Generated) -> dict[tuple[str, ...], dict[str, Cell]]:
    """Of each row that has its times the oracle's windows at its event time."""
    (lookup, *_) = generated.lookups.values()
    view = lookup.view
    return {
        identity(view, row): {
            name: cell(wanted, oracle.kept(view, {key: row[key] for key in view.keys}, stamps[0], wanted))
            for name, wanted in lookup.windowed.items()
        }
        for row in view.rows
        if (stamps := oracle.times(view, row))
    }


def shown(project: Project, physical: Physical, limit: int | None) -> list[dict[str, Any]]:
    query = preview_query(project.compilation.analyzed, "v", project.dialect, physical, limit)
    return project.warehouse.query(sql_of(query))


some = hypothesis.settings(hypothesis.settings.get_profile("default"), max_examples=8)
deep = hypothesis.settings(hypothesis.settings.get_profile("deep"), max_examples=200)


@some
@given(generated=windowed_projects(), size=SIZES, limit=st.integers(0, 3))
def test_show_brings_the_windows_at_each_rows_own_time(
    generated: Generated, size: Size, limit: int, warehouse: Warehouse
) -> None:
    check(generated, size, limit, warehouse)


@pytest.mark.slow
@deep
@given(generated=windowed_projects(), size=SIZES, limit=st.integers(0, 3))
def test_show_brings_many_windows_at_each_rows_own_time(
    generated: Generated, size: Size, limit: int, warehouse: Warehouse
) -> None:
    check(generated, size, limit, warehouse)


def check(generated: Generated, size: Size, limit: int, warehouse: Warehouse) -> None:
    view = generated.views["v"]
    expected = windows(generated)
    there = Counter(identity(view, row) for row in view.rows if oracle.times(view, row))
    with warehouse.scratch():
        project = Project(generated, warehouse)
        project.build()
        for state, physical in physicals(project, size):
            every, few = shown(project, physical, None), shown(project, physical, limit)
            assert Counter(identity(view, row) for row in every) == there, state
            assert len(few) == min(limit, len(every)), state
            for row in [*every, *few]:
                cells = expected[identity(view, row)]
                assert list(row) == [*view.columns, *cells]
                for name, right in cells.items():
                    assert right.agrees(row[name]), (state, name, right, row)
