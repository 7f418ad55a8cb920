"""How values of changed views shift, for people and for programs."""

from collections.abc import Iterator, Sequence

from featurec.report.json import Json
from featurec.report.line import Line, line
from featurec.report.table import table
from featurec.report.text import count
from featurec.run.shift import Difference, FeatureShift, ViewShift

_HEADERS = ("feature", "equal", "changed", "appearing", "vanishing", "null", "mean", "smd")


def as_lines(shifts: Sequence[ViewShift]) -> Iterator[Line]:
    """A table a view, and the largest changes with their keys."""
    if not shifts:
        yield line()
        yield line("no view changes in its values: there is nothing to sample")
    for found in shifts:
        yield line()
        if found.reason:
            yield line((found.view, "bold"), f"  not compared: {found.reason}")
            continue
        sampled = (
            f"{count(found.entities, 'entity')} of {found.table}: {found.rows_was:,} → {count(found.rows_now, 'row')}"
        )
        yield line((found.view, "bold"), f"  {sampled}")
        yield from table(_HEADERS, [_row(feature) for feature in found.features], (False, *[True] * 7))
        for feature in found.features:
            yield from (_difference(feature.name, one) for one in feature.largest)
        if found.left_out:
            yield line(("not compared: ", "dim"), ", ".join(found.left_out))


def _row(found: FeatureShift) -> list[str]:
    means = (
        ""
        if found.mean_was is None and found.mean_now is None
        else f"{_number(found.mean_was)} → {_number(found.mean_now)}"
    )
    shares = (found.equal, found.changed, found.appearing, found.vanishing)
    nulls = f"{_percent(found.null_was)} → {_percent(found.null_now)}"
    smd = "" if found.standardized is None else f"{found.standardized:+.3f}"
    return [found.name, *(_percent(share) for share in shares), nulls, means, smd]


def _difference(feature: str, found: Difference) -> Line:
    keys = ", ".join(f"{key}={value}" for key, value in found.keys.items())
    values = " → ".join("NULL" if value is None else value for value in (found.was, found.now))
    return line((f"  {feature}", "dim"), f"  {keys} at {found.event}: {values}")


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.6g}"


def as_json(found: ViewShift) -> dict[str, Json]:
    """All of it; every key is always present."""
    return {
        "view": found.view,
        "table": found.table,
        "entities": found.entities,
        "rows_was": found.rows_was,
        "rows_now": found.rows_now,
        "reason": found.reason,
        "left_out": list[Json](found.left_out),
        "features": [
            {
                "feature": f.name,
                "equal": f.equal,
                "changed": f.changed,
                "appearing": f.appearing,
                "vanishing": f.vanishing,
                "null_was": f.null_was,
                "null_now": f.null_now,
                "mean_was": f.mean_was,
                "mean_now": f.mean_now,
                "standardized_mean_difference": f.standardized,
                "largest": [{"keys": dict(d.keys), "event": d.event, "was": d.was, "now": d.now} for d in f.largest],
            }
            for f in found.features
        ],
    }
