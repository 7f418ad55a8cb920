"""What analysis knows of a project: per view its columns, what it reads, where each column comes from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sqlglot import exp

from featurec.diagnostic import Diagnostic
from featurec.source import LineMap
from featurec.spec import Column, FeatureView, Project, Spine

RELATION_DB = "__fc"
"""Schema of the stand-in tables in resolved trees: ``"__fc"."source.nyc.arrivals" AS arrivals``."""

EdgeKind = Literal["value", "window", "filter", "join", "group", "order"]


@dataclass(frozen=True, order=True)
class LineageEdge:
    """One column that an output depends on, and how.

    Attributes:
        relation: ``source.<source>.<table>`` or ``view.<view>``.
        column: name as the relation declares it.
        kind: ``value`` for what is computed from it, else the clause that alone reads it.
    """

    relation: str
    column: str
    kind: EdgeKind


@dataclass(frozen=True)
class Lineage:
    """Where a view's output comes from.

    Attributes:
        columns: output column -> edges of its value (``value``, and ``window``, ``filter``, ``order``
            for what an aggregate or window reads beside its argument).
        rows: edges of what decides which rows exist: filters, joins, grouping, limits.
    """

    columns: Mapping[str, tuple[LineageEdge, ...]]
    rows: tuple[LineageEdge, ...]


Verdict = Literal["proved", "refuted", "unproved"]


@dataclass(frozen=True)
class TimeVerdict:
    """Whether something is known at its row's stamp.

    Attributes:
        because: for what is proved, each instant and the path by which the stamp bounds it (none for what waits for
            nothing); else what does not hold, or what is missing.
    """

    verdict: Verdict
    because: tuple[str, ...] = ()


@dataclass(frozen=True)
class TimeVerdicts:
    """What the time checker says of a view: of the existence of its rows, and of each output column (names folded)."""

    rows: TimeVerdict
    columns: Mapping[str, TimeVerdict]


@dataclass(frozen=True)
class AnalyzedView:
    """A view or spine whose SQL is understood. All fields are plain data, so that they can be cached as JSON.

    Attributes:
        spec: the declaration.
        rendered: SQL after Jinja, in the author's dialect.
        map: from offsets in ``rendered`` to the author's file.
        resolved_sql: the author's SELECT without comments, every relation replaced by
            ``"__fc"."<relation key>" AS <alias>``; same dialect.
        qualified_sql: the same after ``qualify``: stars expanded, every column with its table.
        columns: output columns in order. The type is the declared one where a feature, key or time is
            declared, else the inferred one, else None.
        inferred: output column -> inferred type (None: unknown), for those who must know whether a cast is needed.
        relations: keys of the relations that it reads, sorted.
        lineage: where columns and rows come from.
        zones: naive time column of the output (timestamp, date) -> IANA zone that makes it an instant.
        fingerprint: hex SHA-256 of all that gives the view its meaning (DESIGN §6.1), parents included.
        time: what the time checker says; None for a query without keys and times.
        filters: filter of an aggregation as its header has it -> the condition in the author's dialect, over output
            columns, which are quoted and without a table.
        conditions: condition of a test as its header has it -> the same.
        digests: of the SQL, for comparing with what it was: ``sql`` of its tokens, and as of ``definition.query_digests``.
    """

    spec: FeatureView | Spine
    rendered: str
    map: LineMap
    resolved_sql: str
    qualified_sql: str
    columns: tuple[Column, ...]
    inferred: Mapping[str, str | None]
    relations: tuple[str, ...]
    lineage: Lineage
    zones: Mapping[str, str]
    fingerprint: str
    time: TimeVerdicts | None = None
    filters: Mapping[str, str] = field(default_factory=dict)
    conditions: Mapping[str, str] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.spec.name

    def resolved_tree(self) -> exp.Query:
        """A tree of ``resolved_sql`` of the caller's own. Parsing is cheaper than copying a tree with positions."""
        return exp.maybe_parse(self.resolved_sql, dialect=self.spec.dialect)

    def qualified_tree(self) -> exp.Query:
        """A tree of ``qualified_sql`` of the caller's own, not annotated."""
        return exp.maybe_parse(self.qualified_sql, dialect=self.spec.dialect)

    def column(self, name: str) -> Column | None:
        """The output column of that name under the dialect's case folding (case-insensitive match)."""
        exact = {c.name: c for c in self.columns}
        return exact.get(name) or {c.name.lower(): c for c in self.columns}.get(name.lower())


@dataclass(frozen=True)
class AnalyzedProject:
    """A project with every view that could be understood.

    Attributes:
        project: the declarations.
        views, spines: by name; a view with errors, or below one, is missing here.
        order: names of ``views``, parents before children, otherwise by name.
        findings: key of a view or spine -> what was found in its own SQL, wherever the text of it stands; those
            without findings are missing. What was found in YAML files or concerns several views is of no view.
        source_conditions: key of a source table -> conditions of its tests, as of ``AnalyzedView.conditions``.
    """

    project: Project
    views: Mapping[str, AnalyzedView]
    spines: Mapping[str, AnalyzedView] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    findings: Mapping[str, tuple[Diagnostic, ...]] = field(default_factory=dict)
    source_conditions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
