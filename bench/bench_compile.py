"""Compile a generated project of 1,000 views: cold, and again with one file changed, beside `dbt compile` on the same SQL.

    python bench/bench_compile.py [--views 1000] [--repeat 3] [--without-dbt]

Each view has Jinja (a macro, a loop, a variable), common table expressions, windows and a join; one in ten refs another.
featurec parses, resolves, types and traces every column and writes SQL for its dialect; dbt renders the templates. dbt is
installed into .bench/dbt when it is missing. Every run is a process of its own; seconds are medians, MB the largest resident
set of one process.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DBT = ROOT / ".bench" / "dbt"
PACKAGES = ("dbt-core>=1.10,<1.11", "dbt-duckdb")
TABLES = 50

BODY = """\
WITH orders AS (
  SELECT user_id, order_id, amount, status, created_at
  FROM {{{{ source('raw', 'orders_{table}') }}}}
  WHERE status IN ({{% for s in var('statuses') %}}'{{{{ s }}}}'{{{{ ', ' if not loop.last }}}}{{% endfor %}})
),
running AS (
  SELECT
    o.user_id,
    o.created_at,
    o.amount,
    {{{{ so_far('count(*)') }}}} AS orders_so_far,
    {{{{ so_far('sum(o.amount)') }}}} AS spent_so_far,
    {{{{ so_far('max(o.amount)') }}}} AS largest_so_far,
    LAG(o.amount, {lag}) OVER (PARTITION BY o.user_id ORDER BY o.created_at) AS amount_before
  FROM orders AS o
)
SELECT
  r.user_id,
  r.created_at,
  r.orders_so_far,
  r.spent_so_far,
  r.largest_so_far,
  r.amount - COALESCE(r.amount_before, 0) AS amount_change,
  CASE WHEN r.spent_so_far > {limit} THEN 'gold' WHEN r.orders_so_far > 3 THEN 'silver' ELSE 'none' END AS tier,
  {joined}.{column} AS other
FROM running AS r
LEFT JOIN {relation} AS {joined}
  ON {joined}.user_id = r.user_id AND {joined}.created_at <= r.created_at
WHERE r.amount > {{{{ var('least_amount') }}}}
"""
MACRO = """\
{% macro so_far(aggregate) -%}
{{ aggregate }} OVER (PARTITION BY o.user_id ORDER BY o.created_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
{%- endmacro %}
"""
HEADER = """\
/*---
entities: [user]
timestamp: created_at
features:
  orders_so_far: {type: bigint}
  spent_so_far: {type: "decimal(38,2)"}
  largest_so_far: {type: "decimal(18,2)"}
  tier: {type: varchar}
---*/
"""
COLUMNS = {
    "user_id": "bigint",
    "order_id": "bigint",
    "amount": '"decimal(18,2)"',
    "status": "varchar",
    "created_at": "timestamptz",
}


@dataclass(frozen=True)
class Cost:
    """Seconds of wall clock and megabytes of the largest process."""

    seconds: float
    megabytes: float


def body(number: int) -> str:
    """The SQL of a view; every tenth reads the one before it, the others join a table."""
    if number % 10 == 9:
        return BODY.format(
            table=number % TABLES, lag=1 + number % 3, limit=100 * (number % 7 + 1),
            joined="v", column="tier", relation=f"{{{{ ref('view_{number - 1}') }}}}",
        )  # fmt: skip
    return BODY.format(
        table=number % TABLES, lag=1 + number % 3, limit=100 * (number % 7 + 1),
        joined="p", column="status", relation=f"{{{{ source('raw', 'orders_{(number + 1) % TABLES}') }}}}",
    )  # fmt: skip


def write(files: Mapping[str, str], root: Path) -> None:
    """Write files below a folder: relative path -> text."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def featurec_project(views: int) -> dict[str, str]:
    """The files of the featurec project: relative path -> text."""
    columns = "".join(f"          {name}: {kind}\n" for name, kind in COLUMNS.items())
    tables = "".join(
        f"      orders_{n}:\n        timestamp: created_at\n        columns:\n{columns}" for n in range(TABLES)
    )
    return {
        "featurec.yml": "name: bench\nvars: {statuses: [paid, shipped, returned], least_amount: 1}\n",
        "entities.yml": "entities:\n  user: {join_keys: [{name: user_id, type: bigint}]}\n",
        "sources.yml": f"sources:\n  raw:\n    tables:\n{tables}",
        "macros/so_far.sql": MACRO,
        **{f"features/area_{n % 20}/view_{n}.sql": HEADER + body(n) for n in range(views)},
    }


def dbt_project(views: int) -> dict[str, str]:
    """The files of the dbt project, with the same SQL: relative path -> text."""
    tables = "".join(f"      - name: orders_{n}\n" for n in range(TABLES))
    return {
        "dbt_project.yml": "name: bench\nversion: '1.0'\nprofile: bench\nvars: {statuses: [paid, shipped, returned], least_amount: 1}\n",
        "profiles.yml": "bench:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: ':memory:', threads: 2}\n",
        "models/sources.yml": f"sources:\n  - name: raw\n    tables:\n{tables}",
        "macros/so_far.sql": MACRO,
        **{f"models/area_{n % 20}/view_{n}.sql": body(n) for n in range(views)},
    }


def run(command: Sequence[str], cwd: Path) -> Cost:
    """Run to the end; stops the benchmark with the output when the command fails."""
    environment = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    with tempfile.TemporaryFile("w+") as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=cwd, env=environment, stdout=output, stderr=subprocess.STDOUT)
        _, code, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        if code:
            output.seek(0)
            sys.exit(f"{' '.join(command)} failed:\n{output.read()[-3000:]}")
    return Cost(seconds, usage.ru_maxrss / 1024)


def median(costs: Sequence[Cost]) -> Cost:
    """Median seconds, largest process."""
    return Cost(statistics.median(c.seconds for c in costs), max(c.megabytes for c in costs))


def measured(
    project: Path, changed: Path, command: Sequence[str], forget: Callable[[], None], repeat: int
) -> tuple[Cost, Cost]:
    """Cold, and again after one file has changed its meaning."""
    cold, again = [], []
    original = changed.read_text()
    for number in range(repeat):
        forget()
        changed.write_text(original)
        cold.append(run(command, project))
        changed.write_text(original.replace("> 3 THEN", f"> {number + 4} THEN"))
        again.append(run(command, project))
    changed.write_text(original)
    return median(cold), median(again)


def install_dbt() -> str | None:
    """Make .bench/dbt where it is missing; returns why there is none, or None."""
    if not (DBT / "bin" / "dbt").exists():
        print("installing dbt into .bench/dbt", flush=True)
        venv.create(DBT, with_pip=True, clear=True)
        pip = [str(DBT / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", *PACKAGES]
        installed = subprocess.run(pip, capture_output=True, text=True, check=False)
        if installed.returncode:
            shutil.rmtree(DBT)
            return installed.stderr.strip().splitlines()[-1] if installed.stderr.strip() else "pip failed"
    return None


def show(name: str, cold: Cost, again: Cost) -> None:
    """Print one line of the table."""
    print(
        f"{name:<10} {cold.seconds:8.2f} s {cold.megabytes:7.0f} MB   {again.seconds:8.2f} s {again.megabytes:7.0f} MB",
        flush=True,
    )


def main() -> None:
    """Write both projects, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--views", type=int, default=1000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--without-dbt", action="store_true")
    arguments = parser.parse_args()
    missing = "left out" if arguments.without_dbt else install_dbt()
    with tempfile.TemporaryDirectory(prefix="bench-compile-") as folder:
        ours, theirs = Path(folder) / "featurec", Path(folder) / "dbt"
        write(featurec_project(arguments.views), ours)
        write(dbt_project(arguments.views), theirs)
        print(f"{arguments.views} views, median of {arguments.repeat}, {os.cpu_count()} cores")
        print(f"{'':<10} {'cold':>10} {'':>10}   {'one file changed':>10}")

        def forget(project: Path) -> None:
            for artifacts in ("target", ".featurec"):
                shutil.rmtree(project / artifacts, ignore_errors=True)

        name = "area_1/view_1.sql"
        command = [sys.executable, "-m", "featurec", "compile"]
        cold, again = measured(ours, ours / "features" / name, command, lambda: forget(ours), arguments.repeat)
        show("featurec", cold, again)
        if missing:
            print(f"dbt is not installed ({missing}); no ratio")
            return
        dbt = [str(DBT / "bin" / "dbt"), "--quiet", "compile", "--profiles-dir", "."]
        dbt_cold, dbt_again = measured(theirs, theirs / "models" / name, dbt, lambda: forget(theirs), arguments.repeat)
        show("dbt", dbt_cold, dbt_again)
        print(
            f"{'ratio':<10} {cold.seconds / dbt_cold.seconds:8.2f}   {'':>10}   {again.seconds / dbt_again.seconds:8.2f}"
        )


if __name__ == "__main__":
    main()
