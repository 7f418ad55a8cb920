"""Unit tests of views: typed rows in, rows out; all rows or as of an instant; what differs; what cannot be asked."""

from pathlib import Path

import pytest

from featurec.compiler import Loaded, analyze_project, load_project
from featurec.run.unit_tests import UnitResult, run_unit_tests

FILES = {
    "featurec.yml": "name: shop\nvars: {least: 0}\n",
    "entities.yml": "entities:\n  user: {join_keys: {user_id: bigint}}\n",
    "sources.yml": """
sources:
  shop:
    tables:
      orders:
        columns: {user_id: bigint, amount: "decimal(18,2)", paid_at: timestamp, at: timestamptz, tags: "varchar[]", parts: "struct(a integer, b varchar)", share: double, day: date}
        timestamp: at
        path: raw/no_such_file.parquet
      users:
        columns: {user_id: bigint, country: varchar}
        static: true
""",
    "features/spend.sql": """/*---
entities: [user]
timestamp: at
ttl: 7d
features:
  amount: {type: "decimal(18,2)", default: 0}
  country: varchar
aggregations:
  - {function: sum, column: amount, windows: [2d], name: spent}
---*/
SELECT o.user_id, o.at, o.amount, u.country
FROM {{ source('shop', 'orders') }} AS o
LEFT JOIN {{ source('shop', 'users') }} AS u ON u.user_id = o.user_id
WHERE o.amount >= {{ var('least') }}
""",
    "features/big.sql": """/*---
entities: [user]
timestamp: at
features: {doubled: double}
---*/
SELECT user_id, at, amount * 2.0 AS doubled FROM {{ ref('spend') }}
""",
    "features/all_types.sql": """/*---
entities: [user]
timestamp: at
---*/
SELECT * FROM {{ source('shop', 'orders') }}
""",
    "features/asked.sql": """/*---
inputs: {amount: double}
features: {twice: double}
---*/
SELECT {{ input('amount') }} * 2 AS twice
""",
}  # fmt: skip

GIVEN = """
      shop.orders:
        - {user_id: 1, at: 2024-01-01 00:00:00Z, amount: 10}
        - {user_id: 1, at: 2024-01-02 00:00:00Z, amount: 5.5}
        - {user_id: 2, at: 2024-01-03 00:00:00+01:00, amount: 7}
      shop.users:
        - {user_id: 1, country: DE}
"""


def project(folder: Path, tests: str, **more: str) -> Loaded:
    for path, text in {**FILES, "tests/spend.yml": f"unit_tests:{tests}", **more}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return load_project(folder)


def run(folder: Path, tests: str) -> tuple[UnitResult, ...]:
    loaded = project(folder, tests)
    compilation = analyze_project(loaded)
    assert compilation.diagnostics == (), [f"{d.span} {d.claim}" for d in compilation.diagnostics]
    return run_unit_tests(loaded, compilation.analyzed, compilation.project.unit_tests)


def only(folder: Path, expect: str, *, view: str = "spend", given: str = GIVEN, extra: str = "") -> UnitResult:
    (result,) = run(folder, f"\n  - name: t\n    view: {view}{extra}\n    given:{given}\n    expect:{expect}\n")
    assert result.findings == (), [d.claim + d.cause for d in result.findings]
    return result


ALL_ROWS = """
      - {user_id: 2, at: 2024-01-02 23:00:00Z, amount: 7.00, country: null, spent_2d: 7}
      - {user_id: 1, at: 2024-01-01T00:00:00Z, amount: "10", country: DE, spent_2d: 10}
      - {user_id: 1, at: 2024-01-02 01:00:00+01:00, amount: 5.50, country: DE, spent_2d: 15.5}
"""


def test_all_rows_in_any_order_with_windows_at_each_rows_own_time(tmp_path: Path) -> None:
    assert only(tmp_path, ALL_ROWS).status == "pass"


def test_only_the_columns_that_are_named_are_compared(tmp_path: Path) -> None:
    assert only(tmp_path, " [{amount: 5.5}, {amount: 7}, {amount: 10}]").status == "pass"


def test_equal_rows_count_as_often_as_they_are_there(tmp_path: Path) -> None:
    result = only(tmp_path, " [{user_id: 1}, {user_id: 2}]")
    assert result.difference is not None
    assert (result.difference.missing, result.difference.unexpected) == ((), ({"user_id": 1},))
    assert only(tmp_path, " [{user_id: 1}, {user_id: 2}, {user_id: 1}]").status == "pass"


def test_no_rows_are_expected(tmp_path: Path) -> None:
    assert only(tmp_path, " []", given=" {}").status == "pass"
    assert only(tmp_path, " []").status == "fail"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (
            "2024-01-02T12:00:00Z",
            " [{user_id: 1, amount: 5.5, country: DE, spent_2d: 15.5}]",
        ),
        (
            "2024-01-03 00:00:00",
            " [{user_id: 1, amount: 5.5, spent_2d: 5.5}, {user_id: 2, amount: 7, spent_2d: 7}]",
        ),
        (
            "2024-01-09 12:00:00Z",  # past the ttl of user 1: the default, and NULL
            " [{user_id: 1, amount: 0, country: null, spent_2d: null}, {user_id: 2, amount: 7, spent_2d: null}]",
        ),
        ("2023-12-31", " []"),
        ("2024-01-03", " [{user_id: 1}, {user_id: 2}]"),
    ],
)
def test_as_of_an_instant_each_entity_has_the_features_of_then(tmp_path: Path, at: str, expected: str) -> None:
    result = only(tmp_path, expected, extra=f"\n    at: {at}")
    assert result.status == "pass", result.difference


def test_a_given_view_stands_for_its_rows_and_what_it_reads_is_not_needed(tmp_path: Path) -> None:
    given = "\n      spend: [{user_id: 1, at: 2024-01-01, amount: 0.15}]"
    assert only(tmp_path, " [{user_id: 1, doubled: 0.3}]", view="big", given=given).status == "pass"
    assert only(tmp_path, " [{doubled: 20}, {doubled: 11}, {doubled: 14}]", view="big").status == "pass"


def test_names_of_relations_may_be_written_as_in_templates(tmp_path: Path) -> None:
    given = "\n      source('shop', 'orders'): [{user_id: 1, at: 2024-01-01, amount: 1}]"
    assert only(tmp_path, " [{amount: 1}]", given=given).status == "pass"
    given = "\n      ref('spend'): [{user_id: 1, at: 2024-01-01, amount: 1}]"
    assert only(tmp_path, " [{doubled: 2}]", view="big", given=given).status == "pass"


def test_values_of_every_kind_come_back_as_they_were_given(tmp_path: Path) -> None:
    row = (
        "{user_id: 9007199254740993, amount: -0.01, paid_at: 2024-03-31 02:30:00.000001, at: 2024-01-01T00:00:00Z, "
        'tags: [a, "b\'c", null], parts: {a: 1, b: x}, share: .nan, day: 2024-02-29}'
    ).replace(".nan", '"nan"')
    assert only(tmp_path, f" [{row}]", view="all_types", given=f"\n      shop.orders: [{row}]").status == "pass"


def test_a_column_that_only_some_expected_rows_name_is_null_in_the_others(tmp_path: Path) -> None:
    assert only(tmp_path, " [{user_id: 1, country: DE}, {country: DE, user_id: 1}, {user_id: 2}]").status == "pass"
    result = only(tmp_path, " [{user_id: 1, country: DE}, {user_id: 1}, {user_id: 2}]")
    assert result.status == "fail"


def test_floats_are_equal_up_to_a_billionth(tmp_path: Path) -> None:
    given = "\n      shop.orders: [{user_id: 1, at: 2024-01-01, share: 0.3}]"
    assert only(tmp_path, " [{share: 0.30000000000000004}]", view="all_types", given=given).status == "pass"
    assert only(tmp_path, " [{share: 0.3000001}]", view="all_types", given=given).status == "fail"


def test_variables_of_a_test_take_the_place_of_the_projects(tmp_path: Path) -> None:
    assert only(tmp_path, " [{amount: 10}]", extra="\n    vars: {least: 8}").status == "pass"


def test_a_row_with_other_values_is_told_from_missing_and_unexpected_ones(tmp_path: Path) -> None:
    expected = """
      - {user_id: 1, at: 2024-01-01, amount: 10, spent_2d: 11}
      - {user_id: 1, at: 2024-01-02, amount: 5.5, spent_2d: 15.5}
      - {user_id: 3, at: 2024-01-02, amount: 5.5, spent_2d: 15.5}
"""
    found = only(tmp_path, expected).difference
    assert found is not None
    assert [(c.number, c.columns, str(c.actual["spent_2d"])) for c in found.changed] == [(0, ("spent_2d",), "10.00")]
    assert [(number, row["user_id"]) for number, row in found.missing] == [(2, 3)]
    assert [row["user_id"] for row in found.unexpected] == [2]


def test_sql_that_fails_on_the_rows_is_an_error_of_that_test_alone(tmp_path: Path) -> None:
    failing = "/*---\nentities: [user]\ntimestamp: at\n---*/\nSELECT user_id, at, CAST(tags[1] AS integer) AS n FROM shop.orders\n"
    given = "\n      shop.orders: [{user_id: 1, at: 2024-01-01, tags: [x]}]"
    tests = f"\n  - name: a\n    view: f\n    given:{given}\n    expect: []\n  - name: b\n    view: f\n    given: {{}}\n    expect: []\n"
    loaded = project(tmp_path, tests, **{"features/f.sql": failing})
    compilation = analyze_project(loaded)
    results = run_unit_tests(loaded, compilation.analyzed, compilation.project.unit_tests)
    assert [r.status for r in results] == ["error", "pass"]
    assert [d.code for d in results[0].findings] == ["FC904"]


TEST = "\n  - {name: t, view: spend, given: {}, expect: []}"


@pytest.mark.parametrize(
    ("tests", "code", "place", "words"),
    [
        (TEST.replace("spend", "spent"), "FC216", "spent", "did you mean `spend`?"),
        (TEST.replace("given: {}", "given: {shop.order: []}"), "FC201", "shop.order", "did you mean `shop.orders` or"),
        (TEST.replace("given: {}", "given: {big: []}"), "FC219", "big", "its rows would change nothing"),
        (TEST.replace("given: {}", "given: {shop.orders: [{user: 1}]}"), "FC204", "user", "`user_id`"),
        (TEST.replace("given: {}", "given: {shop.orders: [{user_id: x}]}"), "FC103", "x", "a whole number is expected"),
        (TEST.replace("given: {}", "given: {shop.orders: [{amount: 1.234}]}"), "FC103", "1.234", "2 of them after"),
        (TEST.replace("given: {}", "given: {shop.orders: [{at: noon}]}"), "FC103", "noon", "an instant such as 2024"),
        (TEST.replace("given: {}", "given: {shop.orders: [{paid_at: 2024-01-01Z}]}"), "FC103", "2024-01-01Z", "a time"),
        (TEST.replace("given: {}", "given: {shop.orders: [{tags: [1]}]}"), "FC103", "[1]", "text in quotes"),
        (TEST.replace("given: {}", "given: {shop.orders: [{parts: {c: 1}}]}"), "FC103", "{c: 1}", "the keys a, b"),
        (TEST.replace("given: {}", "given: {shop.users: [{country: 49}]}"), "FC103", "49", "text in quotes"),
        (TEST.replace("expect: []", "expect: [{spent_3d: 1}]"), "FC204", "spent_3d", "did you mean `spent_2d`"),
        (TEST.replace("expect: []", "expect: [{spent_2d: x}]"), "FC103", "x", "a number is expected"),
        (TEST.replace("expect", "at: noon, expect"), "FC104", "noon", "2024-01-31T12:00:00Z"),
        (TEST.replace("spend, given: {}", "big, given: {spend: [{spent_2d: 1}]}"), "FC219", "spent_2d", "computed from"),
        (TEST + TEST, "FC112", "t", "rename one of them"),
        (TEST.replace("expect", "expcet"), "FC101", "expcet", "did you mean `expect`?"),
    ],
)  # fmt: skip
def test_a_wrong_declaration_is_found_at_its_place(
    tmp_path: Path, tests: str, code: str, place: str, words: str
) -> None:
    found = analyze_project(project(tmp_path, tests)).diagnostics
    one = next(d for d in found if d.code == code)
    assert one.span is not None
    assert (one.span.path, one.span.text) == ("tests/spend.yml", place)
    assert words in f"{one.cause} {one.fix}"
    assert len(found) == (2 if code == "FC101" else 1)


def test_nothing_outside_of_memory_is_reached(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw/no_such_file.parquet").write_bytes(b"no parquet")
    assert only(tmp_path, " []", given=" {}").status == "pass"


def test_windows_are_read_of_a_view_that_is_given(tmp_path: Path) -> None:
    reading = FILES["features/big.sql"].replace("amount * 2.0", "spent_2d * 2.0")
    given = "\n      spend: [{user_id: 1, at: 2024-01-01, amount: 1}, {user_id: 1, at: 2024-01-02, amount: 2}]"
    tests = f"\n  - name: t\n    view: big\n    given:{given}\n    expect: [{{doubled: 2}}, {{doubled: 6}}]\n"
    loaded = project(tmp_path, tests, **{"features/big.sql": reading})
    compilation = analyze_project(loaded)
    assert compilation.diagnostics == ()
    (result,) = run_unit_tests(loaded, compilation.analyzed, compilation.project.unit_tests)
    assert result.status == "pass", result


def test_a_view_in_the_sql_of_another_dialect_is_run_as_duckdb_runs_it(tmp_path: Path) -> None:
    postgres = "/*---\ndialect: postgres\nentities: [user]\ntimestamp: at\n---*/\nSELECT user_id, at, to_char(day, 'YYYY-MM') AS month FROM shop.orders\n"
    given = "\n      shop.orders: [{user_id: 1, at: 2024-01-01, day: 2024-01-05}]"
    tests = f'\n  - name: t\n    view: pg\n    given:{given}\n    expect: [{{user_id: 1, month: "2024-01"}}]\n'
    loaded = project(tmp_path, tests, **{"features/pg.sql": postgres})
    compilation = analyze_project(loaded)
    assert compilation.diagnostics == (), compilation.diagnostics[0].cause
    (result,) = run_unit_tests(loaded, compilation.analyzed, compilation.project.unit_tests)
    assert result.status == "pass", result


def test_naive_times_are_in_the_zone_of_their_source(tmp_path: Path) -> None:
    sources = FILES["sources.yml"].replace("timestamp: at\n", "timestamp: paid_at\n        timezone: Europe/Berlin\n")
    view = "/*---\nentities: [user]\ntimestamp: paid_at\nfeatures: {share: double}\n---*/\nSELECT user_id, paid_at, share FROM shop.orders\n"
    given = "\n      shop.orders: [{user_id: 1, paid_at: 2024-01-01 12:00:00, share: 1}]"
    tests = "".join(
        f"\n  - name: at {at}\n    view: paid\n    at: {at}\n    given:{given}\n    expect: {rows}\n"
        for at, rows in (("2024-01-01T10:59:59Z", "[]"), ("2024-01-01T12:00:00+01:00", "[{share: 1}]"))
    )
    files = {"sources.yml": sources, "features/paid.sql": view}
    loaded = project(tmp_path, tests, **files)
    compilation = analyze_project(loaded)
    results = run_unit_tests(loaded, compilation.analyzed, compilation.project.unit_tests)
    assert [result.status for result in results] == ["pass", "pass"]
