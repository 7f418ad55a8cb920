"""The skeleton ``window/prefix.sql``: what changes when, its running totals, and the instants at which they are looked up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

from featurec.codegen.events import Events
from featurec.codegen.slots import Slot, SpanSql
from featurec.plan.nodes import EVENT


@dataclass(frozen=True)
class Total:
    """A running total: its name, the aggregate, and the column that it runs over (None: what changes, one by one)."""

    name: str
    expression: str
    value: str | None


@dataclass(frozen=True)
class Probe:
    """An instant before that of the spine row, in one stream of changes (None where there is but one).

    ``before`` is in microseconds; None is before all that ever was.
    """

    before: int | None
    stream: int | None = None


def prefix(events: Events, slots: Sequence[Slot], time: str, types: dict[str, str]) -> str:
    """The SELECT of one row per spine row, with a column per slot.

    Args:
        time: the instant of a spine row.
        types: column of ``events`` -> type of what it sums up.
    """
    if any(slot.kind == "distinct" for slot in slots):
        return _of_islands(events, slots, time)
    if events.node.late or events.node.row_key:
        return _of_changes(events, slots, time, types)
    return _of_rows(events, slots, time)


def _of_rows(events: Events, slots: Sequence[Slot], time: str) -> str:
    """Rows that are known as they happen, but for a constant delay: totals over all of them, looked up at both ends."""
    probes = _Probes(events)
    values = list(dict.fromkeys(slot.value for slot in slots))
    summed = {slot.value for slot in slots if slot.kind == "sum"}
    counted = {value: EVENT if value in events.full else value for value in values}
    totals = [Total(f"{value}_sum", f"sum({value})", value) for value in values if value in summed]
    totals += [
        Total(f"{value}_n", "count(CASE WHEN __fc_side = 0 THEN 1 END)", None)
        if value == EVENT
        else Total(f"{value}_n", f"count({value})", value)
        for value in dict.fromkeys(counted.values())
    ]
    found = [
        SimpleNamespace(
            name=slot.name,
            kind=slot.kind,
            counted=f"{counted[slot.value]}_n",
            summed=f"{slot.value}_sum",
            ends=probes.number(Probe(slot.span.end)),
            begins=probes.number(Probe(slot.span.start)),
            base=probes.number(Probe(None)) if slot.kind in ("first_place", "last_place") else None,
        )
        for slot in slots
    ]
    return _skeleton(events, found, probes, totals, events.name, EVENT, time)


def _of_changes(events: Events, slots: Sequence[Slot], time: str, types: dict[str, str]) -> str:
    """Rows that enter and leave each window at times of their own: a stream of changes per window."""
    counted = list(dict.fromkeys(slot.value for slot in slots))
    summed = list(dict.fromkeys(slot.value for slot in slots if slot.kind == "sum"))
    streams = {span: n for n, span in enumerate(dict.fromkeys(slot.span for slot in slots))}
    parts = []
    for span, stream in streams.items():
        enters, leaves = _lifetime(events, span)
        parts += [
            events.query.render(
                "window/changes.sql",
                events=events.name,
                key_columns=events.key_columns,
                stream=stream,
                sign=sign,
                enters=enters,
                leaves=leaves,
                counted=counted,
                summed=[SimpleNamespace(name=value, type=types[value]) for value in summed],
            )
            for sign in ((1, -1) if leaves else (1,))
        ]
    changes = _union(events, "changes", parts)
    totals = [Total(f"{value}_n", f"sum({value}_n)", f"{value}_n") for value in counted]
    totals += [Total(f"{value}_sum", f"sum({value}_sum)", f"{value}_sum") for value in summed]
    probes = _Probes(events)
    found = [
        SimpleNamespace(
            name=slot.name,
            kind=slot.kind,
            counted=f"{slot.value}_n",
            summed=f"{slot.value}_sum",
            ends=probes.number(Probe(0, streams[slot.span])),
            begins=probes.number(Probe(None, streams[slot.span])),
        )
        for slot in slots
    ]
    return _skeleton(events, found, probes, totals, changes, "__fc_time", time)


def _of_islands(events: Events, slots: Sequence[Slot], time: str) -> str:
    """Different values: a stream of changes per window and column."""
    parts, found, probes = [], [], _Probes(events)
    ending = events.query.dialect.window_end(last=True)
    for stream, slot in enumerate(slots):
        enters, leaves = _lifetime(events, slot.span)
        islands = events.query.cte(
            f"{events.node.name}_islands_{stream}",
            events.query.render(
                "window/islands.sql",
                events=events.name,
                key_columns=events.key_columns,
                value=slot.value,
                enters=enters,
                leaves=leaves,
                ending=ending,
                ordered=events.query.dialect.ordered_windows and not (events.node.late or events.node.row_key),
            ),
            materialized=True,
        )
        parts.append(
            events.query.render(
                "window/shores.sql", islands=islands, key_columns=events.key_columns, stream=stream, ending=ending
            )
        )
        ends, begins = probes.number(Probe(0, stream)), probes.number(Probe(None, stream))
        found.append(SimpleNamespace(name=slot.name, kind="count", counted="__fc_n", ends=ends, begins=begins))
    changes = _union(events, "changes", parts)
    return _skeleton(
        events, found, probes, [Total("__fc_n", "sum(__fc_change)", "__fc_change")], changes, "__fc_time", time
    )


def _lifetime(events: Events, span: SpanSql) -> tuple[str, str | None]:
    """From when on a row is in a window, and from when on no more; None for never."""
    node, duration = events.node, events.query.dialect.window_duration
    old_enough = f"{EVENT} + {duration(span.end)}" if span.end else EVENT
    enters = f"greatest(__fc_at, {old_enough})" if node.late else old_enough
    too_old = None if span.start is None else f"{EVENT} + {duration(span.start)}"
    ends = [end for end in ("__fc_until" if node.row_key else None, too_old) if end]
    return enters, f"least({', '.join(ends)})" if len(ends) > 1 else ends[0] if ends else None


def _union(events: Events, name: str, parts: Iterable[str]) -> str:
    return events.query.cte(f"{events.node.name}_{name}", "\nUNION ALL\n".join(part.strip() for part in parts))


class _Probes:
    """The probes of a query, numbered as they are asked for."""

    def __init__(self, events: Events) -> None:
        self._ordered = events.query.dialect.ordered_windows
        self.asked: dict[Probe, int] = {}

    def number(self, probe: Probe) -> int | None:
        """The number of a probe; None for one that is not needed, as totals begin with each entity."""
        if probe.before is None and not self._ordered:
            return None
        return self.asked.setdefault(probe, len(self.asked))


def _skeleton(
    events: Events,
    slots: Sequence[SimpleNamespace],
    probes: _Probes,
    totals: Sequence[Total],
    changes: str,
    at: str,
    time: str,
) -> str:
    streamed = any(probe.stream is not None for probe in probes.asked)
    return events.query.render(
        "window/prefix.sql",
        slots=slots,
        totals=totals,
        probes=list(probes.asked),
        changes=changes,
        at=at,
        time=time,
        keys=events.keys,
        parts=[*(["__fc_stream"] if streamed else []), *events.key_columns],
        values=list(dict.fromkeys(total.value for total in totals if total.value)),
        beginning=events.query.dialect.window_end(last=False),
        ordered=events.query.dialect.ordered_windows,
    )
