"""On-demand views at a request: what computing them adds to a read, beside the same SQL planned at every request.

    python bench/bench_on_demand.py [--repeat 300]

Yardstick: DuckDB's own driver runs the expressions with lists as parameters, and plans them every time. Every line is of one
request of so many rows, whose features are read already: median and 99th percentile in microseconds. Answers are compared
before they are measured. One thread; on a busy machine the median tells more than the percentile.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from featurec.compiler import compile_project
from featurec.online.on_demand import Prepared
from featurec.online.read import EntityFeatures, OnlineValue, Status
from featurec.spec import FeatureRequest

FILES = {
    "featurec.yml": "name: bench\n",
    "entities.yml": "entities:\n  user: {join_keys: [{name: user_id, type: bigint}]}\n",
    "sources.yml": "sources:\n  shop:\n    tables:\n      orders:\n        columns: {user_id: bigint, at: timestamptz, amount: double}\n"
    "        timestamp: at\n",
    "features/spend.sql": "/*---\nentities: [user]\ntimestamp: at\nfeatures: {amount: double}\n---*/\n"
    "SELECT user_id, at, amount FROM {{ source('shop', 'orders') }}\n",
}
EXPRESSION = "CASE WHEN {price} > {n} THEN {price} / {amount} ELSE {amount} - {n} END"


def prepared(root: Path, expressions: int) -> Prepared:
    """A view of so many expressions of an input and a feature."""
    price, amount = "{{ input('price') }}", "{{ feature('spend:amount') }}"
    outputs = [f"{EXPRESSION.format(price=price, amount=amount, n=n)} AS o{n}" for n in range(expressions)]
    features = ", ".join(f"o{n}: double" for n in range(expressions))
    text = f"/*---\nentities: [user]\ninputs: {{price: double}}\nfeatures: {{{features}}}\n---*/\nSELECT {', '.join(outputs)}\n"
    for name, content in {**FILES, "features/cart.sql": text}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    found, findings = Prepared.of(compile_project(root).analyzed, [FeatureRequest("cart")])
    if found is None:
        sys.exit(f"the project does not compile: {findings}")
    return found


def by_hand(expressions: int) -> str:
    """The same as one statement with a list for each column."""
    outputs = [f"CAST({EXPRESSION.format(price='price', amount='amount', n=n)} AS DOUBLE)" for n in range(expressions)]
    lists = "unnest(CAST($1 AS DOUBLE[])) AS price, unnest(CAST($2 AS DOUBLE[])) AS amount"
    return f"SELECT {', '.join(outputs)} FROM (SELECT {lists}) AS asked"


def times(run: Callable[[], object], repeat: int) -> list[float]:
    """Microseconds of each of so many runs, after some that are not counted."""
    found = []
    for number in range(-20, repeat):
        start = time.perf_counter()
        run()
        if number >= 0:
            found.append((time.perf_counter() - start) * 1e6)
    return sorted(found)


def told(name: str, took: Sequence[float], yardstick: Sequence[float] | None = None) -> None:
    """One line of the table."""
    middle, late = statistics.median(took), took[int(len(took) * 0.99)]
    ratio = f"   {middle / statistics.median(yardstick):.2f} x by hand" if yardstick else ""
    print(f"  {name:<40} {middle:8.0f} us  p99 {late:8.0f} us{ratio}", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=300)
    repeat = parser.parse_args().repeat
    session = duckdb.connect()
    session.execute("SET threads = 1")
    for expressions in (1, 10):
        with tempfile.TemporaryDirectory() as folder:
            view = prepared(Path(folder), expressions)
        sql = by_hand(expressions)
        (reading,) = view.requests
        for count in (1, 100):
            rows = [{"user_id": n, "price": n + 0.5} for n in range(count)]
            read = [
                EntityFeatures(row, {f"{reading.prefix}__amount": OnlineValue(n / 7, Status.PRESENT, None)})
                for n, row in enumerate(rows, 1)
            ]
            lists = [[row["price"] for row in rows], [n / 7 for n in range(1, count + 1)]]
            answers = [tuple(v.value for v in a.features.values()) for a in view.evaluate(rows, read)]
            if answers != session.execute(sql, lists).fetchall():
                sys.exit("the answers differ")
            shape = f"{expressions} expression{'s' * (expressions > 1)}, {count} row{'s' * (count > 1)}"
            hand = times(lambda sql=sql, lists=lists: session.execute(sql, lists).fetchall(), repeat)
            ours = times(lambda view=view, rows=rows, read=read: view.evaluate(rows, read), repeat)
            told(f"by hand, {shape}", hand)
            told(f"Prepared.evaluate, {shape}", ours, hand)


if __name__ == "__main__":
    main()
