"""What a spine may know of the future: its labels, and that what it asks about happens; nothing that chooses rows."""

from pathlib import Path

import pytest

from featurec.compiler import compile_project

FILES = {
    "featurec.yml": "name: shop\n",
    "entities.yml": "entities:\n  - {name: user, join_keys: [{name: user_id, type: integer}]}\n",
    "sources.yml": """
sources:
  raw:
    tables:
      orders: {timestamp: paid_at, columns: {order_id: integer, user_id: integer, amount: integer, opened_at: timestamp, paid_at: timestamp}}
      refunds: {timestamp: refunded_at, columns: {order_id: integer, user_id: integer, amount: integer, refunded_at: timestamp}}
      logins: {timestamp: at, columns: {user_id: integer, at: timestamp}}
      users: {static: true, columns: {user_id: integer, country: varchar}}
""",
}

REFUNDED = "EXISTS (SELECT 1 FROM raw.refunds r WHERE r.order_id = o.order_id)"

ALLOWED = {
    "a label from the row's own future": "SELECT user_id, opened_at AS at, amount > 10 AS label FROM raw.orders",
    "a label from rows that come later": f"SELECT o.user_id, o.opened_at AS at, {REFUNDED} AS label FROM raw.orders o",
    "a label that may be missing": """
        SELECT o.user_id, o.opened_at AS at, r.amount AS label
        FROM raw.orders o LEFT JOIN raw.refunds r ON r.order_id = o.order_id""",
    "only rows whose answer is known": """
        SELECT user_id, opened_at AS at, amount AS label FROM raw.orders WHERE amount IS NOT NULL""",
    "a filter on what is known when it is asked": """
        SELECT o.user_id, o.opened_at AS at, o.amount AS label FROM raw.orders o JOIN raw.users u USING (user_id)
        WHERE u.country = 'DE' AND o.opened_at >= TIMESTAMP '2024-01-01'""",
    "who was active before": """
        SELECT o.user_id, o.opened_at AS at, o.amount AS label FROM raw.orders o
        WHERE EXISTS (SELECT 1 FROM raw.logins l WHERE l.user_id = o.user_id AND l.at < o.opened_at)""",
}

REFUSED = {
    "rows chosen by their label": (
        "FC314",
        "SELECT user_id, opened_at AS at, amount > 10 AS label FROM raw.orders WHERE amount > 1",
    ),
    "who comes back later": (
        "FC314",
        """SELECT o.user_id, o.opened_at AS at, o.amount AS label FROM raw.orders o
           WHERE EXISTS (SELECT 1 FROM raw.logins l WHERE l.user_id = o.user_id AND l.at > o.opened_at)""",
    ),
    "rows dropped by an inner join with later rows": (
        "FC305",
        """SELECT o.user_id, o.opened_at AS at, r.amount AS label
           FROM raw.orders o JOIN raw.refunds r ON r.order_id = o.order_id""",
    ),
    "a column beside the label that knows the future": (
        "FC305",
        f"""SELECT o.user_id, o.opened_at AS at, o.amount AS label, (SELECT count(*) FROM raw.logins l) AS n
            FROM raw.orders o WHERE NOT {REFUNDED} OR TRUE""",
    ),
    "a label that is read as a column too": (
        "FC314",
        """SELECT user_id, opened_at AS at, amount AS label FROM raw.orders
           QUALIFY row_number() OVER (PARTITION BY user_id ORDER BY amount DESC) = 1""",
    ),
}


def codes(sql: str, folder: Path) -> set[str]:
    for name, text in FILES.items():
        (folder / name).write_text(text)
    (folder / "spines").mkdir()
    header = "/*---\nentities: [user]\ntimestamp: at\nlabels: [label]\n---*/\n"
    (folder / "spines" / "asked.sql").write_text(header + sql)
    return {finding.code for finding in compile_project(folder).diagnostics}


@pytest.mark.parametrize("name", ALLOWED)
def test_allowed(name: str, tmp_path: Path) -> None:
    assert codes(ALLOWED[name], tmp_path) == set()


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str, tmp_path: Path) -> None:
    code, sql = REFUSED[name]
    assert code in codes(sql, tmp_path)
