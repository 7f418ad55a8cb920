"""A small project on disk for tests of linting: one clean view, and room for what a test adds."""

from collections.abc import Mapping
from pathlib import Path

FILES = {
    "featurec.yml": "name: shop\n",
    "entities.yml": "entities:\n  user: {join_keys: [{name: user_id, type: bigint}]}\n",
    "sources.yml": """\
sources:
  shop:
    tables:
      orders:
        columns: {order_id: bigint, user_id: bigint, amount: double, created_at: timestamptz}
        timestamp: created_at
""",
}

HEADER = """\
/*---
description: One of the tests' views.
owner: shop@example.com
entities: [user]
timestamp: created_at
---*/
"""
"""Six lines."""

LEAK = "count(*) OVER (PARTITION BY user_id)"
"""FC302: rows that are still to come are counted."""


def view(columns: str = "amount", tail: str = "") -> str:
    """A view of orders with some columns: the header takes lines 1 to 6, ``SELECT`` is 7, the columns begin on line 8."""
    return f"{HEADER}SELECT user_id, created_at,\n  {columns}\nFROM {{{{ source('shop', 'orders') }}}}{tail}\n"


def project(root: Path, files: Mapping[str, str]) -> Path:
    """Write the project with some files added or replaced."""
    for path, text in {**FILES, "features/clean.sql": view(), **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode())
    return root
