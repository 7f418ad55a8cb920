"""What window plans cost: seconds by the number of rows, entities and values, from constants that were measured.

The estimate only has to order the strategies. ``bench/bench_windows.py`` prints what each of them takes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2

from featurec.plan.nodes import Span
from featurec.plan.physical import BuiltTable

_MILLION = 1_000_000


@dataclass(frozen=True)
class WindowCosts:
    """Seconds per million of the steps that window plans are made of, in one engine on two cores.

    Attributes:
        row: to read a row and put it into a hash table or a sorted run.
        candidate: to look at a row of the same entity; 0 where an index leads to the rows of a window.
        lookup: to find the rows of one entity.
        pair: to add a row of a window to its value.
        sort: to sort a row.
        frame: to move a frame by one row, for each halving of its length.
        total: to add a row to a running total.
        probe: to find a running total.
    """

    row: float = 1.0
    candidate: float = 1.0
    lookup: float = 1.0
    pair: float = 1.0
    sort: float = 1.0
    frame: float = 1.0
    total: float = 1.0
    probe: float = 1.0


@dataclass(frozen=True)
class Load:
    """How much there is to do: rows of a view, its entities, microseconds that it spans, values asked for."""

    rows: int
    entities: int
    duration: int
    spine: int

    @classmethod
    def of(cls, built: BuiltTable | None, spine_rows: int | None) -> "Load | None":
        """What is known of a built view; where the spine's size is not, a tenth of the view's rows. None for no table."""
        known = built.statistics if built else None
        if known is None or not known.rows:
            return None
        spine = known.rows // 10 if spine_rows is None else spine_rows
        return cls(known.rows, max(1, known.entities), max(1, known.duration), max(1, spine))

    @property
    def of_entity(self) -> float:
        """Rows of an entity on average."""
        return self.rows / self.entities

    def within(self, length: int | None) -> float:
        """Rows of an entity in a window of a length in microseconds; None for all before, which is half of them."""
        return self.of_entity * (0.5 if length is None else min(1.0, length / self.duration))


def estimate(strategy: str, spans: Sequence[Span], load: Load, costs: WindowCosts, tile: int | None = None) -> float:
    """Seconds that a strategy takes for windows of these spans over the same rows."""
    lengths = [None if span.start is None else max(1, span.start - span.end) for span in spans]
    rows, spine = load.rows / _MILLION, load.spine / _MILLION
    held = [load.within(length) for length in lengths]
    match strategy:
        case "range_join":
            pairs = spine * max(held) * len(spans)
            return rows * costs.row + spine * (costs.lookup + load.of_entity * costs.candidate) + pairs * costs.pair
        case "window_union":
            return (rows + spine) * (costs.sort + costs.frame * sum(log2(h + 2) for h in held))
        case "prefix":
            return rows * costs.total + spine * (1 + len(spans)) * costs.probe
        case "tiles":
            assert tile is not None
            ragged = load.within(tile)
            tiles = min(rows, load.entities * (load.duration / tile + 1) / _MILLION)
            steps = [load.duration / tile if length is None else length / tile for length in lengths]
            return (
                rows * costs.row
                + (tiles + spine) * (costs.sort + costs.frame * sum(log2(step + 1) for step in steps))
                + spine * (1 + len(spans)) * (costs.lookup + ragged * costs.pair)
            )
    raise ValueError(f"no strategy {strategy}")
