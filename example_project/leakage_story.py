"""One model, three scores: why a training set must be joined as of the moment of the question.

The question: two hours before a flight is to leave, will it arrive more than 15 minutes late? A plain logistic
regression learns from January to September and is judged on October to December, three times:

1. By the day. Every feature view is reduced to one row per key and day, its last one, and joined on the day of the
   flight. That is what a table of daily features amounts to, and it looks innocent; but the last row of the day may
   come from a flight that landed after the question was asked, or from the very flight that is asked about.
2. As of. `featurec train` joins what was known when the question was asked.
3. The truth about 1. In production nobody has the evening's features at noon. The model of 1 is given those of 2.

Run `featurec run` before; `demo.py` does.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb
import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).resolve().parent
DATABASE = HERE / ".featurec" / "dev.duckdb"
TRAINING_SET = HERE / "target" / "training.parquet"
TRAIN = "featurec train departures --service delay_risk --full-feature-names -o target/training.parquet"

ROLES = {
    # role: (view, its time, its keys and the spine's names for them)
    "plane_last_leg": ("plane_last_leg", "landed_at", {"tailnum": "tailnum"}),
    "carrier_recent": ("carrier_recent", "landed_at", {"carrier": "carrier"}),
    "carrier_trend": ("carrier_trend", "landed_at", {"carrier": "carrier"}),
    "route_delay": ("route_delay", "landed_at", {"origin": "origin", "dest": "dest"}),
    "flight_number_delay": ("flight_number_delay", "landed_at", {"carrier": "carrier", "flight": "flight"}),
    "origin_weather": ("weather", "hour_start", {"airport": "origin"}),
    "origin_congestion": ("airport_congestion", "moved_at", {"airport": "origin"}),
    "dest_congestion": ("airport_congestion", "moved_at", {"airport": "dest"}),
}
"""What the service reads, but for plane_model: a static table cannot leak."""

DAY = "CAST(timezone('America/New_York', {time}) AS DATE)"

BY_THE_DAY = """
LEFT JOIN (
  SELECT DISTINCT ON ({keys}, {day}) *, {day} AS {role}_day
  FROM features.{view}
  ORDER BY {keys}, {day}, {time} DESC
) AS {role} ON {match} AND {role}.{role}_day = {asked_day}"""

Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]


def joined_by_the_day(columns: Sequence[str]) -> str:
    """A query with the columns of the training set, the features of ROLES replaced by those of the day's last row."""
    joins = [
        BY_THE_DAY.format(
            role=role,
            view=view,
            time=time,
            keys=", ".join(keys),
            day=DAY.format(time=time),
            match=" AND ".join(f"{role}.{key} = spine.{name}" for key, name in keys.items()),
            asked_day=DAY.format(time="spine.scheduled_departure"),
        )
        for role, (view, time, keys) in ROLES.items()
    ]
    picked = []
    for column in columns:
        role, _, feature = column.rpartition("__")
        picked.append(f"{role}.{feature} AS {column}" if role in ROLES else f"spine.{column}")
    return f"SELECT {', '.join(picked)} FROM '{TRAINING_SET}' AS spine" + "".join(joins)


def matrix(connection: duckdb.DuckDBPyConnection, query: str, columns: Sequence[str], months: str) -> Matrix:
    """Columns of a query for flights of these months (a range such as '1 AND 9'), NULL as NaN."""
    found = connection.sql(
        f"SELECT {', '.join(columns)} FROM ({query}) "
        f"WHERE month(timezone('America/New_York', scheduled_departure)) BETWEEN {months} "
        "ORDER BY scheduled_departure, carrier, flight, origin"
    ).fetchnumpy()
    return np.column_stack([np.ma.filled(np.ma.asarray(found[c]).astype(float), np.nan) for c in columns])


def model() -> Pipeline:
    """A logistic regression on standardized features; a missing one is the mean, and says that it was missing."""
    return make_pipeline(SimpleImputer(add_indicator=True), StandardScaler(), LogisticRegression(max_iter=500))


def main() -> int:
    """Train twice, score three times, print a table."""
    print(f"$ {TRAIN}", flush=True)
    code = subprocess.run([sys.executable, "-m", *TRAIN.split()], cwd=HERE, check=False).returncode
    if code:
        return code
    connection = duckdb.connect(str(DATABASE), read_only=True)
    connection.execute("SET TimeZone = 'UTC'")
    as_of = f"SELECT * FROM '{TRAINING_SET}'"
    names = connection.sql(as_of).columns
    by_the_day = joined_by_the_day(names)
    features = [name for name in names if "__" in name or name in {"distance", "hour_of_day"}]

    learned = {}
    judged = {}
    for name, query in (("day", by_the_day), ("as-of", as_of)):
        rows = matrix(connection, query, [*features, "late"], "1 AND 9")
        learned[name] = model().fit(rows[:, :-1], rows[:, -1])
        judged[name] = matrix(connection, query, [*features, "late"], "10 AND 12")

    late = judged["as-of"][:, -1]
    print(f"\nlogistic regression, {len(features)} features; learns from January to September, judged on the")
    print(f"{len(late):,} flights of October to December, of which {late.mean():.0%} were late\n")
    print("features at training / features at judgement      AUC   late among the riskiest tenth")
    for told, trained, tested in (
        ("joined by the day / joined by the day", "day", "day"),
        ("as of the question / as of the question", "as-of", "as-of"),
        ("joined by the day / as of the question", "day", "as-of"),
    ):
        risk = learned[trained].predict_proba(judged[tested][:, :-1])[:, 1]
        riskiest = np.argsort(-risk, kind="stable")[: len(risk) // 10]
        print(f"{told:48}  {roc_auc_score(late, risk):.3f}  {late[riskiest].mean():28.0%}")
    print("\nThe first line is what the evaluation promised, the third is what production would have delivered.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
