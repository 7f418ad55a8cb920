"""Window aggregates as one would write them by hand for DuckDB: four plans, and one more for different values.

Each plan is a SELECT with the column ``spine_row`` and one column per function and window, from the temporary table
``spine(user_id, event_timestamp, label, spine_row)``. All count in whole microseconds, which costs a fraction of what
`timestamptz - interval` does.

python bench/windows_by_hand.py PLAN COLUMN FUNCTIONS DAYS DATABASE EVENTS SPINE OUT MEMORY
"""

import sys
from dataclasses import dataclass

import duckdb

HOUR = 3_600_000_000
DAY = 24 * HOUR
SPINE_TILE = "epoch_us(event_timestamp) // {width}"


@dataclass(frozen=True)
class Windows:
    """What is asked: functions of one column over the last days.

    Attributes:
        column: of the table of events; it holds no NULL.
        functions: of ``count, sum, min, max, count_distinct``.
        days: lengths of the windows, ascending.
        tile: its length in hours, for ``tiles``; it divides every window.
    """

    column: str
    functions: tuple[str, ...]
    days: tuple[int, ...]
    tile: int = 24

    def names(self) -> tuple[str, ...]:
        """Output columns, named as featurec names them."""
        return tuple(
            f"{'count' if function == 'count' else f'{self.column}_{function}'}_{days}d"
            for function in self.functions
            for days in self.days
        )

    def each(self, template: str) -> str:
        """The template for every output column: ``call`` is the function of ``v`` but for DISTINCT's parenthesis."""
        shown = [
            template.format(
                call="count(DISTINCT v)" if function == "count_distinct" else f"{function}(v)",
                name=name,
                days=days,
                width=days * DAY,
            )
            for (function, days), name in zip(self._pairs(), self.names(), strict=True)
        ]
        return ",\n  ".join(shown)

    def _pairs(self) -> list[tuple[str, int]]:
        return [(function, days) for function in self.functions for days in self.days]


def range_join(asked: Windows, events: str) -> str:
    """Every row of the longest window beside every spine row."""
    return f"""
SELECT spine_row,
  {asked.each("{call} FILTER (WHERE age < {width}) AS {name}")}
FROM (
  SELECT s.spine_row, epoch_us(s.event_timestamp) - e.instant AS age, e.v
  FROM spine AS s
  JOIN (SELECT user_id, epoch_us(event_at) AS instant, {asked.column} AS v FROM {events}) AS e
    ON e.user_id = s.user_id
    AND e.instant <= epoch_us(s.event_timestamp) AND e.instant > epoch_us(s.event_timestamp) - {asked.days[-1] * DAY}
)
GROUP BY spine_row"""


def union_frame(asked: Windows, events: str) -> str:
    """Events and spine in one stream; a RANGE frame per window."""
    frames = ", ".join(
        f"w{days} AS (PARTITION BY user_id ORDER BY instant RANGE BETWEEN {days * DAY - 1} PRECEDING AND CURRENT ROW)"
        for days in asked.days
    )
    return f"""
SELECT * FROM (
  SELECT spine_row,
  {asked.each("{call} OVER w{days} AS {name}")}
  FROM (
    SELECT user_id, epoch_us(event_at) AS instant, {asked.column} AS v, NULL::BIGINT AS spine_row FROM {events}
    UNION ALL
    SELECT user_id, epoch_us(event_timestamp), NULL, spine_row FROM spine
  )
  WINDOW {frames}
)
WHERE spine_row IS NOT NULL"""


def prefix(asked: Windows, events: str) -> str:
    """Totals of one sorted stream, read where windows begin and end; their differences. Counts and exact sums only.

    A window function over an ordered subquery that has neither PARTITION BY nor ORDER BY streams: it keeps no frame. The
    totals run on from one user to the next, which their differences do not see.
    """
    probes = "\n    UNION ALL\n    ".join(
        f"SELECT user_id, (epoch_us(event_timestamp) - {days * DAY}) * 2 + 1, NULL, spine_row, {days} FROM spine"
        for days in (0, *asked.days)
    )
    counted = "sum(CASE days WHEN 0 THEN n WHEN {days} THEN -n END)"
    shown = {
        "count": f"{counted} AS {{name}}",
        "sum": f"CASE WHEN {counted} > 0 THEN sum(CASE days WHEN 0 THEN total WHEN {{days}} THEN -total END) END AS {{name}}",
    }
    columns = ",\n  ".join(
        Windows(asked.column, (function,), asked.days).each(shown[function]) for function in asked.functions
    )
    return f"""
SELECT spine_row,
  {columns}
FROM (
  SELECT spine_row, days, count(v) OVER running AS n, coalesce(sum(v) OVER running, 0) AS total
  FROM (
    SELECT user_id, epoch_us(event_at) * 2 AS place, {asked.column} AS v, NULL::BIGINT AS spine_row, NULL AS days FROM {events}
    UNION ALL
    {probes}
    ORDER BY user_id, place
  )
  WINDOW running AS (ROWS UNBOUNDED PRECEDING)
)
WHERE spine_row IS NOT NULL
GROUP BY spine_row"""


def tiles(asked: Windows, events: str) -> str:
    """Whole tiles of time by frames over tiles, the ragged ends by a join with the rows of the tiles that are cut."""
    width = asked.tile * HOUR
    tiled = {"count": "sum({name})", "sum": "sum({name})", "min": "min({name})", "max": "max({name})"}
    merged = {
        "count": "coalesce(w.{name}, 0) + coalesce(r.{name}, 0)",
        "sum": "coalesce(w.{name} + r.{name}, w.{name}, r.{name})",
        "min": "least(w.{name}, r.{name})",
        "max": "greatest(w.{name}, r.{name})",
    }
    parts = ", ".join(f"{function}(v) AS {function}_of_tile" for function in asked.functions)
    names = ", ".join(f"{function}_of_tile" for function in asked.functions)
    none = ", ".join("NULL" for _ in asked.functions)
    frames = ", ".join(
        f"w{days} AS (PARTITION BY user_id ORDER BY tile RANGE BETWEEN {days * 24 // asked.tile - 1} PRECEDING AND 1 PRECEDING)"
        for days in asked.days
    )
    outputs = [(function, days, f"{function}_{days}") for function in asked.functions for days in asked.days]
    framed = ", ".join(
        f"{tiled[function].format(name=f'{function}_of_tile')} OVER w{days} AS {name}"
        for function, days, name in outputs
    )
    at_ends = ", ".join(
        f"{function}(v) FILTER (WHERE days IN (0, {days})) AS {name}" for function, days, name in outputs
    )
    columns = ", ".join(
        f"{merged[function].format(name=name)} AS {shown}"
        for (function, _, name), shown in zip(outputs, asked.names(), strict=True)
    )
    ends = "\n    UNION ALL\n    ".join(
        f"SELECT spine_row, {days} AS days, user_id, (epoch_us(event_timestamp) - {days * DAY}) // {width} AS tile, "
        + (
            f"epoch_us(event_timestamp) - {days * DAY} AS after, {2**62} AS until"
            if days
            else f"{-(2**62)} AS after, epoch_us(event_timestamp) AS until"
        )
        + " FROM spine"
        for days in (0, *asked.days)
    )
    spine_tile = SPINE_TILE.format(width=width)
    return f"""
WITH rows_of_tiles AS NOT MATERIALIZED (
  SELECT user_id, epoch_us(event_at) AS instant, epoch_us(event_at) // {width} AS tile, {asked.column} AS v FROM {events}
), tiles AS MATERIALIZED (
  SELECT user_id, tile, {parts} FROM rows_of_tiles GROUP BY user_id, tile
), grid AS (
  SELECT user_id, tile, {names} FROM tiles
  UNION ALL
  SELECT user_id, tile, {none} FROM (SELECT DISTINCT user_id, {spine_tile} AS tile FROM spine) ANTI JOIN tiles USING (user_id, tile)
), framed AS (
  SELECT user_id, tile, {framed} FROM grid WINDOW {frames}
), ragged AS (
  SELECT spine_row, {at_ends}
  FROM (
    {ends}
  ) AS cut
  JOIN rows_of_tiles AS e ON e.user_id = cut.user_id AND e.tile = cut.tile AND e.instant > cut.after AND e.instant <= cut.until
  GROUP BY spine_row
)
SELECT s.spine_row, {columns}
FROM spine AS s
LEFT JOIN framed AS w ON w.user_id = s.user_id AND w.tile = epoch_us(s.event_timestamp) // {width}
LEFT JOIN ragged AS r ON r.spine_row = s.spine_row"""


def islands(asked: Windows, events: str) -> str:
    """Different values: rows of one value less than a window apart are an island; how many are open is a running total.

    All islands of a user close, so that the total is back at zero where the next user begins.
    """
    (days,) = asked.days
    (name,) = asked.names()
    return f"""
WITH beside AS MATERIALIZED (
  SELECT user_id, instant,
    CASE WHEN lag(user_id) OVER () = user_id AND lag(v) OVER () = v THEN lag(instant) OVER () END AS before,
    CASE WHEN lead(user_id) OVER () = user_id AND lead(v) OVER () = v THEN lead(instant) OVER () END AS after
  FROM (SELECT user_id, {asked.column} AS v, epoch_us(event_at) AS instant FROM {events} ORDER BY ALL)
)
SELECT spine_row, coalesce(n, 0) AS {name}
FROM (
  SELECT spine_row, sum(change) OVER (ROWS UNBOUNDED PRECEDING) AS n
  FROM (
    SELECT user_id, instant * 2 AS place, 1 AS change, NULL::BIGINT AS spine_row
    FROM beside WHERE before IS NULL OR instant - before >= {days * DAY}
    UNION ALL
    SELECT user_id, (instant + {days * DAY}) * 2, -1, NULL FROM beside WHERE after IS NULL OR after - instant >= {days * DAY}
    UNION ALL
    SELECT user_id, epoch_us(event_timestamp) * 2 + 1, NULL, spine_row FROM spine
    ORDER BY user_id, place
  )
)
WHERE spine_row IS NOT NULL"""


PLANS = {
    "range join": range_join,
    "union frame": union_frame,
    "prefix": prefix,
    "tiles": tiles,
    "islands": islands,
}


def write(
    plan: str, asked: Windows, database: str, events: str, spine: str, out: str, memory: str | None = None
) -> None:
    """The training set by one plan, into Parquet in the order of the spine, by two threads.

    Args:
        database: a file, or ``:memory:``.
        events: whatever may stand in FROM.
        memory: DuckDB's limit; what does not fit is spilled beside ``out``.
    """
    columns = ", ".join(
        f"coalesce(CAST(w.{name} AS BIGINT), 0) AS {name}" if "count" in name else f"w.{name}" for name in asked.names()
    )
    with duckdb.connect(database, read_only=database != ":memory:") as session:
        session.execute("SET TimeZone = 'UTC'")
        session.execute("SET threads = 2")
        if memory:
            session.execute(f"SET memory_limit = '{memory}'")
            session.execute(f"SET temp_directory = '{out}.spilled'")
        session.execute(
            "CREATE TEMP TABLE spine AS "
            f"SELECT *, file_row_number AS spine_row FROM read_parquet('{spine}', file_row_number = true)"
        )
        session.execute(f"""
COPY (
  SELECT s.user_id, s.event_timestamp, s.label, {columns}
  FROM spine AS s LEFT JOIN ({PLANS[plan](asked, events)}) AS w ON w.spine_row = s.spine_row
  ORDER BY s.spine_row
) TO '{out}' (FORMAT parquet)""")


if __name__ == "__main__":
    plan, column, functions, days, *places = sys.argv[1:]
    write(plan, Windows(column, tuple(functions.split(",")), tuple(map(int, days.split(",")))), *places)
