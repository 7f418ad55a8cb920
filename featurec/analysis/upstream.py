"""What a view's analysis needs of the relations that it reads: plain data, the same for sources and views."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect, NormalizationStrategy

from featurec.analysis.model import AnalyzedView
from featurec.analysis.relation import Output, Relation, edge
from featurec.analysis.types import NAIVE, canonical, family
from featurec.analysis.windowed import relation_columns, windowed
from featurec.spec import Column, SourceTable


@dataclass(frozen=True)
class Upstream:
    """A source table or an analyzed view as others read it.

    Attributes:
        key: relation key.
        columns: with their types as far as known.
        zones: column -> zones of the naive times that it holds; two where they could not be told apart.
        fingerprint: of the declaration, parents included.
    """

    key: str
    columns: tuple[Column, ...]
    zones: Mapping[str, frozenset[str]]
    fingerprint: str

    @classmethod
    def of_source(cls, table: SourceTable, fingerprint: str) -> "Upstream":
        """A declared table: naive times and texts that may become times are in its time zone."""
        zone = frozenset({table.timezone})
        zones = {c.name: zone for c in table.columns if family(canonical(c.type)) in (*NAIVE, "text", None)}
        return cls(table.key, table.columns, zones, fingerprint)

    @classmethod
    def of_view(cls, view: AnalyzedView) -> "Upstream":
        """An analyzed view: its columns and windowed features, times among these in the zone of what they aggregate."""
        columns = relation_columns(view)
        aggregated = {w.name: view.column(w.aggregation.column or "") for w in windowed(view).values()}
        zones = {name: frozenset({zone}) for name, zone in view.zones.items()}
        for column in columns:
            zone = view.zones.get((aggregated.get(column.name) or column).name)
            if zone is not None and family(column.type) in (*NAIVE, "text", None):
                zones[column.name] = frozenset({zone})
            elif family(column.type) in NAIVE:
                zones[column.name] = frozenset({"", " "})
        return cls(view.spec.key, columns, zones, view.fingerprint)


class Catalog:
    """The relations of a project as sqlglot and lineage see them, made once per relation and dialect."""

    def __init__(self) -> None:
        self._upstreams: dict[str, Upstream] = {}
        self._relations: dict[tuple[str, str], Relation] = {}
        self._schemas: dict[tuple[str, str], dict[str, object]] = {}

    def add(self, upstream: Upstream) -> None:
        self._upstreams[upstream.key] = upstream

    def __getitem__(self, key: str) -> Upstream:
        return self._upstreams[key]

    def __contains__(self, key: str) -> bool:
        return key in self._upstreams

    def relation(self, key: str, dialect: str) -> Relation:
        """The relation's columns with one edge each."""
        found = self._relations.get((key, dialect))
        if found is None:
            upstream = self._upstreams[key]
            outputs = tuple(
                Output(
                    declared_key(c.name, dialect),
                    c.name,
                    frozenset({edge(key, c.name, "value")}),
                    canonical(c.type),
                    upstream.zones.get(c.name, frozenset()),
                )
                for c in upstream.columns
            )
            found = Relation(outputs, base=key)
            self._relations[key, dialect] = found
        return found

    def schema(self, key: str, dialect: str) -> dict[str, object]:
        """Column key -> type, for sqlglot's MappingSchema with ``normalize=False``."""
        found = self._schemas.get((key, dialect))
        if found is None:
            relation = self.relation(key, dialect)
            found = {output.key: output.type or "unknown" for output in relation.outputs}
            self._schemas[key, dialect] = found
        return found


def declared_key(name: str, dialect: str) -> str:
    """The key that a reference must fold to in order to mean a column declared with this name.

    Where quoting keeps case (Postgres), a declared name is exact; where unquoted names become upper case
    (Snowflake), a declared name in lower case is one that needs no quotes.
    """
    known = Dialect.get_or_raise(dialect)
    strategy = known.normalization_strategy
    if strategy in (NormalizationStrategy.CASE_INSENSITIVE, NormalizationStrategy.CASE_INSENSITIVE_UPPERCASE):
        return known.normalize_identifier(exp.Identifier(this=name, quoted=True)).name
    if strategy is NormalizationStrategy.UPPERCASE and name == name.lower():
        return name.upper()
    return name
