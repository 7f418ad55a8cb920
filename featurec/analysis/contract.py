"""The contract of a view or spine: what its header promises, the SELECT must output, under usable names and types."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from featurec.analysis.relation import Output
from featurec.analysis.types import TEMPORAL, canonical, family, fits, shown
from featurec.diagnostic import Diagnostic, Label, did_you_mean
from featurec.source import Span
from featurec.spec import Column, Entity, FeatureView, Spine

MAX_NAME = 63
"""Bytes of a name in Postgres; a longer one would be cut."""


@dataclass(frozen=True)
class Promise:
    """An output column that the header names."""

    name: str
    type: str | None
    what: str
    span: Span | None


def promises(spec: FeatureView | Spine, entities: Mapping[str, Entity]) -> list[Promise]:
    """Every output column that a header names, with the type it is declared with."""
    found = [
        Promise(key.name, canonical(key.type), f"the join key of entity `{name}`", _place(spec, "entities", name))
        for name in spec.entities
        if name in entities
        for key in entities[name].join_keys
    ]
    if isinstance(spec, Spine):
        found.append(Promise(spec.timestamp, None, "the `timestamp`", _place(spec, "timestamp")))
        found += [Promise(n, None, "a label", _place(spec, "labels", n)) for n in spec.labels]
        return found
    if spec.inputs:
        found = []
    found += [Promise(name, None, f"the `{header}`", _place(spec, header)) for header, name in _times(spec)]
    found += [Promise(n, None, "part of the `row_key`", _place(spec, "row_key", n)) for n in spec.row_key]
    found += [Promise(f.name, canonical(f.type), "a declared feature", f.span) for f in spec.features]
    found += [
        Promise(a.column, None, f"the column of an aggregation (`{a.function}`)", a.span)
        for a in spec.aggregations
        if a.column is not None
    ]
    return found


def stamps(spec: FeatureView | Spine) -> list[tuple[str, str]]:
    """Header key and column of the times that become instants."""
    return [("timestamp", spec.timestamp)] if isinstance(spec, Spine) else _times(spec)


def check(
    spec: FeatureView | Spine,
    entities: Mapping[str, Entity],
    outputs: Sequence[Output],
    opaque: bool,
    places: Mapping[str, Span],
    settled: bool,
) -> tuple[list[Diagnostic], tuple[Column, ...]]:
    """Check outputs against the header.

    Args:
        outputs: of the SELECT, in order.
        opaque: there may be further columns that cannot be known without running the SQL.
        places: output name -> where the SELECT says it.
        settled: every name in the SELECT is known; else a type may be unknown for that reason alone.

    Returns:
        FC210–FC215, and the columns with the types that hold: declared, else inferred.
    """
    check = _Contract(spec, outputs, opaque, places)
    findings = [
        *check.names(),
        *check.presence(promises(spec, entities)),
        *check.times(settled),
        *_unknown(spec, entities),
    ]
    return findings, check.columns(promises(spec, entities))


class _Contract:
    def __init__(
        self, spec: FeatureView | Spine, outputs: Sequence[Output], opaque: bool, places: Mapping[str, Span]
    ) -> None:
        self.spec = spec
        self.outputs = outputs
        self.opaque = opaque
        self.places = places
        self.by_name = {output.name.lower(): output for output in reversed(outputs)}
        self.exact = {output.name: output for output in reversed(outputs)}

    def find(self, name: str) -> Output | None:
        return self.exact.get(name) or self.by_name.get(name.lower())

    def place(self, output: Output) -> Span | None:
        return self.places.get(output.name, self.spec.span)

    def names(self) -> Iterator[Diagnostic]:
        """Names that cannot be columns of a table."""
        seen: dict[str, Output] = {}
        for output in self.outputs:
            first = seen.setdefault(output.name.lower(), output)
            if first is not output:
                differ = "" if first.name == output.name else f" (as `{first.name}` and `{output.name}`)"
                yield Diagnostic(
                    "FC211",
                    f"the output has two columns called `{output.name}`{differ}",
                    self.place(output),
                    "names that differ only in case are the same name in most databases",
                    "give one an alias with AS, or leave one out (`EXCLUDE`)",
                )
            if len(output.name.encode()) > MAX_NAME:
                yield Diagnostic(
                    "FC212",
                    f"the output name `{output.name}` is longer than {MAX_NAME} bytes",
                    self.place(output),
                    f"it has {len(output.name.encode())}; Postgres would cut it",
                    "give the column a shorter alias with AS",
                )

    def presence(self, promised: Sequence[Promise]) -> Iterator[Diagnostic]:
        """What is promised and missing, or there with another type."""
        for promise in dict.fromkeys(promised):
            output = self.find(promise.name)
            if output is None:
                yield Diagnostic(
                    "FC210",
                    f"the SELECT does not output `{promise.name}`",
                    promise.span,
                    f"it is {promise.what} of `{self.spec.name}`"
                    + ("; the columns of its FROM cannot be known without running it" if self.opaque else ""),
                    "name the columns in the SELECT" if self.opaque else self._returned(promise.name),
                )
            elif promise.type and not fits(promise.type, output.type):
                place = self.places.get(output.name)
                yield Diagnostic(
                    "FC213",
                    f"`{promise.name}` is declared `{promise.type}`, but the SELECT outputs `{_named(output.type)}`",
                    promise.span,
                    f"it is {promise.what}; the values would not survive the conversion",
                    _declared_or_cast(promise, output),
                    (Label(place, f"`{_named(output.type)}`"),) if place else (),
                )

    def _returned(self, name: str) -> str:
        """How a column that the SELECT lacks comes into it."""
        near = did_you_mean(name, [output.name for output in self.outputs])
        return (
            near
            if near.startswith("did")
            else f"add `{name}` to the SELECT, whose columns are {near.partition(': ')[2]}"
        )

    def times(self, settled: bool) -> Iterator[Diagnostic]:
        """Times of unknown or other types, and of two time zones."""
        for header, name in stamps(self.spec):
            output = self.find(name)
            if output is None:
                continue
            if family(output.type) not in TEMPORAL:
                if output.type is None and not settled:
                    continue
                known = shown(output.type) or ("a number" if output.type else None)
                yield Diagnostic(
                    "FC214",
                    f"the `{header}` column `{output.name}` is "
                    + (f"`{known}`, not a time" if known else "of a type that is not known"),
                    self.place(output),
                    "featurec must know whether it is a date, a timestamp or a timestamptz to make it an instant",
                    f"write `CAST(… AS timestamp) AS {output.name}` (or timestamptz, or date)",
                )
            elif len(output.zones) > 1:
                zones = " and ".join(f"`{zone}`" for zone in sorted(output.zones) if zone.strip())
                yield Diagnostic(
                    "FC215",
                    f"two time zones meet in the `{header}` column `{output.name}`",
                    self.place(output),
                    f"its times come from sources in {zones}"
                    if zones
                    else "its times come from sources in several zones",
                    "make each an instant where it is read: `AT TIME ZONE '…'` of its own zone",
                )

    def columns(self, promised: Sequence[Promise]) -> tuple[Column, ...]:
        declared = {p.name.lower(): p.type for p in reversed(promised) if p.type}
        return tuple(
            Column(o.name, declared.get(o.name.lower()) or shown(o.type), self.places.get(o.name)) for o in self.outputs
        )


def _times(spec: FeatureView) -> list[tuple[str, str]]:
    given = (
        ("timestamp", spec.timestamp),
        ("available_at", spec.available_at),
        ("created_timestamp", spec.created_timestamp),
    )
    return [(header, name) for header, name in given if name]


def _place(spec: FeatureView | Spine, key: str, entry: str = "") -> Span | None:
    """Where the header says it: the entry of a list, else the key's value, else the file."""
    return spec.spans.get(f"{key}.{entry}") or spec.spans.get(key) or spec.span


def _declared_or_cast(promise: Promise, output: Output) -> str:
    cast = f"write `CAST(… AS {promise.type}) AS {output.name}`"
    return (
        f"declare it `{known}`, or {cast}" if (known := shown(output.type)) else f"declare a type of numbers, or {cast}"
    )


def _named(type_: str | None) -> str:
    return shown(type_) or "a number"


def _unknown(spec: FeatureView | Spine, entities: Mapping[str, Entity]) -> Iterator[Diagnostic]:
    for name in spec.entities:
        if name not in entities:
            yield Diagnostic(
                "FC218",
                f"there is no entity `{name}`",
                _place(spec, "entities", name),
                "it is not declared in entities.yml",
                did_you_mean(name, entities),
            )
