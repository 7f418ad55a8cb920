"""One model, three scores: why a training set must be joined as of the moment of the question.

The question: two hours before a flight is to leave, will it arrive more than 15 minutes late? A plain logistic
regression learns from January to September and is judged on October to December, three times:

1. By the day. Every feature is taken once a day, at its end, and joined on the day of the flight. That is what a table
   of daily features amounts to, and it looks innocent; but the end of the day knows the flights that landed after the
   question was asked, and the very flight that is asked about.
2. As of. Every feature is taken at the moment of the question.
3. The truth about 1. In production nobody has the evening's features at noon. The model of 1 is given those of 2.

`featurec train` makes both training sets from the same views; they differ in nothing but the time that they are asked
for. Run `featurec run` before; `demo.py` does.
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
TARGET = HERE / "target"
TRAIN = "featurec train {spine} --service delay_risk --full-feature-names -o target/{name}.parquet"
AS_OF = TRAIN.format(spine="departures", name="training")
BY_THE_DAY = TRAIN.format(spine="target/days.parquet --timestamp end_of_day", name="by_the_day")

END_OF_DAY = """
timezone('America/New_York', date_trunc('day', timezone('America/New_York', scheduled_departure)) + INTERVAL 1 DAY)
"""

Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]


def session() -> duckdb.DuckDBPyConnection:
    """A DuckDB of its own, in UTC."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def ask_at_the_end_of_the_day(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the spine of BY_THE_DAY: the flights of the training set, each asked about when its day is over."""
    spine = "SELECT COLUMNS(lambda name: NOT contains(name, '__')) FROM"
    connection.sql(f"SELECT *, {END_OF_DAY} AS end_of_day FROM ({spine} '{TARGET}/training.parquet')").write_parquet(
        f"{TARGET}/days.parquet"
    )


def matrix(connection: duckdb.DuckDBPyConnection, name: str, columns: Sequence[str], months: str) -> Matrix:
    """Columns of a training set for flights of these months (a range such as '1 AND 9'), NULL as NaN."""
    found = connection.sql(
        f"SELECT {', '.join(columns)} FROM '{TARGET}/{name}.parquet' "
        f"WHERE month(timezone('America/New_York', scheduled_departure)) BETWEEN {months} "
        "ORDER BY scheduled_departure, carrier, flight, origin"
    ).fetchnumpy()
    return np.column_stack([np.ma.filled(np.ma.asarray(found[c]).astype(float), np.nan) for c in columns])


def model() -> Pipeline:
    """A logistic regression on standardized features; a missing one is the mean, and says that it was missing."""
    return make_pipeline(SimpleImputer(add_indicator=True), StandardScaler(), LogisticRegression(max_iter=500))


def main() -> int:
    """Train twice, score three times, print a table."""
    connection = session()
    for command in (AS_OF, BY_THE_DAY):
        if command is BY_THE_DAY:
            ask_at_the_end_of_the_day(connection)
        print(f"$ {command}", flush=True)
        code = subprocess.run([sys.executable, "-m", *command.split()], cwd=HERE, check=False).returncode
        if code:
            return code
    names = connection.sql(f"FROM '{TARGET}/training.parquet'").columns
    features = [name for name in names if "__" in name or name in {"distance", "hour_of_day"}]

    learned = {}
    judged = {}
    for name in ("training", "by_the_day"):
        rows = matrix(connection, name, [*features, "late"], "1 AND 9")
        learned[name] = model().fit(rows[:, :-1], rows[:, -1])
        judged[name] = matrix(connection, name, [*features, "late"], "10 AND 12")

    late = judged["training"][:, -1]
    print(f"\nlogistic regression, {len(features)} features; learns from January to September, judged on the")
    print(f"{len(late):,} flights of October to December, of which {late.mean():.0%} were late\n")
    print("features at training / features at judgement      AUC   late among the riskiest tenth")
    for told, trained, tested in (
        ("joined by the day / joined by the day", "by_the_day", "by_the_day"),
        ("as of the question / as of the question", "training", "training"),
        ("joined by the day / as of the question", "by_the_day", "training"),
    ):
        risk = learned[trained].predict_proba(judged[tested][:, :-1])[:, 1]
        riskiest = np.argsort(-risk, kind="stable")[: len(risk) // 10]
        print(f"{told:48}  {roc_auc_score(late, risk):.3f}  {late[riskiest].mean():28.0%}")
    print("\nThe first line is what the evaluation promised, the third is what production would have delivered.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
