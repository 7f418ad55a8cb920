"""A view that leaks, with the finding that it gets and the cure that the finding suggests."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from featurec.compiler import compile_project
from featurec.diagnostic import Diagnostic

PROJECT = {
    "featurec.yml": "name: shop\n",
    "entities.yml": "entities:\n  user: {join_keys: [{name: user_id, type: bigint}]}\n",
    "sources.yml": """
sources:
  shop:
    tables:
      orders:
        timestamp: created_at
        columns: {order_id: bigint, user_id: bigint, item: varchar, amount: double, created_at: timestamptz}
      visits:
        timestamp: seen_at
        columns: {user_id: bigint, page: varchar, seen_at: timestamptz}
      refunds:
        timestamp: requested_at
        available_at: settled_at
        columns: {user_id: bigint, order_id: bigint, refunded: double, requested_at: timestamptz, settled_at: timestamptz}
      frauds:
        timestamp: reported_at
        labels: [is_fraud]
        columns: {user_id: bigint, is_fraud: boolean, reported_at: timestamptz}
""",
    "features/daily.sql": """/*---
entities: [user]
timestamp: day
delay: 1d
features: {spent: {type: double}}
---*/
SELECT user_id, date_trunc('day', created_at) AS day, sum(amount) AS spent FROM shop.orders GROUP BY ALL
""",
}


@dataclass(frozen=True)
class Leak:
    """A view or spine that leaks, and its cure.

    Attributes:
        code: of the only finding.
        sql: of the view.
        says: the snippet that the fix suggests.
        edits: what of the file is replaced by what; the snippet is in one of the new texts, as it is suggested.
        points: the text under the caret.
    """

    code: str
    sql: str
    says: str
    edits: tuple[tuple[str, str], ...]
    points: str
    stamp: str = "t"
    dialect: str = "duckdb"
    spine: bool = False

    def write(self, folder: Path, *, cured: bool) -> None:
        """The view in a project of its own; ``daily`` is written in DuckDB's SQL."""
        files = dict(PROJECT)
        files["featurec.yml"] += f"dialect: {self.dialect}\n"
        if self.dialect != "duckdb":
            del files["features/daily.sql"]
        view = f"{'spines' if self.spine else 'features'}/view.sql"
        files[view] = f"/*---\nentities: [user]\ntimestamp: {self.stamp}\n---*/\n{self.sql}\n"
        for old, new in self.edits if cured else ():
            changed = next(name for name in (view, "sources.yml") if old in files[name])
            files[changed] = files[changed].replace(old, new, 1)
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)

    def findings(self, folder: Path, *, cured: bool = False) -> Sequence[Diagnostic]:
        """What is said of the project, but for what is missing in descriptions."""
        self.write(folder, cured=cured)
        return [f for f in compile_project(folder).diagnostics if not f.code.startswith("FC6")]
