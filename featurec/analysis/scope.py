"""Resolves the tables of a parsed SELECT: each becomes the stand-in of a source or view, or a CTE above it."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from featurec.analysis.model import RELATION_DB
from featurec.analysis.names import RelationNames
from featurec.diagnostic import Diagnostic, did_you_mean
from featurec.parse import span_of
from featurec.source import Span
from featurec.spec import FeatureView, Spine
from featurec.template import Rendered

RESERVED = "__fc_"
INPUT = "__fc_input"
"""Stand-in table of an on-demand view's request fields."""
FEATURE = "__fc_feature"
"""Stand-in table of the features that an on-demand view reads; its columns are called ``view:feature``."""

Ctes = frozenset[str]


@dataclass(frozen=True)
class Reference:
    """A place where a relation is read."""

    relation: str
    span: Span


@dataclass(frozen=True, eq=False)
class Resolved:
    """A view or spine whose every table is known.

    Attributes:
        tree: the author's SELECT; tables are ``"__fc"."<relation key>" AS <alias>`` or names of CTEs.
        references: every relation read, in order of appearance; for an on-demand view also ``view.<view>`` of
            the features that it combines.
        broken: reads a view whose declaration could not be read.
    """

    spec: FeatureView | Spine
    rendered: Rendered
    tree: exp.Query
    references: tuple[Reference, ...]
    broken: bool = False

    @property
    def relations(self) -> tuple[str, ...]:
        """Keys of the relations read, sorted, each once."""
        return tuple(sorted({reference.relation for reference in self.references}))


def resolve(
    spec: FeatureView | Spine, rendered: Rendered, tree: exp.Query, names: RelationNames
) -> tuple[Resolved, list[Diagnostic]]:
    """Replace the tables of ``tree`` (changed in place) by stand-ins. Findings: FC201, FC202, FC206."""
    work = _Resolution(spec, rendered, names)
    work.walk(tree)
    resolved = Resolved(spec, rendered, tree, tuple(work.references), work.broken)
    return resolved, work.findings


class _Resolution:
    def __init__(self, spec: FeatureView | Spine, rendered: Rendered, names: RelationNames) -> None:
        self.spec = spec
        self.rendered = rendered
        self.names = names
        self.references: list[Reference] = []
        self.findings: list[Diagnostic] = []
        self.broken = False
        self.renamed: dict[tuple[str, ...], exp.Identifier] = {}
        self.dotted: list[exp.Column] = []

    def walk(self, tree: exp.Query) -> None:
        """Visit every node with the CTEs that it sees; a stack, since SQL nests deeper than Python calls."""
        stack: list[tuple[exp.Expr, Ctes]] = [(tree, frozenset())]
        while stack:
            node, ctes = stack.pop()
            if isinstance(node, exp.Identifier):
                self._check_name(node)
                continue
            if isinstance(node, exp.Table):
                if isinstance(node.this, exp.Identifier) and not isinstance(node.parent, exp.JoinHint):
                    self._table(node, ctes)
                stack.extend((child, ctes) for child in _table_children(node))
                continue
            if isinstance(node, exp.Column) and self._column(_own(node)):
                continue
            with_ = node.args.get("with_")
            if isinstance(with_, exp.With):
                bodies, ctes = _visible(with_, ctes, self.spec.dialect)
                stack.extend(bodies)
            stack.extend((child, ctes) for child in node.iter_expressions() if child is not with_)
        for column in self.dotted:
            self._undot(column)

    def _table(self, table: exp.Table, ctes: Ctes) -> None:
        parts = [part.name for part in table.parts]
        if parts[0] == RELATION_DB and len(parts) == 2:
            self._stand_in(table, parts[1], parts[1].rpartition(".")[2], None)
            return
        if len(parts) == 1 and parts[0].lower() in ctes:
            return
        found = self.names.candidates(parts, self.spec.key)
        if len(found) == 1:
            self._stand_in(table, found[0], parts[-1], tuple(part.lower() for part in parts))
        elif found:
            self._ambiguous(table, ".".join(parts), found)
        elif len(parts) == 1 and parts[0].lower() in self.names.unread:
            self.broken = True
        else:
            self._unknown(table, ".".join(parts), ctes)

    def _stand_in(self, table: exp.Table, key: str, alias: str, written: tuple[str, ...] | None) -> None:
        span = self._span(table)
        if key not in self.names.keys:
            if key.partition(".")[2] in self.names.unread:
                self.broken = True
            else:
                self._unknown(table, key.partition(".")[2], frozenset())
            return
        self.references.append(Reference(key, span))
        last = table.parts[-1]
        if not table.alias:
            quoted = bool(last.args.get("quoted")) if written else not alias.replace("_", "a").isalnum()
            name = exp.Identifier(this=alias, quoted=quoted)
            name.meta.update(last.meta)
            columns = table.args["alias"].args.get("columns") if table.args.get("alias") else None
            table.set("alias", exp.TableAlias(this=name, columns=columns))
            if written and len(written) > 1:
                self.renamed[written] = name
        for part, text in (("this", key), ("db", RELATION_DB)):
            identifier = exp.Identifier(this=text, quoted=True)
            identifier.meta.update(last.meta)
            identifier.meta["case_sensitive"] = True  # a key, not a name to fold
            table.set(part, identifier)
        table.set("catalog", None)

    def _column(self, column: exp.Column) -> bool:
        """Note what needs care later; true where the column is one of featurec's own and all is said."""
        table = column.table
        if table == FEATURE:
            self._feature(column)
            return True
        if table == INPUT:
            return True
        if column.args.get("db"):
            self.dotted.append(column)
        return False

    def _feature(self, column: exp.Column) -> None:
        """``feature('view:name')`` of an on-demand view; whether the feature exists is seen when the view is known."""
        view = column.name.partition(":")[0]
        if f"view.{view}" in self.names.keys:
            self.references.append(Reference(f"view.{view}", span_of(column, self.rendered)))
        elif view in self.names.unread:
            self.broken = True
        else:
            self.findings.append(
                Diagnostic(
                    "FC216",
                    f"there is no feature view `{view}`",
                    span_of(column, self.rendered),
                    f"`feature('{column.name}')` reads a feature of it",
                    did_you_mean(
                        view, [key.removeprefix("view.") for key in self.names.keys if key.startswith("view.")]
                    ),
                )
            )

    def _undot(self, column: exp.Column) -> None:
        """``nyc.arrivals.carrier`` after ``FROM nyc.arrivals``: the table has an alias now."""
        alias = self.renamed.get(tuple(part.name.lower() for part in column.parts[:-1]))
        if alias is not None:
            column.set("table", alias.copy())
            column.set("db", None)
            column.set("catalog", None)

    def _span(self, table: exp.Table) -> Span:
        """The whole dotted name."""
        metas = [part.meta for part in table.parts if "start" in part.meta]
        if not metas:
            return span_of(table, self.rendered)
        return self.rendered.map.span(min(m["start"] for m in metas), max(m["end"] for m in metas) + 1)

    def _check_name(self, identifier: exp.Identifier) -> None:
        if identifier.name.lower().startswith(RESERVED):
            self.findings.append(
                Diagnostic(
                    "FC206",
                    f"the name `{identifier.name}` is reserved",
                    span_of(identifier, self.rendered),
                    f"names that start with `{RESERVED}` are columns that featurec adds to what it generates",
                    "use another name",
                )
            )

    def _ambiguous(self, table: exp.Table, name: str, keys: tuple[str, ...]) -> None:
        written = [_template_call(key) for key in keys]
        self.findings.append(
            Diagnostic(
                "FC202",
                f"`{name}` may mean several relations",
                self._span(table),
                "it is the name of " + " and of ".join(f"`{key.partition('.')[2]}`" for key in keys),
                "write " + " or ".join(f"`{text}`" for text in written),
            )
        )

    def _unknown(self, table: exp.Table, name: str, ctes: Ctes) -> None:
        self.findings.append(
            Diagnostic(
                "FC201",
                f"there is no relation `{name}`",
                self._span(table),
                "a table must be a source of sources.yml, a feature view or a CTE of the same query",
                did_you_mean(name, {*self.names.spellings(), *ctes}),
            )
        )


def _template_call(key: str) -> str:
    kind, _, rest = key.partition(".")
    source, _, name = rest.partition(".")
    return f"{{{{ ref('{rest}') }}}}" if kind == "view" else f"{{{{ source('{source}', '{name}') }}}}"


def _own(column: exp.Column) -> exp.Column:
    """The column, or of a field of an input or feature the whole of it: ``{{ input('place') }}.city`` reads as four parts."""
    parts = column.parts
    if parts[0].name not in (INPUT, FEATURE) or len(parts) < 3:
        return column
    whole = exp.Column(this=parts[1], table=parts[0])
    field: exp.Expr = exp.Paren(this=whole)
    for part in parts[2:]:
        field = exp.Dot(this=field, expression=part)
    column.replace(field)
    return whole


def _table_children(table: exp.Table) -> Iterator[exp.Expr]:
    """What hangs on a table besides its name: alias, joins, pivots, sample, or the function that it is."""
    for child in table.iter_expressions():
        if child.arg_key not in ("db", "catalog") and not (
            child.arg_key == "this" and isinstance(child, exp.Identifier)
        ):
            yield child


def _visible(with_: exp.With, outer: Ctes, dialect: str) -> tuple[list[tuple[exp.Expr, Ctes]], Ctes]:
    """The bodies of a WITH, each with the CTEs that it sees, and what the query below sees.

    A CTE sees those before it; itself too under RECURSIVE, which Snowflake leaves to be understood.
    """
    bodies: list[tuple[exp.Expr, Ctes]] = []
    seen = outer
    for cte in with_.expressions:
        name = cte.alias.lower()
        implied = dialect == "snowflake" and _reads_itself(cte, name)
        if implied:
            with_.set("recursive", True)
        bodies.append((cte, seen | {name} if with_.args.get("recursive") or implied else seen))
        seen = seen | {name}
    return bodies, seen


def _reads_itself(cte: exp.Expr, name: str) -> bool:
    body = cte.this
    return isinstance(body, exp.SetOperation) and any(
        table.name.lower() == name and not table.args.get("db") for table in body.expression.find_all(exp.Table)
    )
