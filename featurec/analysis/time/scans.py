"""Relations of the project as the checker reads them: when each row, and each value of it, becomes known."""

from dataclasses import dataclass, replace

from featurec.analysis.relation import Output, Relation
from featurec.analysis.time.clocks import instant
from featurec.analysis.time.facts import Edge, Facts
from featurec.analysis.time.nodes import DAY, FUTURE, Greatest, Kind, Linear, Node
from featurec.analysis.time.tables import HERE, NO_WAITS, Case, End, Table, Value, Wait, Waits, later
from featurec.analysis.time.terms import Terms
from featurec.analysis.types import NAIVE, TEMPORAL, family
from featurec.spec import FeatureView, SourceTable


@dataclass(frozen=True)
class Knowledge:
    """What a declaration says of when rows become known. Column names are as declared.

    Attributes:
        name: for people.
        known_at: the columns whose latest time it is; none for rows that hold at all times.
        occurred: the column of the event, where that is another one: rows are looked back for by the later of both.
        delay: microseconds after the last of ``known_at``.
        undeclared: nothing is said about time.
        mutable: columns that are rewritten in place; with ``rewritten``, all of them and the rows too.
        valid_to: the end of a row's validity.
        labels: columns that hold a label.
        unique: columns that identify a row.
        dated: columns of which a row without a time has NULL, where it is asked whether such rows matter.
    """

    name: str
    known_at: tuple[str, ...] = ()
    occurred: str | None = None
    delay: int = 0
    undeclared: bool = False
    mutable: frozenset[str] = frozenset()
    rewritten: bool = False
    valid_to: str | None = None
    labels: frozenset[str] = frozenset()
    unique: tuple[str, ...] = ()
    dated: tuple[str, ...] = ()

    def with_undated(self) -> "Knowledge":
        """The same relation, where all that is asked is whether rows without a time matter: the others are there at all times."""
        return Knowledge(self.name, dated=self.known_at)

    @classmethod
    def of_source(cls, table: SourceTable) -> "Knowledge":
        """A declared table. A table of labels alone is known row by row, like any other."""
        known_at = table.available_at or table.timestamp
        mutable = frozenset(table.mutable) if isinstance(table.mutable, tuple) else frozenset()
        return cls(
            f"{table.source}.{table.name}",
            (known_at,) if known_at else (),
            table.timestamp if table.available_at else None,
            undeclared=not known_at and not table.static and not table.mutable,
            mutable=mutable,
            rewritten=table.mutable is True,
            valid_to=table.valid_to,
            labels=frozenset(table.labels) if isinstance(table.labels, tuple) else frozenset(),
            unique=table.unique,
        )

    @classmethod
    def of_view(cls, view: FeatureView) -> "Knowledge":
        """A feature view, which is checked on its own: its rows are known from the time on at which they may be used."""
        times = tuple(name for name in (view.timestamp, view.available_at) if name)
        return cls(view.name, times, delay=view.delay)

    @classmethod
    def at_request(cls, name: str) -> "Knowledge":
        """A relation that is read as of the request, all of which is known."""
        return cls(name)


def scanned(terms: Terms, relation: Relation, known: Knowledge, at: int, *, zoned: bool = False) -> Table:
    """A fresh row of a relation.

    Args:
        at: the number of its place in FROM.
        zoned: naive times are read in their zones.
    """
    nodes = {
        output.name: terms.var(
            f"{known.name}.{output.name}",
            total=output.name in known.known_at,
            grid=DAY if family(output.type) == "date" else 0,
            kind=_kind(output, known),
        )
        for output in relation.outputs
    }
    values = tuple(_value(output, nodes[output.name], known, backward=terms.backward) for output in relation.outputs)
    facts, rows = _rows(terms, relation, known, nodes, at, zoned)
    if known.valid_to in nodes:
        # A version ends after its start.
        end = nodes[known.valid_to]
        facts = facts.plus(Edge(wait.node, end, 0) for wait in rows if wait.node != FUTURE)
    own = frozenset(nodes.values()).union(*(terms.variables(edge.low) for edge in facts.edges))
    unique = frozenset(output.key for output in relation.outputs if output.name in known.unique)
    keys = tuple(output.key for output in relation.outputs)
    return Table(keys, (Case(facts, rows, values),), own, unique=(unique,) if unique else ())


def _zone(output: Output) -> str | None:
    """The zone that a column's naive times are of."""
    zones = [zone for zone in output.zones if family(output.type) in NAIVE]
    return zones[0] if len(zones) == 1 else None


def _kind(output: Output, known: Knowledge) -> Kind:
    if family(output.type) in TEMPORAL:
        return "time"
    return "unknown" if family(output.type) is None or output.name in known.known_at else "number"


def _rows(
    terms: Terms, relation: Relation, known: Knowledge, nodes: dict[str, Node], at: int, zoned: bool
) -> tuple[Facts, Waits]:
    """When the row becomes known."""
    origin = (relation.base or "") if terms.backward or known.dated else ""
    if known.dated:
        dated = frozenset(nodes[name] for name in known.dated if name in nodes)
        return Facts(), frozenset({replace(later("FC313", at, f"`{known.name}`"), unless=dated, origin=origin)})
    if known.undeclared:
        return Facts(), frozenset({later("FC313", at, f"`{known.name}`")})
    if known.rewritten:
        return Facts(), frozenset({later("FC307", at, f"`{known.name}`")})
    outputs = {output.name: output for output in relation.outputs}
    names = (*known.known_at, *filter(None, (known.occurred if terms.backward else None,)))
    times = [instant(terms, Linear(nodes[n]), _zone(outputs[n]) if zoned else None) for n in names if n in nodes]
    if not times:
        return Facts(), NO_WAITS
    # The delay is that of the last, which says when the row is available.
    times[-1] = replace(times[-1], offset=times[-1].offset + known.delay)
    arms = tuple((time.plus, time.offset) for time in times)
    strict = len(names) == len(known.known_at)
    known_at = times[0] if len(times) == 1 else Linear(terms.term(Greatest(arms, strict=strict)))
    when, facts, late = known_at.plus, Facts(), known_at.offset
    if late:
        stamp = terms.var(f"{known.name} when it is known", total=True, kind="time")
        facts = facts.plus([Edge(stamp, when, late), Edge(when, stamp, -late)])
        when = stamp
    what = " and ".join(f"`{known.name}.{name}`" for name in known.known_at)
    beside = {nodes[o.name] for o in relation.outputs if family(o.type) in TEMPORAL and o.name not in known.known_at}
    return facts, frozenset({Wait(when, "FC315", at, what, beside=frozenset(beside), origin=origin)})


def _value(output: Output, node: Node, known: Knowledge, *, backward: bool) -> Value:
    value = Value(NO_WAITS, Linear(node), aware=family(output.type) == "timestamptz")
    what = f"`{known.name}.{output.name}`"
    if backward:
        # When it was written does not make its row a younger one.
        return value
    if output.name == known.valid_to:
        return replace(value, waits=frozenset({later("FC307", HERE, what)}), nature=End())
    if output.name in known.labels:
        return replace(value, waits=frozenset({later("FC308", HERE, what)}))
    if output.name in known.mutable and family(output.type) in TEMPORAL:
        return replace(value, waits=frozenset({Wait(node, "FC307", HERE, what, assumed=True)}))
    if output.name in known.mutable or (known.rewritten and output.name not in known.known_at):
        return replace(value, waits=frozenset({later("FC307", HERE, what)}))
    return value
