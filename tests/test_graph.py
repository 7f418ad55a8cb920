"""References between views, services, and on-demand views."""

from featurec.diagnostic import Diagnostic
from featurec.spec import Column
from tests.shop import FILES, analyzed, findings_of, only, view


class TestGraph:
    def test_order_and_columns_of_parents(self) -> None:
        result, findings = analyzed(
            {
                "features/a.sql": view("SELECT user_id, created_at, z AS x FROM {{ ref('b') }}"),
                "features/b.sql": view("SELECT user_id, created_at, amount AS z FROM orders"),
            }
        )
        assert findings == []
        assert result.order == ("b", "a")
        assert result.views["a"].columns[2] == Column("x", "double")

    def test_a_cycle_is_shown_as_a_path(self) -> None:
        files = {
            f"features/{name}.sql": view(f"SELECT user_id, created_at FROM {{{{ ref('{parent}') }}}}")
            for name, parent in (("a", "b"), ("b", "c"), ("c", "a"), ("below", "a"))
        }
        found = only(files)
        assert found.code == "FC203"
        assert found.claim == "`a` reads itself: a → b → c → a"
        assert found.span is not None
        assert found.span.path == "features/a.sql"
        assert [(str(label.span.path), label.text) for label in found.labels] == [
            ("features/b.sql", "`b` reads `c`"),
            ("features/c.sql", "`c` reads `a`"),
        ]

    def test_a_view_that_reads_itself(self) -> None:
        found = only({"features/a.sql": view("SELECT user_id, created_at FROM {{ ref('a') }}")})
        assert (found.code, found.claim) == ("FC203", "`a` reads itself: a → a")

    def test_two_cycles(self) -> None:
        files = {
            f"features/{name}.sql": view(f"SELECT user_id, created_at FROM {{{{ ref('{parent}') }}}}")
            for name, parent in (("a", "b"), ("b", "a"), ("c", "d"), ("d", "c"))
        }
        assert [d.claim for d in findings_of(files)] == ["`a` reads itself: a → b → a", "`c` reads itself: c → d → c"]

    def test_a_view_below_a_broken_one_is_left_out_and_others_are_not(self) -> None:
        result, findings = analyzed(
            {
                "features/broken.sql": view("SELECT user_id, created_at, nope FROM orders"),
                "features/child.sql": view("SELECT user_id, created_at, x FROM {{ ref('broken') }}"),
                "features/grandchild.sql": view("SELECT user_id, created_at, y FROM {{ ref('child') }}"),
                "features/wrong.sql": view("SELECT user_id, created_at, wrong FROM orders"),
                "features/good.sql": view("SELECT user_id, created_at FROM orders"),
            }
        )
        assert [d.span.path for d in findings if d.span] == ["features/broken.sql", "features/wrong.sql"]
        assert result.order == ("good",)

    def test_only_what_is_asked_for_and_its_parents(self) -> None:
        from pathlib import Path

        from featurec.analysis.analyze import analyze
        from featurec.project import load
        from featurec.template import TemplateContext

        files = {
            **FILES,
            "features/a.sql": view("SELECT user_id, created_at FROM orders"),
            "features/b.sql": view("SELECT user_id, created_at FROM {{ ref('a') }}"),
            "features/c.sql": view("SELECT nope FROM orders"),
        }
        project, _ = load(Path("/no/such/folder"), {}, files)
        result, findings = analyze(project, TemplateContext(project, "", "duckdb"), ["b"])
        assert findings == []
        assert result.order == ("a", "b")


class TestServices:
    def spend(self, services: str) -> list[Diagnostic]:
        header = "features: {amount: {type: double}}\naggregations:\n  - {function: sum, column: amount, windows: [1d]}"
        text = view("SELECT user_id, created_at, amount, status FROM orders", header=header)
        return findings_of(
            {"features/spend.sql": text, "services.yml": f"services:\n  - name: s\n    features: {services}\n"}
        )

    def test_what_exists(self) -> None:
        assert self.spend("[spend, spend:amount, spend:status, spend:amount_sum_1d]") == []
        assert self.spend("[{view: spend, as: buyer, join_keys: {user_id: buyer_id}, features: [amount]}]") == []

    def test_unknown_view_feature_and_key(self) -> None:
        for services, code, fix in (
            ("[spent:amount]", "FC216", "did you mean `spend`?"),
            ("[spend:amuont]", "FC216", "did you mean `amount`"),
            ("[{view: spend, as: b, join_keys: {usr_id: x}, features: [amount]}]", "FC217", "did you mean `user_id`?"),
        ):
            (found,) = self.spend(services)
            assert found.code == code
            assert fix in found.fix
            assert found.span is not None
            assert found.span.path == "services.yml"


class TestOnDemand:
    HEADER = "inputs: {basket: {type: double}}\nfeatures: {ratio: {type: double}}"

    def files(self, sql: str) -> dict[str, str]:
        return {
            "features/spend.sql": view(
                "SELECT user_id, created_at, amount FROM orders", header="features: {amount: double}"
            ),
            "features/ratio.sql": f"/*---\nentities: [user]\n{self.HEADER}\n---*/\n{sql}\n",
        }

    def test_inputs_and_features(self) -> None:
        result, findings = analyzed(self.files("SELECT {{ input('basket') }} / {{ feature('spend:amount') }} AS ratio"))
        assert findings == []
        found = result.views["ratio"]
        assert found.columns == (Column("ratio", "double"),)
        assert found.relations == ("view.spend",)
        assert [(e.relation, e.column) for e in found.lineage.columns["ratio"]] == [("view.spend", "amount")]

    def test_an_unknown_feature(self) -> None:
        found = only(self.files("SELECT {{ feature('spend:amuont') }} AS ratio"))
        assert found.code == "FC216"
        assert "did you mean `amount`?" in found.fix
