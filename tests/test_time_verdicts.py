"""What the time checker says of each column and of the rows, and why; the manifest shows it, the cache keeps it."""

from pathlib import Path

from featurec.analysis.model import TimeVerdict
from featurec.compiler import analyze_project, load_project
from featurec.dialects.dialect import get
from featurec.manifest import artifacts

FILES = {
    "featurec.yml": "name: shop\n",
    "entities.yml": "entities:\n  - {name: user, join_keys: [{name: user_id, type: integer}]}\n",
    "sources.yml": """
sources:
  shop:
    tables:
      orders: {timestamp: paid_at, columns: {user_id: integer, amount: integer, paid_at: timestamp}}
      refunds: {timestamp: refunded_at, columns: {user_id: integer, amount: integer, refunded_at: timestamp}}
""",
    "features/orders.sql": """/*---
entities: [user]
timestamp: paid_at
---*/
SELECT
  o.user_id, o.paid_at, o.amount,
  (SELECT sum(r.amount) FROM shop.refunds r WHERE r.user_id = o.user_id AND r.refunded_at < o.paid_at) AS refunded,
  (SELECT sum(r.amount) FROM shop.refunds r WHERE r.user_id = o.user_id) AS refunded_ever,
  my_function(o.amount) AS odd
FROM shop.orders o
""",
}
EXPECTED = {
    "user_id": TimeVerdict("proved"),
    "paid_at": TimeVerdict("proved"),
    "amount": TimeVerdict("proved"),
    "refunded": TimeVerdict("proved", ("`shop.refunds.refunded_at` ≤ `shop.orders.paid_at` ≤ the stamp",)),
    "refunded_ever": TimeVerdict("refuted", ("nothing bounds `shop.refunds.refunded_at`",)),
    "odd": TimeVerdict("unproved", ("what `my_function` reads beside its arguments is not known",)),
}


def project(folder: Path) -> Path:
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_each_column_has_its_verdict_and_the_path_to_it(tmp_path: Path) -> None:
    said = analyze_project(load_project(project(tmp_path))).analyzed.views["orders"].time
    assert said is not None
    assert said.columns == EXPECTED
    assert said.rows == TimeVerdict("proved", ("`shop.orders.paid_at` ≤ the stamp",))


def test_the_cache_keeps_verdicts(tmp_path: Path) -> None:
    first = analyze_project(load_project(project(tmp_path), cached=True))
    assert first.cache is not None
    first.cache.save(complete=True)
    again = analyze_project(load_project(tmp_path, cached=True))
    assert again.analyzed.views["orders"].time == first.analyzed.views["orders"].time


def test_the_manifest_shows_them(tmp_path: Path) -> None:
    folder = project(tmp_path)
    view = folder / "features/orders.sql"
    view.write_text("".join(line for line in view.read_text().splitlines(keepends=True) if "ever" not in line))
    made, _ = artifacts(analyze_project(load_project(folder)), get("duckdb"), "dev")
    manifest = made.files["manifest.json"]
    assert '"verdict": "unproved"' in manifest
    assert "`shop.refunds.refunded_at` ≤ `shop.orders.paid_at` ≤ the stamp" in manifest
