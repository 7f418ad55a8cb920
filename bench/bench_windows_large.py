"""Windowed features over more rows than fit into memory, from Parquet and without a built table: seconds and peak memory.

    python bench/bench_windows_large.py [--rows 100000000] [--spine 5000000] [--entities 100000] [--memory 10GB]
                                        [--column amount|price] [--days 1,7,30,90] [--folder FOLDER] [--alone]

`featurec train` as a process under the target's ``memory_limit``, beside the plan that is fastest by hand under the same
limit (not with ``--alone``): totals of one sorted stream for ``amount``, which is a decimal, tiles for ``price``, a double.
DuckDB has two threads; what does not fit is spilled to disk. The peak is that of the whole process, Python included. Files
take about 3 GB at the default sizes, what is spilled comes on top. The answers are compared: doubles to ten digits.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import duckdb
from bench_windows import COLUMNS, EVENTS, VIEW
from processes import ROOT, Cost, run
from projects import SECONDS, SPINE, explained, write_project
from rounds import same
from windows_by_hand import Windows

PLANS = {"amount": "prefix", "price": "tiles"}


def prepare(root: Path, rows: int, spine: int, entities: int, memory: str) -> None:
    """Events and spine as files, and a project that reads them."""
    with duckdb.connect() as session:
        session.execute("SET TimeZone = 'UTC'")
        session.execute("SET preserve_insertion_order = false")
        session.execute(f"SET memory_limit = '{memory}'")
        sizes = {"entities": entities, "seconds": SECONDS}
        session.execute(f"COPY ({EVENTS.format(rows=rows, **sizes)}) TO '{root / 'events.parquet'}' (FORMAT parquet)")
        session.execute(f"COPY ({SPINE.format(rows=spine, **sizes)}) TO '{root / 'spine.parquet'}' (FORMAT parquet)")
    target = {"fresh": f"{{type: duckdb, path: fresh.duckdb, threads: 2, memory_limit: {memory}}}"}
    write_project(root, {"purchases": VIEW}, COLUMNS, "path: events.parquet", target)


def show(name: str, cost: Cost) -> None:
    """One line a process."""
    print(
        f"  {name:<34} {cost.seconds:8.1f} s {cost.cpu:8.1f} s CPU {cost.megabytes / 1024:8.2f} GB at its peak",
        flush=True,
    )


def bench(root: Path, asked: Windows, memory: str, alone: bool) -> None:
    """featurec, then the plan by hand."""
    requests = {"purchases": asked.names()}
    features = ",".join(f"purchases:{name}" for name in asked.names())
    spine, ours, theirs = root / "spine.parquet", root / "featurec.parquet", root / "hand.parquet"
    for note in explained(root, "fresh", requests):
        print(f"    {note}", flush=True)
    command = [sys.executable, "-m", "featurec", "train", str(spine), "--features", features, "-o", str(ours)]
    cost, _ = run(command, root)
    show("featurec train", cost)
    if alone:
        return
    plan = PLANS[asked.column]
    source = f"read_parquet('{root / 'events.parquet'}')"
    words = [plan, asked.column, ",".join(asked.functions), ",".join(map(str, asked.days))]
    script = str(ROOT / "bench" / "windows_by_hand.py")
    by_hand, _ = run([sys.executable, script, *words, ":memory:", source, str(spine), str(theirs), memory], root)
    show(f"by hand, {plan}", by_hand)
    print(f"  featurec {cost.seconds / by_hand.seconds:.2f} x {plan} (by CPU {cost.cpu / by_hand.cpu:.2f})", flush=True)
    same(theirs, ours, 1e-10)


def main() -> None:
    """Measure in a folder that is removed afterwards."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000_000)
    parser.add_argument("--spine", type=int, default=5_000_000)
    parser.add_argument("--entities", type=int, default=100_000)
    parser.add_argument("--memory", default="10GB")
    parser.add_argument("--column", choices=list(PLANS), default="amount")
    parser.add_argument("--days", default="1,7,30,90", help="of 1, 7, 30, 90, ascending")
    parser.add_argument("--folder", type=Path, help="where the files are kept meanwhile; default: the system's")
    parser.add_argument("--alone", action="store_true", help="featurec only")
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    windows = Windows(asked.column, ("count", "sum"), tuple(map(int, asked.days.split(","))))
    with tempfile.TemporaryDirectory(prefix="bench-windows-large-", dir=asked.folder) as folder:
        prepare(Path(folder), asked.rows, asked.spine, asked.entities, asked.memory)
        print(
            f"{asked.spine:,} spine rows x {asked.rows:,} rows, {asked.entities:,} entities; "
            f"count and sum of `{asked.column}` over {asked.days} d; memory_limit {asked.memory}",
            flush=True,
        )
        bench(Path(folder), windows, asked.memory, asked.alone)


if __name__ == "__main__":
    main()
