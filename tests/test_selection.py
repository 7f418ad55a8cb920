"""Selectors: dbt's grammar over a graph that one can read."""

import pytest

from featurec.analysis.changes import Before, states
from featurec.analysis.definition import definition
from featurec.analysis.model import AnalyzedProject
from featurec.analysis.selection import Graph, select
from featurec.diagnostic import Severity
from tests.shop import analyzed, view

ORDERS = "SELECT user_id, created_at, amount FROM orders"


def of(parent: str) -> str:
    return f"SELECT user_id, created_at, amount FROM {{{{ ref('{parent}') }}}}"


# orders → a → b → d, orders → a → c → d, clicks → e; labels reads orders
@pytest.fixture(scope="module")
def shop() -> AnalyzedProject:
    result, findings = analyzed(
        {
            "features/a.sql": view(ORDERS, header="tags: [daily, core]"),
            "features/deep/b.sql": view(of("a"), header="tags: [daily]"),
            "features/deep/c.sql": view(of("a")),
            "features/deep/er/d.sql": view(
                "SELECT user_id, created_at, c.amount FROM {{ ref('b') }} JOIN {{ ref('c') }} USING (user_id, created_at)"
            ),
            "features/e.sql": view("SELECT user_id, at FROM log.clicks", timestamp="at"),
            "spines/labels.sql": view(
                "SELECT user_id, created_at, amount > 1 AS big FROM orders", header="labels: [big]"
            ),
        }
    )
    assert findings == []
    return result


CASES = {
    "a": "a",
    "a b": "a b",
    "a+": "a b c d",
    "a+1": "a b c",
    "+d": "a b c d",
    "1+d": "b c d",
    "+b+": "a b d",
    "1+b+1": "a b d",
    "@b": "a b c d",
    "tag:daily": "a b",
    "tag:daily+": "a b c d",
    "tag:d*": "a b",
    "tag:daily,tag:core": "a",
    "+d,tag:daily": "a b",
    "path:features/deep": "b c d",
    "path:features/deep/": "b c d",
    "features/deep": "b c d",
    "features/deep/er/d.sql": "d",
    "path:features/*/c.sql": "c",
    "d.sql": "d",
    "file:b": "b",
    "source:shop+": "a b c d labels",
    "source:shop.orders+1": "a labels",
    "source:log.*+": "e",
    "source:*+": "a b c d e labels",
    "[bc]": "b c",
    "*": "a b c d e labels",
    "?": "a b c d e",
    "labels": "labels",
    "spines/": "labels",
}


@pytest.mark.parametrize("selector", CASES)
def test_selectors(shop: AnalyzedProject, selector: str) -> None:
    names, findings = select(shop, [selector], [])
    assert findings == []
    assert sorted(names) == CASES[selector].split()


def test_parents_come_first(shop: AnalyzedProject) -> None:
    names, _ = select(shop, ["d", "c", "b", "a"], [])
    assert names == ["a", "b", "c", "d"]


def test_nothing_said_means_everything(shop: AnalyzedProject) -> None:
    assert select(shop, [], [])[0] == ["a", "b", "c", "d", "e", "labels"]


def test_exclude(shop: AnalyzedProject) -> None:
    assert select(shop, ["a+"], ["tag:core", "d"]) == (["b", "c"], [])
    assert select(shop, [], ["a+ e"]) == (["labels"], [])


def test_several_arguments_are_a_union(shop: AnalyzedProject) -> None:
    assert select(shop, ["e", "b"], [])[0] == ["b", "e"]


@pytest.mark.parametrize(
    ("selector", "says"),
    [
        ("aa", "did you mean `a`?"),
        ("tag:dayly", "did you mean `tag:daily`?"),
        ("path:feature", "path:features"),
        ("source:shop.orders", "`source:…+` means what reads them"),
        ("tags:daily", "did you mean `tag`?"),
        ("a++", "write a name"),
        ("+", "write a name"),
        ("a,tag:nope", "by every part at once"),
    ],
)
def test_what_matches_nothing_is_an_error(shop: AnalyzedProject, selector: str, says: str) -> None:
    names, findings = select(shop, [selector], [])
    assert names == []
    assert [(d.code, d.severity) for d in findings] == [("FC956", Severity.ERROR)]
    assert says in f"{findings[0].cause} {findings[0].fix}"


def test_an_exclusion_that_matches_nothing_or_everything_is_a_warning(shop: AnalyzedProject) -> None:
    names, findings = select(shop, ["a"], ["nope"])
    assert names == ["a"]
    assert [d.severity for d in findings] == [Severity.WARNING]
    names, findings = select(shop, ["a"], ["a"])
    assert names == []
    assert [d.severity for d in findings] == [Severity.WARNING]


def test_a_broken_view_can_be_selected() -> None:
    result, findings = analyzed({"features/a.sql": view(ORDERS), "features/b.sql": view("SELECT nope FROM orders")})
    assert findings
    assert select(Graph.of(result), ["b"], []) == (["b"], [])
    assert select(result, [], [])[0] == ["a", "b"]


class TestState:
    """``state:`` compares with what was."""

    def chosen(self, selector: str, old: AnalyzedProject, new: AnalyzedProject) -> str:
        known = {(n, v.fingerprint): definition(v, old) for n, v in old.views.items()}
        before = Before({n: v.fingerprint for n, v in old.views.items()}, known)
        found = states(new, before, {n: s.fingerprint for n, s in old.spines.items()})
        names, findings = select(Graph.of(new, found), [selector], [])
        assert findings == [] or not names
        return " ".join(names)

    def project(self, **sql: str) -> AnalyzedProject:
        texts = {"a": ORDERS, "b": of("a"), "c": ORDERS} | sql
        result, _ = analyzed({f"features/{name}.sql": view(text) for name, text in texts.items()})
        return result

    @pytest.mark.parametrize(
        ("changed", "modified", "below", "new"),
        [
            ({}, "", "", ""),
            ({"a": ORDERS + " WHERE amount > 1"}, "a b", "a b", ""),
            ({"b": of("a") + " WHERE amount > 1"}, "b", "b", ""),
            ({"d": of("c")}, "d", "d", "d"),
            ({"c": "SELECT nothing"}, "c", "c", ""),
        ],
    )
    def test_what_has_changed_is_modified(self, changed: dict[str, str], modified: str, below: str, new: str) -> None:
        old, now = self.project(), self.project(**changed)
        assert self.chosen("state:modified", old, now) == modified
        assert self.chosen("state:modified+", old, now) == below
        assert self.chosen("state:new", old, now) == new

    @pytest.mark.parametrize(
        ("header", "modified"), [("description: x", ""), ("owner: me", ""), ("schedule: '0 * * * *'", "a")]
    )
    def test_what_only_describes_is_not(self, header: str, modified: str) -> None:
        old = self.project()
        now, _ = analyzed(
            {f"features/{n}.sql": view(s, header=header if n == "a" else "") for n, s in
             {"a": ORDERS, "b": of("a"), "c": ORDERS}.items()}
        )  # fmt: skip
        assert self.chosen("state:modified", old, now) == modified

    def test_without_anything_to_compare_with_it_is_refused(self, shop: AnalyzedProject) -> None:
        names, findings = select(shop, ["state:modified+"], [])
        assert (names, [finding.code for finding in findings]) == ([], ["FC951"])
        names, findings = select(Graph.of(shop, {}), ["state:modifed"], [])
        assert (names, findings[0].code) == ([], "FC956")
        assert "modified" in findings[0].fix
