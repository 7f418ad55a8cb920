"""Unit tests of on-demand views: requests and rows in, one answer a request; the answer of serving; what they may not lack."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from featurec.compiler import Loaded, analyze_project, load_project
from featurec.online.on_demand import Prepared
from featurec.online.read import EntityFeatures, OnlineValue, Status
from featurec.run.unit_tests import UnitResult, run_unit_tests
from featurec.spec import FeatureRequest

FILES = {
    "featurec.yml": "name: shop\nvars: {fee: 1}\n",
    "entities.yml": "entities:\n  user: {join_keys: {user_id: bigint}}\n  shop: {join_keys: {shop_id: varchar}}\n",
    "sources.yml": """
sources:
  shop:
    tables:
      orders:
        columns: {user_id: bigint, amount: "decimal(9,2)", at: timestamptz}
        timestamp: at
        path: raw/no_such_file.parquet
""",
    "features/spend.sql": """/*---
entities: [user]
timestamp: at
ttl: 7d
features: {amount: {type: "decimal(9,2)", default: 3}}
aggregations:
  - {function: sum, column: amount, windows: [2d], name: spent}
---*/
SELECT user_id, at, amount FROM {{ source('shop', 'orders') }}
""",
    "features/basket.sql": """/*---
entities: [user, shop]
inputs: {price: "decimal(9,2)", amount: double, tags: "varchar[]", where: "struct(a bigint, b varchar)", on: date}
features:
  over: {type: "decimal(9,2)"}
  rate: {type: double, default: -1}
  tag: varchar
  amount: {type: bigint}
---*/
SELECT {{ input('price') }} - {{ feature('spend:amount') }} AS over,
       {{ input('price') }} / {{ feature('spend:spent_2d') }} AS rate,
       upper({{ input('tags') }}[1]) AS tag,
       CAST({{ input('amount') }} AS bigint) + {{ var('fee') }} AS amount,
       ({{ input('where') }}).a AS "hidden one",
       {{ input('on') }} + 1 AS tomorrow
""",
    "features/twice.sql": """/*---
inputs: {amount: bigint}
features: {doubled: bigint}
---*/
SELECT {{ input('amount') }} * 2 AS doubled
""",
}  # fmt: skip

ROWS = """
      shop.orders:
        - {user_id: 1, at: 2024-01-01 00:00:00Z, amount: 10}
        - {user_id: 1, at: 2024-01-02 00:00:00Z, amount: 5.5}
        - {user_id: 2, at: 2023-12-01 00:00:00Z, amount: 8}
"""
REQUESTS = """
      request:
        - {user_id: 1, price: 7, amount: 1.6, tags: [a, b], where: {a: 9, b: x}, on: 2024-02-28}
        - {user_id: 2, price: 7.25, amount: null, tags: null, where: null, on: null}
        - {user_id: null, price: null, amount: 2, tags: [], where: null, on: null}
        - {user_id: 1, price: 7, amount: 1.6, tags: [c], where: {a: 9, b: x}, on: 2024-02-28}
"""
ANSWERS = """
      - {user_id: 2, over: 4.25, rate: -1, tag: null, amount: null, "hidden one": null, tomorrow: null}
      - {user_id: null, tags: [], over: null, rate: -1, tag: null, amount: 3, "hidden one": null, tomorrow: null}
      - {user_id: 1, tags: [c], over: 1.5, rate: 0.45161290322580644, tag: C, amount: 3, "hidden one": 9, tomorrow: 2024-02-29}
      - {user_id: 1, tags: [a, b], over: 1.5, rate: 0.45161290322580644, tag: A, amount: 3, "hidden one": 9, tomorrow: 2024-02-29}
"""


def project(folder: Path, tests: str) -> Loaded:
    for path, text in {**FILES, "tests/basket.yml": f"unit_tests:{tests}"}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return load_project(folder)


def only(
    folder: Path, expect: str, given: str = ROWS + REQUESTS, view: str = "basket", at: str = "2024-01-02T12:00:00Z"
) -> UnitResult:
    when = f"\n    at: {at}" if at else ""
    loaded = project(folder, f"\n  - name: t\n    view: {view}{when}\n    given:{given}\n    expect:{expect}\n")
    compilation = analyze_project(loaded)
    assert compilation.diagnostics == (), [f"{d.span} {d.claim}" for d in compilation.diagnostics]
    (result,) = run_unit_tests(loaded, compilation.analyzed, compilation.project.unit_tests)
    return result


def test_each_request_has_its_answer_in_any_order(tmp_path: Path) -> None:
    result = only(tmp_path, ANSWERS)
    assert result.status == "pass", (result.difference, result.findings)


def test_another_answer_is_told_beside_the_request_that_it_is_of(tmp_path: Path) -> None:
    found = only(tmp_path, ANSWERS.replace("over: 4.25", "over: 4")).difference
    assert found is not None
    assert (found.missing, found.unexpected) == ((), ())
    assert [(c.number, c.columns, c.actual["over"]) for c in found.changed] == [(0, ("over",), Decimal("4.25"))]


def test_what_is_looked_up_counts_from_the_instant_of_the_request(tmp_path: Path) -> None:
    request = "\n      request: [{user_id: 1, price: 7, amount: 0, tags: null, where: null, on: null}]"
    for at, expected in (
        ("2024-01-01T12:00:00", "{over: -3, rate: 0.7}"),
        ("2024-01-03T12:00:00+01:00", "{over: 1.5, rate: 1.2727272727272727}"),
        ("2024-02-01", "{over: 4, rate: -1}"),
    ):
        result = only(tmp_path, f" [{expected}]", ROWS + request, at=at)
        assert result.status == "pass", (at, result.difference)


def test_a_given_view_stands_for_its_rows(tmp_path: Path) -> None:
    given = """
      ref('spend'): [{user_id: 1, at: 2024-01-02 00:00:00Z, amount: 2}]
      request: [{user_id: 1, shop_id: s, price: 5, amount: 0, tags: null, where: null, on: null}]
"""
    result = only(tmp_path, " [{user_id: 1, shop_id: s, over: 3, rate: 2.5}]", given)
    assert result.status == "pass", (result.difference, result.findings)


def test_variables_of_a_test_count(tmp_path: Path) -> None:
    request = "\n    vars: {fee: 40}\n    given:\n      request: [{user_id: 1, price: 7, amount: 2, tags: null, where: null, on: null}]"
    tests = f"\n  - name: t\n    view: basket\n    at: 2024-01-01{request}\n    expect: [{{amount: 42}}]\n"
    loaded = project(tmp_path, tests)
    compilation = analyze_project(loaded)
    (result,) = run_unit_tests(loaded, compilation.analyzed, compilation.project.unit_tests)
    assert result.status == "pass", (result.difference, result.findings)


def test_a_view_that_looks_nothing_up_needs_neither_instant_nor_keys(tmp_path: Path) -> None:
    given = "\n      request: [{amount: 4}, {amount: null}]"
    assert only(tmp_path, " [{doubled: 8}, {doubled: null}]", given, "twice", at="").status == "pass"
    assert only(tmp_path, " [{amount: 4, doubled: 9}, {doubled: null}]", given, "twice", at="").status == "fail"
    assert only(tmp_path, " []", "\n      request: []", "twice", at="").status == "pass"


def test_sql_that_fails_on_a_request_is_an_error_of_the_test(tmp_path: Path) -> None:
    given = "\n      request: [{amount: 9223372036854775807}]"
    result = only(tmp_path, " [{doubled: 0}]", given, "twice", at="")
    assert (result.status, [d.code for d in result.findings]) == ("error", ["FC904"])


def test_a_test_expects_what_is_served(tmp_path: Path) -> None:
    """The answers that ``ANSWERS`` expects are those of a request to what the store holds then."""
    analyzed = analyze_project(
        project(tmp_path, "\n  - {name: t, view: twice, given: {request: []}, expect: []}")
    ).analyzed
    prepared, findings = Prepared.of(analyzed, [FeatureRequest("basket")])
    assert prepared is not None, findings
    asked = {"user_id": 1, "price": "7", "amount": 1.6, "tags": ["a"], "where": {"a": 9, "b": "x"}, "on": "2024-02-28"}
    at = datetime(2024, 1, 2, tzinfo=UTC)
    read = {"amount": Decimal("5.50"), "spent_2d": Decimal("15.50")}
    stored = {
        f"{prepared.requests[0].prefix}__{name}": OnlineValue(value, Status.PRESENT, at) for name, value in read.items()
    }
    (answer,) = prepared.evaluate([asked], [EntityFeatures({"user_id": 1}, stored)])
    assert {name: value.value for name, value in answer.features.items()} == {
        "over": Decimal("1.50"),
        "rate": 0.45161290322580644,
        "tag": "A",
        "amount": 3,
    }


TEST = """
  - name: t
    view: basket
    at: 2024-01-01
    given:
      request: [{user_id: 1, price: 7, amount: 2, tags: null, where: null, on: null}]
    expect: []
"""


@pytest.mark.parametrize(
    ("old", "new", "code", "place", "words"),
    [
        ("    at: 2024-01-01\n", "", "FC102", "basket", "as of the instant of the request add the instant"),
        ("price: 7, ", "", "FC102", "user_id", "`price`, of type decimal(9,2), or null"),
        ("user_id: 1, ", "", "FC102", "price", "add `user_id`, of type bigint"),
        ("request: [{", "shop.orders: [{at: null, ", "FC102", "basket", "request: [{user_id: …, price: …, amount: …, tags: …"),
        ("price: 7", "price: 7, prize: 8", "FC204", "prize", "did you mean `price`?"),
        ("price: 7", "price: 7.125", "FC103", "7.125", "`price` of `request` is `decimal(9,2)`"),
        ("where: null", "where: {c: 1}", "FC103", "{c: 1}", "the keys a, b"),
        ("on: null", "on: tomorrow", "FC103", "tomorrow", "a date such as"),
        ("request:", "shop.order: []\n      request:", "FC201", "shop.order", "did you mean `shop.orders`"),
        ("request:", "twice: []\n      request:", "FC219", "twice", "its rows would change nothing"),
        ("request:", "spend: [{spent_2d: 1}]\n      request:", "FC219", "spent_2d", "computed from"),
        ("expect: []", "expect: [{ower: 1}]", "FC204", "ower", "did you mean `over`"),
        ("expect: []", "expect: [{rate: x}]", "FC103", "x", "a number"),
    ],
)  # fmt: skip
def test_a_wrong_declaration_is_found_at_its_place(
    tmp_path: Path, old: str, new: str, code: str, place: str, words: str
) -> None:
    assert old in TEST
    found = [d for d in analyze_project(project(tmp_path, TEST.replace(old, new))).diagnostics if d.code == code]
    (one,) = found
    assert one.span is not None
    assert one.span.path == "tests/basket.yml"
    assert one.span.text.startswith(place)
    assert words in f"{one.cause} {one.fix}"
