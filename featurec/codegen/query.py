"""One query on its way: its common table expressions, and the relations that it reads."""

from collections.abc import Callable, Collection, Mapping
from types import SimpleNamespace

from sqlglot import exp

from featurec.analysis.model import AnalyzedProject, AnalyzedView
from featurec.analysis.windowed import windowed
from featurec.codegen.readings import restricted
from featurec.codegen.spelling import ident, literal, render_sql, sql_type
from featurec.diagnostic import Diagnostic
from featurec.dialects.dialect import Dialect
from featurec.file_pattern import source_pattern
from featurec.plan.nodes import ByKey, ByTime, Part, Rows, StoredRows, TimeColumn, ViewRows
from featurec.plan.physical import Physical
from featurec.plan.rows import feature_view, view_rows
from featurec.plan.slices import Reading, Slice, start_of
from featurec.spec import SourceTable
from featurec.transpile import author_sql, condition_sql

NOTHING: Mapping[str, Reading] = {}

WithWindows = Callable[["Query", AnalyzedView, Collection[str], Reading | None], str]
"""The rows of a view with the named windowed features, each as of its own time, as a parenthesised query.

What is read of them bounds the rows that are shown, not those that their windows hold.
"""


class Query:
    """One query while it is written: its common table expressions, in order of use, and its findings."""

    def __init__(
        self, analyzed: AnalyzedProject, dialect: Dialect, physical: Physical, with_windows: WithWindows
    ) -> None:
        self.analyzed = analyzed
        self.dialect = dialect
        self.physical = physical
        self.findings: list[Diagnostic] = []
        self.verbatim = False
        self.part: Part | None = None
        self.ctes: dict[str, SimpleNamespace] = {}
        self.id: Callable[[str | tuple[str, ...]], str] = lambda name: ident(name, dialect)
        self._with_windows = with_windows

    def nested(self) -> "Query":
        """A query of its own inside this one, which shares its findings."""
        inner = Query(self.analyzed, self.dialect, self.physical, self._with_windows)
        inner.findings = self.findings
        return inner

    def render(self, template: str, /, **values: object) -> str:
        return render_sql(template, self.dialect, **values)

    def with_ctes(self, select: str, *, footer: bool = True) -> str:
        """The SELECT behind its common table expressions."""
        ctes = self.render("with.sql", ctes=list(self.ctes.values()), inset=self.inset)
        ending = f"\n{self.dialect.footer}" if footer and self.dialect.footer else ""
        return f"{ctes}\n{select}".lstrip("\n") + ending

    def cte(self, name: str, body: str, materialized: bool = False) -> str:
        """Add a common table expression; its name."""
        self.ctes[name] = SimpleNamespace(
            name=name, body=body.strip(), materialized=materialized and self.dialect.materialized
        )
        return name

    def relation(self, key: str, read: Collection[str], reading: Reading | None = None) -> str:
        """What stands in FROM for a relation of the author's SQL, of which columns of these names are read.

        With ``reading``, only the rows that it says.
        """
        if key.startswith("view."):
            view = self.analyzed.views[key.removeprefix("view.")]
            names = [name for name in windowed(view) if name.lower() in read]
            if names:
                return self._with_windows(self, view, names, reading)
            columns = [self.id(c.name) for c in view.columns]
            built = self.physical.built.get(view.name)
            source = self.id((self.physical.schema, built.table)) if built else self.rows(view_rows(view))
            source = restricted(source, reading, self.dialect)
            return "(" + self.render("rows/stored.sql", columns=columns, relation=source, limit=None) + ")"
        return restricted(self.source(self.analyzed.project.sources[key], read), reading, self.dialect)

    def source(self, table: SourceTable, read: Collection[str] = ()) -> str:
        """What stands in FROM for a source table, of which its times and columns of these names are read."""
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
        relation = pattern.format(
            path=literal(path, self.dialect),
            columns="{" + columns + "}",
            backticked="`" + path.replace("`", "``") + "`",
        )
        times = self._times(table, read) if pattern == self.dialect.parquet else ()
        if not times or self.dialect.recast is None:
            return relation
        return self.dialect.recast.format(columns=", ".join(times), relation=relation)

    def _times(self, table: SourceTable, read: Collection[str]) -> list[str]:
        """The times that are read of a file, in the types that they are declared to have."""
        known = {*read, *((table.timestamp or "").lower(), (table.available_at or "").lower())}
        return [
            f"CAST({self.id(c.name)} AS {sql_type(c.type, self.dialect.sqlglot)}) AS {self.id(c.name)}"
            for c in table.columns
            if c.type and c.type.rstrip("[]") in ("timestamp", "timestamptz") and c.name.lower() in known
        ]

    def rows(self, rows: Rows) -> str:
        """The relation that holds stamped rows: a built table, or a common table expression made on first use."""
        if isinstance(rows, StoredRows):
            return self.id(rows.table)
        name = f"__fc_rows_{rows.view}"
        return name if name in self.ctes else self.cte(name, self.computed(rows))

    def part_rows(self, rows: Rows) -> str:
        """The stamped rows that lookups see: all of them, or those of the part that is computed."""
        if self.part is None:
            return self.rows(rows)
        name = f"__fc_part_{rows.view}"
        if name in self.ctes:
            return name
        return self.cte(name, self.shared("parts/rows.sql", self.rows(rows), rows.view))

    def shared(self, template: str, relation: str, view: str | None = None, **values: object) -> str:
        """What is read of a relation for the part that is computed: of the numbered spine, or of the rows of a view."""
        assert self.part is not None
        key = reach = None
        match self.part.by:
            case ByKey() as by:
                key = by.spine if view is None else by.views[view]
            case ByTime() as by:
                reach = None if view is None else by.reach[view]
        return self.render(template, relation=relation, part=self.part, key=key, reach=reach, **values)

    def author(self, view: AnalyzedView, readings: Mapping[str, Reading] = NOTHING) -> str:
        """The SELECT of a view, with what is read of its own relations."""
        # Printed on one line, SQL holds a line break only inside a literal or a name; there white space is data.
        self.verbatim |= "\n" in view.resolved_sql
        tree = view.resolved_tree()
        read = {column.name.lower() for column in tree.find_all(exp.Column)}
        if tree.find(exp.Star):
            read |= {name.lower() for parent in self._parents(view) for name in windowed(parent)}
        named = _names(tree)

        def relation(key: str) -> str:
            source = self.analyzed.project.sources.get(key)
            if source is None:
                return self.relation(key, read, readings.get(key))
            every = (column.name.lower() for column in source.columns) if named is None else named
            return self.relation(key, frozenset(every), readings.get(key))

        sql, findings = author_sql(view, self.analyzed, self.dialect, relation)
        self.findings += findings
        return sql or ""

    def condition(self, condition: str, view: str) -> str:
        """A condition on a row of a view, as of ``AnalyzedView.filters``."""
        sql, findings = condition_sql(condition, self.analyzed.views[view], self.dialect)
        self.findings += findings
        return sql or ""

    def _parents(self, view: AnalyzedView) -> list[AnalyzedView]:
        return [self.analyzed.views[key[5:]] for key in view.relations if key.startswith("view.")]

    def inset(self, text: str) -> str:
        """Indent by two, unless the query holds a literal that spans lines."""
        return text if self.verbatim else "\n".join(f"  {line}" if line else line for line in text.split("\n"))

    def computed(
        self,
        rows: ViewRows,
        template: str = "rows/computed.sql",
        *,
        slice_: Slice | None = None,
        readings: Mapping[str, Reading] = NOTHING,
    ) -> str:
        """The rows of a view from the author's SQL, all or those of a slice, made of what ``readings`` says."""
        view = self.analyzed.views[rows.view]
        author = self.author(view, readings)
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
            start=start_of(feature_view(view), self.analyzed.project),
            slice=slice_,
        )

    def instant(self, column: TimeColumn, qualifier: str = "author") -> str:
        return self.dialect.instant_of(f"{qualifier}.{self.id(column.name)}", column.type, column.zone)


def _names(tree: exp.Query) -> frozenset[str] | None:
    """All names in a query, folded; None where it may read columns that it does not name."""
    stars = (star for star in tree.find_all(exp.Star, exp.Columns) if not isinstance(star.parent, exp.Count))
    if any(True for _ in stars) or any(join.method == "NATURAL" for join in tree.find_all(exp.Join)):
        return None
    return frozenset(name.name.lower() for name in tree.find_all(exp.Identifier))
