"""What a change of a view is: which part of its definition, and how much it matters."""

import pytest

from featurec.analysis.changes import Before, Comparison, compare
from featurec.analysis.definition import Definition, definition
from featurec.analysis.model import AnalyzedProject
from tests.shop import FILES, analyzed, view

SQL = "SELECT user_id, created_at, amount FROM orders"
HEADER = "available_at: created_at\nttl: 7d\nfeatures:\n  amount: {type: double}"
CHILD = "SELECT user_id, created_at, amount FROM {{ ref('v') }}"


def shop(sql: str = SQL, header: str = HEADER, child: str = CHILD, **files: str) -> AnalyzedProject:
    named = {f"{name}.yml": text for name, text in files.items()}
    result, findings = analyzed({"features/v.sql": view(sql, header=header), "features/w.sql": view(child), **named})
    assert findings == []
    return result


def definitions(project: AnalyzedProject) -> dict[str, Definition]:
    return {name: definition(project.views[name], project) for name in project.order}


def compared(old: AnalyzedProject, new: AnalyzedProject) -> dict[str, Comparison]:
    known = {(name, old.views[name].fingerprint): found for name, found in definitions(old).items()}
    before = Before({name: found.fingerprint for name, found in old.views.items()}, known)
    prints = {name: new.views[name].fingerprint for name in new.order}
    return {found.view: found for found in compare(before, prints, definitions(new))}


def test_fingerprints_are_as_they_were() -> None:
    """Another fingerprint makes every table of every user anew."""
    project = shop(header=HEADER + "\nrow_key: [amount]")
    assert project.views["v"].fingerprint.startswith("02cd78bb537ae63f")
    assert project.views["w"].fingerprint.startswith("f99154e37e236bbb")


@pytest.mark.parametrize(
    ("changed", "grade", "what"),
    [
        ({"header": HEADER + "\ndescription: spent"}, "metadata", "header `description`"),
        ({"header": HEADER + "\nschedule: '0 * * * *'"}, "metadata", "header `schedule`"),
        ({"header": HEADER.replace("double}", "double, description: x}")}, "metadata", "description of `amount`"),
        ({"header": HEADER.replace("double}", "double, tests: [not_null]}")}, "metadata", "header `tests`"),
        ({"sql": SQL.replace("amount", "amount, status")}, "additive", "column `status` is new"),
        (
            {
                "sql": SQL.replace("amount", "amount, status"),
                "header": HEADER + "\n  status: {type: varchar}",
            },
            "additive",
            "feature `status` is new",
        ),
        (
            {"header": HEADER + "\naggregations:\n  - {function: sum, column: amount, windows: [7d]}"},
            "additive",
            "feature `amount_sum_7d` is new",
        ),
        ({"sql": SQL.replace("amount", "amount + 1 AS amount")}, "values", "SQL of `amount`"),
        ({"sql": SQL + " WHERE amount > 1"}, "values", "SQL: which rows there are"),
        ({"sql": SQL.replace("SELECT", "SELECT DISTINCT")}, "values", "SQL: which rows there are"),
        ({"header": HEADER.replace("7d", "1d")}, "values", "header `ttl`: 1w → 1d"),
        ({"header": HEADER.replace("double", "float")}, "values", "feature `amount` has another type: double → float"),
        ({"header": HEADER.replace("double}", "double, default: 0}")}, "values", "default of `amount`: none → 0"),
        ({"header": HEADER + "\nrow_key: [amount]"}, "keys", 'header `row_key`: none → ["amount"]'),
        ({"sql": SQL.replace("user_id", "user_id + 1 AS user_id")}, "keys", "SQL of `user_id`"),
        (
            {"entities": FILES["entities.yml"].replace("user_id, type: bigint", "user_id, type: integer")},
            "keys",
            "type or name of a join key",
        ),
        (
            {"sources": FILES["sources.yml"].replace("          status: varchar\n", "")},
            "additive",
            "columns of source `shop.orders`",
        ),
        (
            {"sources": FILES["sources.yml"].replace("amount: double", "amount: float")},
            "values",
            "type of `shop.orders.amount` in its source: double → float",
        ),
        (
            {"sources": FILES["sources.yml"].replace("tables:\n      orders:", "timezone: Asia/Tokyo\n    tables:\n      orders:")},
            "values",
            "declaration of source `shop.orders`",
        ),
    ],
)  # fmt: skip
def test_each_part_has_its_grade(changed: dict[str, str], grade: str, what: str) -> None:
    found = compared(shop(), shop(**changed))
    assert found["v"].grade == grade
    assert what in [change.what for change in found["v"].changes]
    assert found["v"].status == ("metadata" if grade == "metadata" else "changed")
    if grade != "metadata" and "entities" not in changed:
        assert (found["w"].status, found["w"].grade) == ("parent", grade)
        assert [change.what for change in found["w"].changes] == ["parent `v`"]


def test_layout_is_no_change() -> None:
    found = compared(shop(), shop(sql=SQL.lower() + "  -- all"))
    assert {one.status for one in found.values()} == {"unchanged"}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT user_id, created_at, amount, unnest(tags) AS tag FROM orders",
        "SELECT user_id, created_at, amount, status FROM orders UNION ALL SELECT user_id, created_at, amount, status FROM orders",
    ],
)
def test_what_may_make_other_rows_is_not_additive(sql: str) -> None:
    assert compared(shop(), shop(sql=sql))["v"].grade == "values"


def test_new_and_gone_and_lost() -> None:
    two = "features:\n  amount: {type: double}\n  status: {type: varchar}"
    old = shop(sql=SQL.replace("amount", "amount, status"), header=two)
    new = shop(header="features:\n  amount: {type: double}")
    found = compared(old, new)
    assert found["v"].lost == {"status": "is gone"}
    assert found["v"].grade == "values"
    only, _ = analyzed({"features/other.sql": view(SQL)})
    found = compared(old, only)
    assert {name: one.status for name, one in found.items()} == {"other": "new", "v": "removed", "w": "removed"}


def test_a_definition_that_is_not_on_record_is_taken_for_the_worst() -> None:
    old, new = shop(), shop(sql=SQL + " WHERE amount > 1")
    before = Before({name: found.fingerprint for name, found in old.views.items()}, {})
    found = compare(before, {n: new.views[n].fingerprint for n in new.order}, definitions(new))
    assert [(one.status, one.grade) for one in found] == [("changed", "values"), ("changed", "values")]


def test_a_parent_that_was_built_alone_still_explains_its_child() -> None:
    """The child's table is of the parent's version before; what that was is on record."""
    old, new = shop(), shop(sql=SQL.replace("amount", "amount, status"))
    known = {(n, p.views[n].fingerprint): d for p in (old, new) for n, d in definitions(p).items()}
    before = Before({"v": new.views["v"].fingerprint, "w": old.views["w"].fingerprint}, known)
    found = {
        one.view: one for one in compare(before, {n: new.views[n].fingerprint for n in new.order}, definitions(new))
    }
    assert (found["v"].status, found["w"].status, found["w"].grade) == ("unchanged", "parent", "additive")


@pytest.mark.parametrize(
    ("sql", "grade"),
    [
        ("SELECT * FROM orders", "additive"),
        ("SELECT user_id, created_at, amount FROM orders", "additive"),
        ("SELECT DISTINCT user_id, created_at, amount FROM orders", "additive"),
        ("SELECT DISTINCT * FROM orders", "values"),
        ("SELECT user_id, created_at, amount FROM (SELECT DISTINCT * FROM orders)", "values"),
        ("SELECT * FROM orders UNION SELECT * FROM orders", "values"),
        ("SELECT o.user_id, o.created_at, o.amount FROM orders AS o NATURAL JOIN orders AS p", "values"),
    ],
)
def test_a_source_with_more_columns_is_additive_where_rows_do_not_depend_on_them(sql: str, grade: str) -> None:
    fewer = FILES["sources.yml"].replace("          status: varchar\n", "")
    old, new = ({"features/v.sql": view(sql), "sources.yml": text} for text in (fewer, FILES["sources.yml"]))
    found = compared(analyzed(old)[0], analyzed(new)[0])
    assert found["v"].grade == grade


@pytest.mark.parametrize(("order", "grade"), [("status", "values"), ("amount", "additive"), ("2", "additive")])
def test_a_column_that_takes_the_place_of_what_orders_the_rows(order: str, grade: str) -> None:
    """What comes first decides which rows there are; the time checker has its say on that, too."""
    sql = f"SELECT user_id, created_at, amount FROM orders ORDER BY {order} LIMIT 10"
    other = sql.replace("amount FROM", "amount, upper(status) AS status FROM")
    old, new = (analyzed({"features/v.sql": view(text)})[0] for text in (sql, other))
    assert compared(old, new)["v"].grade == grade
