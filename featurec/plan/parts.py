"""How much memory a training set takes, and the parts in which it is computed where that is too much.

Lookups and windows that match the same column of the spine are computed together, for one part of its values after the other.
A part by key holds every row of its entities, so that nothing in it is missing. Where there is no such column, or too few
entities to part, parts are spans of as-of time: each sees the rows that are known at its end, without those that are too old.

The estimate only has to have the right order of magnitude: a part may take half of the memory there is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil

from featurec.analysis.model import AnalyzedProject
from featurec.analysis.types import family, parse
from featurec.plan.nodes import AsOf, ByKey, ByTime, Part, Training, WindowAgg
from featurec.plan.physical import Physical
from featurec.plan.rows import output_column
from featurec.spec import Column

NUMBERED = ("__fc_numbered",)
"""Name of the numbered spine."""

_Node = AsOf | WindowAgg

_MOST = 256
"""More parts than this would spend their time on reading the same rows."""
_ENTITIES_OF_A_PART = 8
"""With fewer, parts are of very different size."""
_EXACT = frozenset({"integer", "decimal", "text", "boolean", "date", "timestamp", "timestamptz"})
"""Families of types of which equal values are equal in any type of the family that holds them."""
_WIDTHS = {"boolean": 1, "tinyint": 1, "smallint": 2, "integer": 4, "date": 4, "float": 4, "bigint": 8, "double": 8}
_ROW = 8
"""Bytes of a row in a sorted run or hash table beside its columns."""
_TEXT = 32
_SHORT_DIGITS = 18
"""Digits of a decimal in 8 bytes."""
_COPIES = {"asof_join": 2, "row_number": 3, "range_join": 2, "window_union": 3, "prefix": 3, "tiles": 3}
"""How often the rows of a view are in memory at once, by strategy."""
_SPINE_COPIES = 3


@dataclass(frozen=True)
class Sizes:
    """What is known of a training set before it is computed.

    Attributes:
        views: view -> its rows.
        spine: rows of the spine.
        limit: bytes of memory that a query may take.
        parts: in how many parts it must be computed, in the place of what the estimate says.
    """

    views: Mapping[str, int]
    spine: int
    limit: int
    parts: int | None = None


@dataclass(frozen=True)
class Group:
    """Roles that are computed together, in ``total`` parts."""

    roles: tuple[str, ...]
    by: ByKey | ByTime
    total: int

    @property
    def note(self) -> str:
        """What it says, for people."""
        how = f"by {self.by.spine}" if isinstance(self.by, ByKey) else "by time"
        count = f"{self.total} parts {how}" if self.total > 1 else "one part"
        return f"{count} ({', '.join(self.roles)})"


@dataclass(frozen=True)
class Division:
    """How a training set is computed.

    Attributes:
        bytes: estimate of the memory that it would take at once.
        limit: as of ``Sizes``.
        groups: with parts; none where it is computed at once.
    """

    bytes: int
    limit: int
    groups: tuple[Group, ...]

    @property
    def note(self) -> str:
        """What it says, for people."""
        memory = f"memory: about {_shown(self.bytes)}, where {_shown(self.limit)} are allowed"
        return f"{memory}: in {' and '.join(g.note for g in self.groups)}" if self.groups else f"{memory}: at once"


def divide(plan: Training, analyzed: AnalyzedProject, physical: Physical, sizes: Sizes) -> Division:
    """The parts of a training set; its roles are in one group each, but for those of which nothing is asked."""
    asked = {role for role, _ in plan.outputs}
    planned: Sequence[_Node] = (*plan.lookups, *plan.windows)
    nodes = [node for node in planned if node.role in asked]
    whole = _bytes(nodes, plan, analyzed, sizes)
    if sizes.parts is None and (not nodes or _share(whole, sizes) == 1):
        return Division(whole, sizes.limit, ())
    groups: list[Group] = []
    while nodes:
        by, found = _widest(nodes, plan, analyzed)
        total = sizes.parts or _share(_bytes(found, plan, analyzed, sizes), sizes)
        bounds = f"__fc_bounds_{len(groups) + 1}"
        reach = _reach(found)
        if by is None or (_entities(found, physical, total) < _ENTITIES_OF_A_PART and None not in reach.values()):
            groups.append(Group(_roles(found), ByTime(bounds, reach), total))
        else:
            groups.append(Group(_roles(found), by, total))
        nodes = [node for node in nodes if node not in found]
    return Division(whole, sizes.limit, tuple(groups))


def parts(plan: Training, group: Group) -> Iterable[Training]:
    """The plans of a group, one a part."""
    lookups = tuple(node for node in plan.lookups if node.role in group.roles)
    windows = tuple(node for node in plan.windows if node.role in group.roles)
    nodes: Sequence[_Node] = (*lookups, *windows)
    matched = {key.spine for node in nodes for key in node.keys}
    columns = tuple(column for column in plan.spine.columns if column.name in matched)
    outputs = tuple((role, feature) for role, feature in plan.outputs if role in group.roles)
    for number in range(group.total):
        part = Part(NUMBERED, columns, group.by, number, group.total)
        yield replace(plan, spine=part, lookups=lookups, windows=windows, outputs=outputs)


def _share(bytes: int, sizes: Sizes) -> int:
    """In how many parts so much is computed."""
    return min(max(1, ceil(2 * bytes / sizes.limit)), _MOST, max(1, sizes.spine))


def _widest(nodes: Sequence[_Node], plan: Training, analyzed: AnalyzedProject) -> tuple[ByKey | None, list[_Node]]:
    """The column of the spine by which most nodes can be parted, and these; None and all of them where there is none.

    Nodes of one role match the same keys, so that they stay together.
    """
    best, found = None, list(nodes)
    for column in plan.spine.columns:
        by, able = _by(column, nodes, analyzed)
        if able and (best is None or len(able) > len(found)):
            best, found = by, able
    return best, found


def _by(column: Column, nodes: Sequence[_Node], analyzed: AnalyzedProject) -> tuple[ByKey | None, list[_Node]]:
    """Parts by a column of the spine, of each view by the column that the first of its nodes matches with it; those nodes."""
    kind: str | None = None
    views: dict[str, str] = {}
    found = []
    for node in nodes:
        view = node.rows.view
        for key in node.keys:
            of_view = output_column(analyzed.views[view], key.view).type
            if key.spine != column.name or kind not in (None, key.type):
                continue
            if views.get(view, key.view) == key.view and _equal_alike(column.type, of_view, key.type):
                kind, views[view] = key.type, key.view
                found.append(node)
                break
    return (ByKey(column.name, views, kind) if kind is not None else None), found


def _equal_alike(spine: str | None, view: str | None, key: str) -> bool:
    """Whether values of the spine and of a view that are equal are one value when they are cast to the key's type."""
    if spine == view == key:
        return family(key) != "float"
    return all(family(kind) in _EXACT for kind in (spine, view, key))


def _entities(nodes: Sequence[_Node], physical: Physical, total: int) -> float:
    """Entities of a part, in the view that has the fewest of them as far as that is known."""
    built = (physical.built.get(node.rows.view) for node in nodes)
    known = [table.statistics.entities for table in built if table and table.statistics]
    return min(known) / total if known else float("inf")


def _reach(nodes: Sequence[_Node]) -> dict[str, int | None]:
    """As of ``ByTime``."""
    found: dict[str, int | None] = {}
    for node in nodes:
        view, before = node.rows.view, found.get(node.rows.view, 0)
        here = _reach_of(node)
        found[view] = None if before is None or here is None else max(before, here)
    return found


def _reach_of(node: _Node) -> int | None:
    if isinstance(node, AsOf):
        return None if node.timestamp_output else node.ttl
    starts = [feature.span.start for feature in node.features]
    return None if None in starts else max(start for start in starts if start is not None) + node.earlier


def _roles(nodes: Sequence[_Node]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(node.role for node in nodes))


def _bytes(nodes: Sequence[_Node], plan: Training, analyzed: AnalyzedProject, sizes: Sizes) -> int:
    """Estimate of what a query holds in memory at once."""
    roles = {node.role for node in nodes}
    keys = {key.spine for node in nodes for key in node.keys}
    row = 2 * _ROW + sum(_width(column.type) for column in plan.spine.columns if column.name in keys)
    types = {(node.role, name): kind for node in nodes for name, kind in _types(node, analyzed).items()}
    outputs = (types.get((role, output.output)) for role, output in plan.outputs if role in roles)
    spine = sizes.spine * (row + sum(map(_width, outputs))) * _SPINE_COPIES
    return spine + sum(_node_bytes(node, row, analyzed, sizes) for node in nodes)


def _types(node: _Node, analyzed: AnalyzedProject) -> dict[str, str | None]:
    """Output -> its type."""
    if isinstance(node, WindowAgg):
        return {feature.output: feature.type for feature in node.features}
    view = analyzed.views[node.rows.view]
    return {f.output: column.type if (column := view.column(f.column)) else None for f in node.features}


def _node_bytes(node: _Node, spine_row: int, analyzed: AnalyzedProject, sizes: Sizes) -> int:
    view = analyzed.views[node.rows.view]
    if isinstance(node, AsOf):
        read = {feature.column for feature in node.features} | {column.name for column in node.rank.columns}
        probes = 0
    else:
        read = {feature.column.name for feature in node.features if feature.column}
        probes = 1 + len({feature.span for feature in node.features})
    read |= {key.view for key in node.keys}
    row = 2 * _ROW + sum(_width(column.type) for column in view.columns if column.name in read)
    return sizes.views[view.name] * row * _COPIES.get(node.strategy, 2) + sizes.spine * spine_row * probes


def _width(kind: str | None) -> int:
    """Bytes of a value in memory."""
    match family(kind):
        case "decimal":
            found = parse(kind or "")
            return 16 if found and found.expressions and int(found.expressions[0].name) > _SHORT_DIGITS else 8
        case "timestamp" | "timestamptz":
            return 8
        case "text" | "other" | None:
            return _TEXT
        case _:
            return _WIDTHS.get(kind or "", 16)


def _shown(bytes: int) -> str:
    """``1.5 GB``, ``120 MB``."""
    return f"{bytes / 1e9:.1f} GB" if bytes >= 0.95e9 else f"{ceil(bytes / 1e6)} MB"
