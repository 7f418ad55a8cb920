"""Where columns come from and go to: as an indented text, as JSON, as a Mermaid flowchart."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from featurec.analysis.model import AnalyzedProject, AnalyzedView, LineageEdge
from featurec.analysis.windowed import relation_columns, windowed_lineage
from featurec.diagnostic import Diagnostic, did_you_mean
from featurec.errors import CannotOperate
from featurec.report.json import Json
from featurec.report.line import Line, clean, line


@dataclass(frozen=True, order=True)
class Node:
    """A relation (``column`` empty) or one of its columns. ``relation`` is ``source.nyc.arrivals``, ``view.arrivals``."""

    relation: str
    column: str = ""

    @property
    def name(self) -> str:
        """As a user writes it: ``nyc.arrivals:delay``, ``arrivals:delay``, ``arrivals``."""
        kind, _, rest = self.relation.partition(".")
        short = rest if kind in {"source", "view"} else f"{kind} {rest}"
        return f"{short}:{self.column}" if self.column else short


@dataclass(frozen=True, order=True)
class Arrow:
    """``target`` depends on ``source``; ``kind`` as in LineageEdge, ``reads`` between relations."""

    source: Node
    target: Node
    kind: str


def find(analyzed: AnalyzedProject, name: str) -> list[Node]:
    """The node that ``view``, ``view:column``, ``source.table`` or ``source.table:column`` means.

    A view or source alone means all its columns. Raises CannotOperate (FC953).
    """
    relation, colon, column = name.partition(":")
    columns: dict[str, list[str]] = {node.relation: [] for node in column_types(analyzed)}
    for node in column_types(analyzed):
        columns[node.relation].append(node.column)
    known = {Node(key).name: key for key in columns}
    key = known.get(relation) or next((k for k in columns if k == relation), None)
    if key is None:
        fix = did_you_mean(relation, known)
        raise CannotOperate([Diagnostic("FC953", f"there is no view or source table `{relation}`", fix=fix)])
    if not colon:
        return [Node(key, c) for c in columns[key]]
    exact = [c for c in columns[key] if c == column] or [c for c in columns[key] if c.lower() == column.lower()]
    if not exact:
        fix = did_you_mean(column, columns[key])
        raise CannotOperate([Diagnostic("FC953", f"`{relation}` has no column `{column}`", fix=fix)])
    return [Node(key, exact[0])]


def column_types(analyzed: AnalyzedProject) -> dict[Node, str | None]:
    """Every column of every source table, view (its windowed features too) and spine -> its type, None if not known."""
    types = {Node(key, c.name): c.type for key, t in analyzed.project.sources.items() for c in t.columns}
    for view in (*analyzed.views.values(), *analyzed.spines.values()):
        types |= {Node(view.spec.key, c.name): c.type for c in relation_columns(view)}
    return types


def relation_arrows(analyzed: AnalyzedProject) -> list[Arrow]:
    """Which relation reads which, spines and services included."""
    arrows = {
        Arrow(Node(key), Node(view.spec.key), "reads")
        for view in (*analyzed.views.values(), *analyzed.spines.values())
        for key in view.relations
    }
    for service in analyzed.project.services.values():
        arrows |= {Arrow(Node(f"view.{f.view}"), Node(f"service.{service.name}"), "reads") for f in service.features}
    return sorted(arrows)


def column_arrows(analyzed: AnalyzedProject) -> list[Arrow]:
    """Which column depends on which. What decides a view's rows points at the view itself."""
    views = (*analyzed.views.values(), *analyzed.spines.values())
    return sorted({arrow for view in views for arrow in _of(view, analyzed)})


def _of(view: AnalyzedView, analyzed: AnalyzedProject) -> Iterator[Arrow]:
    def arrows(edges: Iterable[LineageEdge], target: Node) -> Iterator[Arrow]:
        return (Arrow(Node(e.relation, e.column), target, e.kind) for e in edges)

    columns = {**view.lineage.columns, **windowed_lineage(view, analyzed.project.entities)}
    for column, edges in columns.items():
        yield from arrows(edges, Node(view.spec.key, column))
    yield from arrows(view.lineage.rows, Node(view.spec.key))


def reachable(arrows: Sequence[Arrow], starts: Iterable[Node], downstream: bool) -> list[Arrow]:
    """The arrows on all ways from the starts, against the arrows or (downstream) along them.

    A column's way goes on through the rows of its view: they decide whether there is a value at all.
    """
    following: dict[Node, list[Arrow]] = {}
    for arrow in arrows:
        following.setdefault(arrow.source if downstream else arrow.target, []).append(arrow)
    found: dict[Arrow, None] = {}
    todo = list(starts)
    seen: set[Node] = set()
    while todo:
        node = todo.pop()
        if node in seen:
            continue
        seen.add(node)
        if node.column and not downstream:
            todo.append(replace(node, column=""))
        for arrow in following.get(node, []):
            found[arrow] = None
            todo.append(arrow.target if downstream else arrow.source)
    return sorted(found)


def text(arrows: Sequence[Arrow], starts: Sequence[Node], downstream: bool) -> list[Line]:
    """Each start with what it depends on (or what depends on it), indented by distance; repeats are not opened twice.

    Under a column stands what decides which rows its view has (``rows of``).
    """
    following: dict[Node, list[tuple[str, Node]]] = {}
    for arrow in arrows:
        near, far = (arrow.source, arrow.target) if downstream else (arrow.target, arrow.source)
        following.setdefault(near, []).append((arrow.kind, far))
    lines: list[Line] = []
    opened: set[Node] = set()

    def walk(node: Node, depth: int) -> None:
        if node in opened:
            return
        opened.add(node)
        for kind, far in following.get(node, []):
            again = far in opened and bool(following.get(far))
            lines.append(line("  " * depth, (f"{kind:<7}", "dim"), far.name, (" (above)" if again else "", "dim")))
            walk(far, depth + 1)
        rows = replace(node, column="")
        if node.column and not downstream and rows not in opened and following.get(rows):
            lines.append(line("  " * depth, (f"{'rows':<7}", "dim"), f"of {rows.name}"))
            walk(rows, depth + 1)

    for start in starts:
        lines.append(line((start.name, "bold")))
        walk(start, 1)
    return lines


def graph(arrows: Sequence[Arrow], types: Mapping[Node, str | None]) -> dict[str, Json]:
    """``nodes`` (id, relation, column or null, type or null) and ``edges`` (from, to, kind), each sorted."""
    nodes = sorted({node for arrow in arrows for node in (arrow.source, arrow.target)})
    return {
        "nodes": [
            {"id": n.name, "relation": n.relation, "column": n.column or None, "type": types.get(n)} for n in nodes
        ],
        "edges": [{"from": a.source.name, "to": a.target.name, "kind": a.kind} for a in arrows],
    }


def mermaid(arrows: Sequence[Arrow]) -> list[str]:
    """A flowchart: relations as boxes, columns inside of them; dotted arrows for what is not the value itself."""
    nodes = sorted({node for arrow in arrows for node in (arrow.source, arrow.target)})
    ids = {node: f"n{i}" for i, node in enumerate(nodes)}
    lines = ["flowchart LR"]
    for relation in sorted({n.relation for n in nodes}):
        columns = [n for n in nodes if n.relation == relation and n.column]
        whole = Node(relation)
        if not columns:
            lines.append(f"  {ids[whole]}[{_label(whole.name)}]")
            continue
        lines.append(f"  subgraph g_{ids[columns[0]]}[{_label(whole.name)}]")
        if whole in ids:
            lines.append(f"    {ids[whole]}([rows])")
        lines += [f"    {ids[n]}[{_label(n.column)}]" for n in columns]
        lines.append("  end")
    for arrow in arrows:
        plain = arrow.kind in {"value", "reads"}
        joint = "-->" if plain else f"-. {arrow.kind} .->"
        lines.append(f"  {ids[arrow.source]} {joint} {ids[arrow.target]}")
    return lines


def _label(text: str) -> str:
    escaped = clean(text).replace("&", "&amp;").replace('"', "#quot;").replace("<", "&lt;").replace(">", "&gt;")
    return f'"{escaped}"'
