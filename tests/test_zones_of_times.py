"""Naive times of a zone other than UTC: alone they are compared as they are, beside others each is read in its own zone."""

from pathlib import Path

import pytest

from featurec.compiler import compile_project
from featurec.diagnostic import Severity

FILES = {
    "featurec.yml": "name: shop\n",
    "entities.yml": "entities:\n  - {name: user, join_keys: [{name: user_id, type: integer}]}\n",
    "sources.yml": """
sources:
  york:
    timezone: America/New_York
    tables:
      visits: {timestamp: at, columns: {user_id: integer, n: integer, at: timestamp}}
      orders: {timestamp: at, columns: {user_id: integer, n: integer, at: timestamp}}
  berlin:
    timezone: Europe/Berlin
    tables:
      visits: {timestamp: at, columns: {user_id: integer, n: integer, at: timestamp}}
  utc:
    tables:
      visits: {timestamp: at, columns: {user_id: integer, n: integer, at: timestamptz}}
""",
}

SAFE = {
    "times of one zone among themselves": """
        SELECT o.user_id, o.at, sum(v.n) AS n FROM york.orders o
        LEFT JOIN york.visits v ON v.user_id = o.user_id AND v.at <= o.at GROUP BY ALL""",
    "the instant that the clocks showed": "SELECT user_id, n, at AT TIME ZONE 'America/New_York' AS at FROM york.visits",
    "instants of both zones": """
        SELECT user_id, n, at AT TIME ZONE 'America/New_York' AS at FROM york.visits
        UNION ALL SELECT user_id, n, at AT TIME ZONE 'Europe/Berlin' FROM berlin.visits""",
    "a bound between instants": """
        SELECT u.user_id, u.at, count(v.n) AS n FROM utc.visits u
        LEFT JOIN york.visits v ON v.user_id = u.user_id AND v.at AT TIME ZONE 'America/New_York' <= u.at GROUP BY ALL""",
    "local times east of Greenwich read as UTC come too late": """
        SELECT user_id, n, at AT TIME ZONE 'UTC' AS at FROM berlin.visits""",
    "the local day, over": """
        SELECT user_id, count(*) AS n, (date_trunc('day', at) + INTERVAL 1 DAY) AT TIME ZONE 'America/New_York' AS at
        FROM york.visits GROUP BY user_id, date_trunc('day', at)""",
}

LEAKS = {
    "local times west of Greenwich read as UTC": "SELECT user_id, n, at AT TIME ZONE 'UTC' AS at FROM york.visits",
    "local times compared with instants": """
        SELECT u.user_id, u.at, count(v.n) AS n FROM utc.visits u
        LEFT JOIN york.visits v ON v.user_id = u.user_id AND v.at AT TIME ZONE 'UTC' <= u.at GROUP BY ALL""",
    "the start of the local day": """
        SELECT user_id, count(*) AS n, date_trunc('day', at) AT TIME ZONE 'America/New_York' AS at
        FROM york.visits GROUP BY user_id, date_trunc('day', at)""",
}


def errors(sql: str, folder: Path) -> list[str]:
    for name, text in FILES.items():
        (folder / name).write_text(text)
    (folder / "features").mkdir()
    (folder / "features" / "visits.sql").write_text("/*---\nentities: [user]\ntimestamp: at\n---*/\n" + sql)
    found = compile_project(folder).diagnostics
    return [f"{f.code} {f.claim}" for f in found if f.severity is Severity.ERROR]


@pytest.mark.parametrize("name", SAFE)
def test_safe(name: str, tmp_path: Path) -> None:
    assert errors(SAFE[name], tmp_path) == []


@pytest.mark.parametrize("name", LEAKS)
def test_leak(name: str, tmp_path: Path) -> None:
    found = errors(LEAKS[name], tmp_path)
    assert found
    assert all(finding.startswith("FC3") for finding in found)
