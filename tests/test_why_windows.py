"""`why` of a windowed feature: the rows that it marks are those that the oracle counts, and so is the value."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from featurec.compiler import history_query, window_query
from featurec.report.explanation import history_row
from featurec.report.why import StoredRow
from featurec.report.why_window import Window, decide_window
from featurec.spec import AggregationFunction
from tests import oracle
from tests.generate import Generated
from tests.generated_project import Project, comparable, sql_of
from tests.oracle import Aggregation, Row, View
from tests.test_windows import SIZES, Size, cell, physicals
from tests.warehouse import Warehouse
from tests.windows_generate import windowed_projects

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def identity(view: View, row: Mapping[str, Any]) -> str:
    return repr([comparable(row[column]) for column in view.columns])


def taken(wanted: Aggregation, kept: list[Row]) -> list[Row]:
    """The rows of a window, lowest rank first, whose values a function takes."""
    match wanted.function:
        case "first":
            return kept[:1]
        case "last":
            return kept[-1:]
        case "last_n":
            return kept[-(wanted.n or 0) :]
    present = [row for row in kept if wanted.column is None or row[wanted.column] is not None]
    return present[-1:] if wanted.function == "last_not_null" else present


def window(view: View, wanted: Aggregation) -> Window:
    return Window(
        cast(AggregationFunction, wanted.function), wanted.column, wanted.length, wanted.offset, wanted.n, view.row_key
    )


@settings(max_examples=15)
@given(generated=windowed_projects(), size=SIZES, strict=st.booleans(), choice=st.randoms())
def test_the_rows_that_count_are_the_oracles(
    generated: Generated, size: Size, strict: bool, choice: Any, warehouse: Warehouse
) -> None:
    (lookup, *_) = generated.lookups.values()
    view = lookup.view
    asked = [row for row in generated.spine.rows if row["t"] is not None]
    asked = [row for row in asked if None not in (row[lookup.join_keys.get(key, key)] for key in view.keys)]
    with warehouse.scratch():
        project = Project(generated, warehouse)
        project.build()
        for _, physical in physicals(project, size):
            if not asked:
                continue
            spine = choice.choice(asked)
            name, wanted = choice.choice(list(lookup.windowed.items()))
            keys = {key: spine[lookup.join_keys.get(key, key)] for key in view.keys}
            at = oracle.instant(spine["t"], generated.timezone)
            assert at is not None
            place = (project.compilation.analyzed, "v", project.dialect, physical, keys, name)
            history = [history_row(row) for row in warehouse.query(sql_of(history_query(*place)))]
            (answer,) = warehouse.query(sql_of(window_query(*place, at, strict)))
            kept = oracle.kept(view, keys, at, wanted, strict)
            decisions = decide_window(history, at, window(view, wanted), strict)
            chosen = Counter(identity(view, decision.row.values) for decision in decisions if decision.chosen)
            assert chosen == Counter(identity(view, row) for row in taken(wanted, kept)), (name, decisions)
            assert cell(wanted, kept).agrees(answer[name]), (name, answer)


def row(event: int, usable: int | None = None, kept: bool = True, **values: object) -> StoredRow:
    """A stored row at hours relative to NOON."""
    moment, known = NOON + event * HOUR, NOON + (event if usable is None else usable) * HOUR
    return StoredRow(moment, None, known, max(moment, known), values, kept)


def reasons(
    rows: list[StoredRow],
    function: AggregationFunction = "sum",
    length: int | None = 3,
    offset: int = 0,
    n: int | None = None,
    row_key: tuple[str, ...] = (),
    strict: bool = False,
) -> list[str]:
    lasting = None if length is None else length * HOUR
    window = Window(function, "v", lasting, offset * HOUR, n, row_key)
    return [
        ("→ " if decision.chosen else "") + decision.reason for decision in decide_window(rows, NOON, window, strict)
    ]


def test_each_row_gets_its_reason() -> None:
    rows = [
        row(1, v=1),
        row(0, v=1),
        row(-1, 1, v=1),
        row(-1, v=None),
        row(-1, v=1, kept=False),
        row(-3, v=1),
        row(-5, v=1),
    ]
    assert reasons(rows) == [
        "not yet: usable from 2024-03-01 13:00:00, 1h after the time asked",
        "→ in the window, 0s old",
        "not yet: usable from 2024-03-01 13:00:00, 1h after the time asked",
        "in the window, but NULL",
        "in the window, but its filter is not true",
        "leaves the window at the time asked",
        "left the window 2h ago",
    ]
    assert reasons(rows, strict=True)[1] == "not yet: usable from 2024-03-01 12:00:00, at, not before, the time asked"
    assert reasons(rows, length=None)[-1] == "→ in the window, 5h old"


def test_an_offset_makes_rows_wait() -> None:
    rows = [row(-1, v=1), row(-2, v=1), row(-4, v=1), row(-5, v=1)]
    assert reasons(rows, offset=2) == [
        "too young: enters the window in 1h",
        "→ in the window, 2h old",
        "→ in the window, 4h old",
        "leaves the window at the time asked",
    ]
    assert reasons(rows, offset=2, strict=True)[1] == "enters the window after the time asked"


def test_a_row_is_replaced_once_its_correction_is_known() -> None:
    rows = [row(-1, v=3, id=7), row(-2, 1, v=1, id=8), row(-2, v=2, id=7), row(-3, 0, v=1, id=None)]
    assert reasons(rows, length=9, row_key=("id",)) == [
        "→ in the window, 1h old",
        "not yet: usable from 2024-03-01 13:00:00, 1h after the time asked",
        "replaced by the row of 2024-03-01 11:00:00, usable from 2024-03-01 11:00:00",
        "→ in the window, 3h old",
    ]


def test_functions_of_single_rows_mark_those() -> None:
    rows = [row(0, v=None), row(-1, v=1), row(-2, v=2)]
    assert [text.startswith("→") for text in reasons(rows, "first")] == [False, False, True]
    assert [text.startswith("→") for text in reasons(rows, "last")] == [True, False, False]
    assert [text.startswith("→") for text in reasons(rows, "last_not_null")] == [False, True, False]
    assert [text.startswith("→") for text in reasons(rows, "last_n", n=2)] == [True, True, False]
    assert reasons(rows, "last_n", n=2)[2] == "in the window, but not among the last 2"
