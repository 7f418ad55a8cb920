"""The projects of the benchmarks of training sets: views over one table of events, and `featurec.run.train` on them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from featurec.compiler import Compilation, compile_project
from featurec.project import resolve_target
from featurec.run.train import TrainOptions, TrainResult, explain_training, train
from featurec.spec import FeatureRequest, Target

SECONDS = 366 * 86_400
"""The year that events and spine are from."""

# Times are scattered by a hash, so that rows lie in no helpful order; microseconds keep them apart within an entity.
SPINE = """
SELECT
  CAST(hash(i + 4) % {entities} AS BIGINT) AS user_id,
  TIMESTAMPTZ '2024-01-01 00:00:00+00' + to_microseconds(CAST(hash(i + 5) % (CAST({seconds} AS BIGINT) * 1000000) AS BIGINT)) AS event_timestamp,
  CAST(i % 2 AS INTEGER) AS label
FROM range({rows}) AS numbers(i)
"""


def write_project(root: Path, views: Mapping[str, str], columns: str, source: str, targets: Mapping[str, str]) -> None:
    """Views of users over the table ``bench.events``.

    Args:
        views: name -> SQL with its header.
        columns: of the table, as a YAML flow mapping; ``user_id`` and ``event_at`` are among them.
        source: where the table is, as an entry of ``sources.yml``.
        targets: name -> offline settings, as a YAML flow mapping. The first is the default.
    """
    (root / "features").mkdir()
    for name, sql in views.items():
        (root / "features" / f"{name}.sql").write_text(sql)
    (root / "entities.yml").write_text("entities:\n  user: {join_keys: [{name: user_id, type: bigint}]}\n")
    (root / "sources.yml").write_text(
        f"sources:\n  bench:\n    tables:\n      events: {{{source}, timestamp: event_at, columns: {columns}}}\n"
    )
    lines = "".join(f"  {name}: {{offline: {offline}}}\n" for name, offline in targets.items())
    (root / "featurec.yml").write_text(f"name: bench\ndefault_target: {next(iter(targets))}\ntargets:\n{lines}")


def train_function(root: Path, target: str, requests: Mapping[str, Sequence[str]], out: Path) -> TrainResult:
    """`featurec.run.train.train` over ``spine.parquet``, compilation included; ``requests`` are features per view."""
    compilation, resolved = _opened(root, target)
    return train(compilation, resolved, root / "spine.parquet", _requests(requests), TrainOptions(), out)


def explained(root: Path, target: str, requests: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """What `featurec train --explain` says."""
    compilation, resolved = _opened(root, target)
    return explain_training(compilation, resolved, root / "spine.parquet", _requests(requests), TrainOptions())


def _opened(root: Path, target: str) -> tuple[Compilation, Target]:
    compilation = compile_project(root, target=target)
    resolved, findings = resolve_target(compilation.project, target, {})
    assert resolved is not None, findings
    return compilation, resolved


def _requests(requests: Mapping[str, Sequence[str]]) -> tuple[FeatureRequest, ...]:
    return tuple(FeatureRequest(view, tuple(features)) for view, features in requests.items())
