"""The lint rules of windows: what they warn of, and what they leave alone."""

from pathlib import Path

import pytest

from featurec.lint.selection import Selection
from featurec.linting import lint
from featurec.loading import load_project
from tests.lint_project import FILES, project

SOURCES = FILES["sources.yml"].replace("amount: double", 'amount: double, price: "decimal(18,2)", pieces: integer')
COLUMNS = "amount, price, pieces"


def view(aggregation: str, header: str = "", columns: str = COLUMNS, relation: str = "shop.orders") -> str:
    """A view of orders with one aggregation."""
    return (
        f"/*---\ndescription: A test's.\nowner: a@example.com\nentities: [user]\ntimestamp: created_at\n{header}\n"
        f"aggregations: [{aggregation}]\n---*/\nSELECT user_id, created_at, {columns} FROM {relation}\n"
    )


def found(root: Path, files: dict[str, str]) -> list[tuple[str, str, str]]:
    """Code, severity and place of what lint says of the views."""
    loaded = load_project(project(root, {"sources.yml": SOURCES, **files}))
    findings = lint(loaded, Selection(loaded.project.lint)).findings
    return [(f.code, str(f.severity), f.span.text if f.span else "") for f in findings]


def of_view(root: Path, text: str) -> list[str]:
    return [code for code, _, _ in found(root, {"features/v.sql": text})]


@pytest.mark.parametrize(
    ("windows", "header", "codes"),
    [
        ("[7d]", "ttl: 7d", []),
        ("[1d, 8d]", "ttl: 7d", ["FC405"]),
        ("[lifetime]", "ttl: 7d", ["FC405"]),
        ("[7d], name: x, offset: 1d", "ttl: 7d", ["FC405"]),
        ("[30d, lifetime]", "", []),
        ("[6h]", "delay: 1d", ["FC409"]),
        ("[1d]", "delay: 1d", ["FC409"]),
        ("[1d, 6h, lifetime]", "delay: 1d", ["FC409", "FC409"]),
        ("[25h]", "delay: 1d", []),
        ("[6h], name: x, offset: 19h", "delay: 1d", []),
        ("[6h]", "delay: 1d\navailable_at: created_at", []),
    ],
)
def test_lengths(windows: str, header: str, codes: list[str], tmp_path: Path) -> None:
    assert of_view(tmp_path, view(f"{{function: count, windows: {windows}}}", header)) == codes


def test_a_comment_in_the_header_answers(tmp_path: Path) -> None:
    text = view("{function: count, windows: [8d]}", "ttl: 7d").replace("]}]", "]}] # noqa: FC405 -- both are meant")
    assert of_view(tmp_path, text) == []


@pytest.mark.parametrize(
    ("function", "window", "codes"),
    [
        ("count_distinct", "lifetime", ["FC406"]),
        ("count_distinct", "365d", []),
        ("last", "lifetime", []),
    ],
)
def test_distinct_values_of_a_lifetime(function: str, window: str, codes: list[str], tmp_path: Path) -> None:
    assert of_view(tmp_path, view(f"{{function: {function}, column: pieces, windows: [1d, {window}]}}")) == codes


@pytest.mark.parametrize(
    ("columns", "header", "codes"),
    [
        ("price AS x", "features: {x: double}", ["FC408"]),
        ("CAST(price AS double) AS x", "", ["FC408"]),
        ("coalesce(price, 0) * CAST(pieces AS double) AS x", "", ["FC408"]),
        ("price AS x", "", []),
        ("price AS x", 'features: {x: "decimal(18,2)"}', []),
        ("amount AS x", "", []),
        ("price * amount AS x", "features: {x: double}", []),
        ("price / pieces AS x", "features: {x: double}", []),
        ("sqrt(pieces) AS x", "features: {x: double}", []),
        ("CAST(price / pieces AS double) AS x", "", []),
        ("1.5::double AS x", "", []),
    ],
)
@pytest.mark.parametrize("function", ["sum", "avg"])
def test_exact_numbers_as_floating_point(
    function: str, columns: str, header: str, codes: list[str], tmp_path: Path
) -> None:
    text = view(f"{{function: {function}, column: x, windows: [1d]}}", header, columns)
    assert of_view(tmp_path, text) == codes


def test_exact_numbers_are_found_through_views(tmp_path: Path) -> None:
    inner = view("{function: sum, column: price, windows: [1d]}")
    summed = "{function: sum, column: x, windows: [1d]}"
    for number, (columns, codes) in enumerate(
        [("price AS x", ["FC408"]), ("amount AS x", []), ("CAST(price_sum_1d AS double) AS x", [])]
    ):
        outer = view(summed, "features: {x: double}", columns, "{{ ref('inside') }}")
        files = {"features/inside.sql": inner, "features/v.sql": outer}
        assert [code for code, _, _ in found(tmp_path / str(number), files)] == codes


def test_prefix_over_floating_point_is_an_error(tmp_path: Path) -> None:
    for number, (function, column, codes) in enumerate(
        [("sum", "amount", ["FC407"]), ("avg", "amount", ["FC407"]), ("sum", "price", []), ("count", "amount", [])]
    ):
        text = view(f"{{function: {function}, column: {column}, windows: [1d]}}", "window_strategy: prefix")
        assert of_view(tmp_path / str(number), text) == codes
    text = view("{function: sum, column: amount, windows: [1d]}", "window_strategy: prefix")
    assert found(tmp_path / "severity", {"features/v.sql": text}) == [("FC407", "error", "sum")]


@pytest.mark.parametrize(
    ("start", "column", "codes"),
    [
        ("2024-01-15", "n_30d", ["FC410"]),
        ("2024-01-31", "n_30d", []),
        ("2024-01-30T23:59:00+00:00", "n_30d", ["FC410"]),
        ("2024-01-31T00:30:00+01:00", "n_30d", ["FC410"]),
        ("2024-01-08", "n_7d", []),
        ("2024-01-01", "n_lifetime", []),
        ("2024-01-01", "amount", []),
    ],
)
def test_windows_of_a_time_before_their_history(start: str, column: str, codes: list[str], tmp_path: Path) -> None:
    inner = view("{function: count, name: n, windows: [7d, 30d, lifetime]}", "start: 2024-01-01")
    outer = view("", f"start: {start}", column, "{{ ref('inside') }}")
    files = {"features/inside.sql": inner, "features/v.sql": outer}
    assert found(tmp_path, files) == [(code, "warning", start) for code in codes]
