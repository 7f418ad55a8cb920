"""Plans to SQL: the skeletons of ``templates/sql`` filled in for a dialect. All SQL text of featurec comes from here."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any

import jinja2
from sqlglot import exp

from featurec.analysis.model import AnalyzedProject, AnalyzedView
from featurec.diagnostic import Diagnostic, has_errors
from featurec.dialects.dialect import Dialect
from featurec.file_pattern import source_pattern
from featurec.plan.nodes import (
    AsOf,
    Build,
    Dropped,
    FeatureColumn,
    History,
    Latest,
    Plan,
    Preview,
    Rank,
    Rows,
    SelectedRows,
    SpineQuery,
    SpineTable,
    StoredRows,
    Thinning,
    TimeColumn,
    Training,
    ViewRows,
)
from featurec.plan.physical import Physical
from featurec.plan.rows import view_rows
from featurec.resources import template_root
from featurec.spec import Column, SourceTable
from featurec.transpile import author_sql


def render_sql(template: str, dialect: Dialect, /, **values: object) -> str:
    """Render ``templates/sql/<template>``.

    Filters: ``ident`` quotes a name, or a tuple of name parts; ``literal`` a value; ``sqltype`` turns a
    DuckDB-spelled type into the dialect's; ``interval`` whole microseconds.
    """
    return _environment(dialect).get_template(template).render(**values, dialect=dialect)


def ident(name: str | tuple[str, ...], dialect: Dialect) -> str:
    """A quoted identifier, or the dotted path of several."""
    parts = (name,) if isinstance(name, str) else name
    return ".".join(_quoted(part, dialect.sqlglot) for part in parts)


@lru_cache(maxsize=65536)
def _quoted(name: str, sqlglot_dialect: str) -> str:
    return exp.to_identifier(name, quoted=True).sql(sqlglot_dialect)


def literal(value: object, dialect: Dialect) -> str:
    """A SQL literal for None, bool, int, float, Decimal, str, date or an aware datetime."""
    match value:
        case None:
            return "NULL"
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | Decimal():
            return str(value)
        case float():
            return exp.cast(exp.Literal.string(repr(value)), "double").sql(dialect.sqlglot)
        case datetime():
            return dialect.timestamptz.format(text=value.astimezone(UTC).isoformat(" ", "microseconds"))
        case date():
            return exp.cast(exp.Literal.string(value.isoformat()), "date").sql(dialect.sqlglot)
        case str():
            return exp.Literal.string(value).sql(dialect.sqlglot)
    raise TypeError(f"no SQL literal for {type(value).__name__}")


@lru_cache(maxsize=1024)
def sql_type(name: str, sqlglot_dialect: str) -> str:
    """A DuckDB-spelled type in another dialect's spelling."""
    return exp.DataType.build(name, dialect="duckdb").sql(sqlglot_dialect)


@cache
def _environment(dialect: Dialect) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(template_root() / "sql"),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        keep_trailing_newline=False,
    )
    environment.filters |= {
        "ident": lambda name: ident(name, dialect),
        "literal": lambda value: literal(value, dialect),
        "sqltype": lambda name: sql_type(name, dialect.sqlglot),
        "interval": dialect.interval,
    }
    return environment


def generate(
    plan: Plan, analyzed: AnalyzedProject, dialect: Dialect, physical: Physical
) -> tuple[str | None, list[Diagnostic]]:
    """A plan as one formatted SELECT of the dialect, or the findings that forbid it."""
    query = _Query(analyzed, dialect, physical)
    sql = query.of(plan)
    return (None, query.findings) if has_errors(query.findings) else (sql, query.findings)


class _Query:
    """One query while it is written: its common table expressions, in order of use, and its findings."""

    def __init__(self, analyzed: AnalyzedProject, dialect: Dialect, physical: Physical) -> None:
        self.analyzed = analyzed
        self.dialect = dialect
        self.physical = physical
        self.findings: list[Diagnostic] = []
        self.verbatim = False
        self.ctes: dict[str, SimpleNamespace] = {}
        self.id: Callable[[str | tuple[str, ...]], str] = lambda name: ident(name, dialect)

    def of(self, plan: Plan) -> str:
        match plan:
            case Build(rows):
                return self.with_ctes(self.computed(rows))
            case Dropped(rows):
                return self.with_ctes(self.computed(rows, "rows/dropped.sql"))
            case Preview(rows, limit):
                return self.with_ctes(self.preview(rows, limit))
            case History():
                return self.with_ctes(self.history(plan))
            case Latest():
                return self.with_ctes(self.latest(plan))
            case Training():
                return self.training(plan)

    def render(self, template: str, /, **values: object) -> str:
        return render_sql(template, self.dialect, **values)

    def with_ctes(self, select: str) -> str:
        ctes = self.render("with.sql", ctes=list(self.ctes.values()), inset=self.inset)
        return f"{ctes}\n{select}".lstrip("\n") + (f"\n{self.dialect.footer}" if self.dialect.footer else "")

    def cte(self, name: str, body: str, materialized: bool = False) -> str:
        self.ctes[name] = SimpleNamespace(
            name=name, body=body.strip(), materialized=materialized and self.dialect.materialized
        )
        return name

    # Relations

    def relation(self, key: str) -> str:
        """What stands in FROM for a relation of the author's SQL."""
        if key.startswith("view."):
            view = self.analyzed.views[key.removeprefix("view.")]
            columns = [self.id(c.name) for c in view.columns]
            built = self.physical.built.get(view.name)
            source = self.id((self.physical.schema, built.table)) if built else self.rows(view_rows(view))
            return "(" + self.render("rows/stored.sql", columns=columns, relation=source, limit=None) + ")"
        return self.source(self.analyzed.project.sources[key])

    def source(self, table: SourceTable) -> str:
        if table.path is None:
            return self.id((table.schema, table.table) if table.schema else (table.table,))
        path = source_pattern(table.path, self.physical.data_root)
        pattern = self.dialect.csv if path.lower().endswith((".csv", ".csv.gz")) else self.dialect.parquet
        if pattern is None:
            self.findings.append(
                Diagnostic(
                    "FC504",
                    f"source `{table.source}.{table.name}` is the file `{table.path}`, which {self.dialect.name} does not read",
                    table.span,
                    f"a `path:` is read by the engine itself, and {self.dialect.name} reads tables only",
                    "load the file into a table and drop `path:`, or compile for duckdb",
                )
            )
            return self.id(table.name)
        columns = ", ".join(f"{literal(c.name, self.dialect)}: {literal(c.type, self.dialect)}" for c in table.columns)
        return pattern.format(
            path=literal(path, self.dialect),
            columns="{" + columns + "}",
            backticked="`" + path.replace("`", "``") + "`",
        )

    def rows(self, rows: Rows) -> str:
        """The relation that holds stamped rows: a built table, or a common table expression made on first use."""
        if isinstance(rows, StoredRows):
            return self.id(rows.table)
        name = f"__fc_rows_{rows.view}"
        return name if name in self.ctes else self.cte(name, self.computed(rows))

    def author(self, view: AnalyzedView) -> str:
        # Printed on one line, SQL holds a line break only inside a literal or a name; there white space is data.
        self.verbatim |= "\n" in view.resolved_sql
        sql, findings = author_sql(view, self.analyzed, self.dialect, self.relation)
        self.findings += findings
        return sql or ""

    def inset(self, text: str) -> str:
        """Indent by two, unless the query holds a literal that spans lines."""
        return text if self.verbatim else "\n".join(f"  {line}" if line else line for line in text.split("\n"))

    def computed(self, rows: ViewRows, template: str = "rows/computed.sql") -> str:
        view = self.analyzed.views[rows.view]
        author = self.author(view)
        event = self.instant(rows.event)
        available = self.instant(rows.available) if rows.available else event
        if rows.delay:
            available = f"{available} + {self.dialect.interval(rows.delay)}"
        null_instant = f"CAST(NULL AS {sql_type('timestamptz', self.dialect.sqlglot)})"
        columns = [
            f"CAST({self.id(c.name)} AS {sql_type(c.type, self.dialect.sqlglot)}) AS {self.id(c.name)}"
            if c.type
            else self.id(c.name)
            for c in rows.columns
        ]
        return self.render(
            template,
            columns=columns,
            author=author,
            inset=self.inset,
            event=event,
            created=self.instant(rows.created) if rows.created else null_instant,
            available=available,
            has_available=rows.available is not None,
        )

    def instant(self, column: TimeColumn, qualifier: str = "author") -> str:
        return self.dialect.instant_of(f"{qualifier}.{self.id(column.name)}", column.type, column.zone)

    def preview(self, rows: StoredRows | SelectedRows, limit: int | None) -> str:
        columns = [self.id(c.name) for c in rows.columns]
        if isinstance(rows, StoredRows):
            relation = self.id(rows.table)
        else:
            found = self.analyzed.views.get(rows.name) or self.analyzed.spines[rows.name]
            relation = f"(\n{self.inset(self.author(found))}\n) AS author"
        return self.render("rows/stored.sql", columns=columns, relation=relation, limit=limit)

    # Rank

    def rank(self, rank: Rank, qualifier: str = "", descending: bool = True) -> str:
        """The ORDER BY list of a rank."""
        event = f"{qualifier}__fc_event {'DESC' if descending else 'ASC'}"
        return ", ".join([event, *self.tie_break(rank, qualifier, descending)])

    def tie_break(self, rank: Rank, qualifier: str = "", descending: bool = True) -> list[str]:
        """The terms of a rank after the event time."""
        way, least, greatest = ("DESC", "LAST", "FIRST") if descending else ("ASC", "FIRST", "LAST")
        terms = []
        if rank.created:
            terms.append(f"{qualifier}__fc_created {way} NULLS {least}")
        if rank.available:
            terms.append(f"{qualifier}__fc_available {way}")
        return terms + [f"{self.sortable(c, qualifier)} {way} NULLS {greatest}" for c in rank.columns]

    def sortable(self, column: Column, qualifier: str) -> str:
        expression = qualifier + self.id(column.name)
        cast = self.dialect.order_cast.get(column.type or "")
        if cast:
            expression = f"CAST({expression} AS {sql_type(cast, self.dialect.sqlglot)})"
        return self.dialect.order_text.format(x=expression) if "varchar" in (cast or column.type or "") else expression

    def thinned(self, lookup: AsOf) -> str:
        """The lookup's rows with rank rising strictly with a; the rows themselves where they are so already."""
        relation = self.rows(lookup.rows)
        if lookup.thinning is Thinning.NONE:
            return relation
        name = f"__fc_thin_{lookup.rows.view}"
        if name in self.ctes:
            return name
        return self.cte(
            name,
            self.render(
                f"thin/{lookup.thinning.value}.sql",
                relation=relation,
                keys=[self.id(k.view) for k in lookup.keys],
                tie_break=", ".join(self.tie_break(lookup.rank)),
                rank_ascending=self.rank(lookup.rank, descending=False),
                by_event=lookup.rank.by_event_alone,
            ),
        )

    # Queries

    def training(self, plan: Training) -> str:
        shared = any(lookup.strategy in _PICKING for lookup in plan.lookups)
        spine = plan.spine
        names = [self.id(c.name) for c in spine.columns]
        self.cte("__fc_spine", self.spine(spine, names), materialized=shared)
        joins = []
        for lookup in plan.lookups:
            skeleton: Any = _environment(self.dialect).get_template(f"asof/{lookup.strategy}.sql").module
            values = self.lookup(lookup)
            body = skeleton.pick(values).strip()
            if body:
                self.cte(values.picked, body)
            joins.append(skeleton.join(values).strip())
        by_role = {lookup.role: lookup for lookup in plan.lookups}
        outputs = [self.output(by_role[role], feature) for role, feature in plan.outputs]
        return self.render(
            "training.sql",
            ctes=self.render("with.sql", ctes=list(self.ctes.values()), inset=self.inset),
            spine_columns=names,
            outputs=outputs,
            joins=joins,
            footer=self.dialect.footer,
        ).lstrip("\n")

    def spine(self, spine: SpineTable | SpineQuery, names: list[str]) -> str:
        if isinstance(spine, SpineQuery):
            relation = f"(\n{self.inset(self.author(self.analyzed.spines[spine.name]))}\n)"
            time = spine.timestamp
        else:
            relation = self.id(spine.relation)
            kind = next(c.type for c in spine.columns if c.name == spine.timestamp) or "timestamptz"
            time = TimeColumn(spine.timestamp, kind, spine.timezone)
        # An engine that may compute a CTE twice needs an order that is the same both times; where rows are equal it may differ.
        order = "" if self.dialect.materialized else "ORDER BY " + ", ".join(names)
        return self.render(
            "spine.sql",
            columns=[f"asked.{name}" for name in names],
            time=self.instant(time, "asked"),
            relation=f"{relation} AS asked",
            row_order=order,
        )

    def lookup(self, lookup: AsOf) -> SimpleNamespace:
        wanted = dict.fromkeys(self.id(f.column) for f in lookup.features)
        rows = self.rows(lookup.rows)
        return SimpleNamespace(
            alias=self.id(lookup.role),
            picked=f"__fc_pick_{lookup.role}",
            rows=rows,
            thinned=self.thinned(lookup) if lookup.strategy in _NEEDS_THINNED else rows,
            thin=lookup.thinning is Thinning.NONE,
            columns=list(wanted),
            keys=[
                SimpleNamespace(view=self.id(k.view), spine=self.id(k.spine), column=f"__fc_key_{n}")
                for n, k in enumerate(lookup.keys, 1)
            ],
            key_columns=[f"__fc_key_{n}" for n in range(1, len(lookup.keys) + 1)],
            rank_descending=self.rank(lookup.rank, "candidate."),
            strict=lookup.strict,
        )

    def output(self, lookup: AsOf, feature: FeatureColumn) -> str:
        """One feature in the answer: NULL past its TTL, its default where it has one."""
        alias = self.id(lookup.role)
        expression = f"{alias}.{self.id(feature.column) if feature.column != '__fc_event' else '__fc_event'}"
        if lookup.ttl is not None and feature.column != "__fc_event":
            bound = f"__fc_spine.__fc_time - {self.dialect.interval(lookup.ttl)}"
            expression = f"CASE WHEN {alias}.__fc_event >= {bound} THEN {expression} END"
        if feature.default is not None:
            expression = f"COALESCE({expression}, {literal(feature.default, self.dialect)})"
        return f"{expression} AS {self.id(feature.output)}"

    def latest(self, plan: Latest) -> str:
        keys = [self.id(k.name) for k in plan.keys]
        features = [self.id(c.name) for c in plan.features]
        return self.render(
            f"latest/{plan.strategy}.sql",
            relation=self.rows(plan.rows),
            keys=keys,
            features=features,
            columns=keys + features,
            as_of=literal(plan.as_of, self.dialect),
            rank_descending=self.rank(plan.rank),
        )

    def history(self, plan: History) -> str:
        conditions = [f"{self.id(c.name)} = {self.typed(value, c)}" for c, value in plan.keys]
        return self.render(
            "history.sql",
            relation=self.rows(plan.rows),
            columns=[self.id(c.name) for c in plan.rows.columns],
            conditions=conditions,
            rank_descending=self.rank(plan.rank),
        )

    def typed(self, value: object, column: Column) -> str:
        if column.type is None:
            return literal(value, self.dialect)
        return f"CAST({literal(value, self.dialect)} AS {sql_type(column.type, self.dialect.sqlglot)})"


_PICKING = frozenset({"row_number", "window_union"})
_NEEDS_THINNED = frozenset({"asof_join", "window_union"})
