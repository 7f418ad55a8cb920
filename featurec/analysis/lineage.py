"""Where every column and every row of a query comes from, in one pass over the qualified tree.

The pass also resolves each column reference (an unknown one becomes a finding), infers types and follows the time
zones of naive times. It reads unqualified trees too, which is what is left where sqlglot cannot qualify.
"""

from collections.abc import Iterable, Mapping

from sqlglot import exp

from featurec.analysis.environment import Names, Scope
from featurec.analysis.expressions import Reading
from featurec.analysis.inference import Inference
from featurec.analysis.items import Items
from featurec.analysis.model import EdgeKind
from featurec.analysis.relation import NONE, Edges, Output, Relation, aliases_of, as_kind, union
from featurec.analysis.stars import expand, output_name
from featurec.analysis.types import merge
from featurec.analysis.upstream import Catalog
from featurec.analysis.zones import Zones
from featurec.diagnostic import Diagnostic
from featurec.parse import span_of
from featurec.spec import FeatureView, Spine
from featurec.template import Rendered

_FILTERS = ("where", "prewhere", "having", "qualify", "connect")
_HANDLED = frozenset(
    {
        *_FILTERS, "match", "expressions", "from_", "joins", "laterals", "group", "order", "distinct", "with_", "windows", "kind",
        "hint", "limit", "offset", "operation_modifiers", "pivots", "sample", "settings", "format", "options", "into",
    }
)  # fmt: skip
_MAX_ROUNDS = 50


class Walker:
    """Relations of the queries of one tree. ``relation`` is the entry; findings are in ``names``."""

    def __init__(self, spec: FeatureView | Spine, rendered: Rendered, catalog: Catalog) -> None:
        self.rendered = rendered
        self.dialect = spec.dialect
        self.catalog = catalog
        self.names = Names(spec, rendered, catalog)
        self.items = Items(self)
        self.reading = Reading(self)
        self._values: dict[int, Relation] = {}

    def relation(self, node: exp.Expr, parent: Scope | None, ctes: Mapping[str, Relation]) -> Relation:
        """The relation that a query returns.

        Args:
            node: SELECT, set operation, VALUES or a subquery around them.
            parent: scope whose columns it may read.
            ctes: CTEs that it sees, by folded name.
        """
        ctes = self._with(node, parent, ctes)
        if isinstance(node, exp.Subquery):
            inner = self.relation(node.this, parent, ctes)
            return self._modified(node, inner, parent, ctes)
        if isinstance(node, exp.Select):
            return self._select(node, parent, ctes)
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, parent, ctes)
        return self.items.relation(node, Scope(parent, ctes))

    def value(self, node: exp.Expr, scope: Scope) -> Relation:
        """The relation of a query in value position, walked once."""
        found = self._values.get(id(node))
        if found is None:
            found = self.relation(node, scope, scope.ctes)
            self._values[id(node)] = found
        return found

    def finding(self, code: str, at: exp.Expr, claim: str, cause: str, fix: str) -> None:
        self.names.findings[Diagnostic(code, claim, span_of(at, self.rendered), cause, fix)] = None

    def _with(self, node: exp.Expr, parent: Scope | None, ctes: Mapping[str, Relation]) -> Mapping[str, Relation]:
        with_ = node.args.get("with_")
        if not isinstance(with_, exp.With):
            return ctes
        seen = dict(ctes)
        for cte in with_.expressions:
            name = cte.alias
            columns = aliases_of(cte)
            body = cte.this
            if with_.args.get("recursive") and isinstance(body, exp.SetOperation) and _reads(body.expression, name):
                seen[name] = self._recursive(body, name, columns, parent, seen)
            elif not cte.args.get("scalar"):
                seen[name] = self.relation(body, parent, seen).renamed(columns)
        return seen

    def _recursive(
        self,
        body: exp.SetOperation,
        name: str,
        columns: list[tuple[str, str]],
        parent: Scope | None,
        ctes: Mapping[str, Relation],
    ) -> Relation:
        """A fixpoint: rounds until no column gains an edge."""
        found = self.relation(body.this, parent, ctes).renamed(columns)
        for _ in range(_MAX_ROUNDS):
            step = self.relation(body.expression, parent, {**ctes, name: found})
            grown = self._combine(body, found, step)
            if grown.rows == found.rows and all(
                a.edges == b.edges for a, b in zip(grown.outputs, found.outputs, strict=False)
            ):
                return grown
            found = grown
            self.names.forget()
            self._values.clear()
        return found

    def _select(self, node: exp.Select, parent: Scope | None, ctes: Mapping[str, Relation]) -> Relation:
        scope = Scope(parent, ctes)
        rows: list[Edges] = []
        for window in node.args.get("windows") or ():
            scope.windows[window.name] = window
        from_ = node.args.get("from_")
        if isinstance(from_, exp.From):
            rows.append(self.items.add(from_.this, scope))
        if node.args.get("match"):
            self.items.match(node.args["match"], scope)
        rows.extend(self.items.add(lateral, scope) for lateral in node.args.get("laterals") or ())
        rows.extend(self.items.join(join, scope) for join in node.args.get("joins") or ())
        self._named_expressions(node, scope)
        outputs, unknown = self._outputs(node, scope)
        rows.extend(self.edges(node.args[key], scope, "filter") for key in _FILTERS if node.args.get(key))
        rows.append(self._grouping(node, scope, outputs))
        rows.append(self._ordering(node, scope))
        for key, value in node.args.items():
            if key not in _HANDLED:
                rows.extend(self.edges(part, scope, "filter") for part in _expressions(value))
        for window in scope.windows.values():
            self.edges(window, scope, "window")
        return Relation(outputs, union(rows), opaque=unknown is not None, coarse=unknown or NONE)

    def _named_expressions(self, node: exp.Select, scope: Scope) -> None:
        """Names of ClickHouse's ``WITH expression AS name``, and the ``window`` column of Spark's grouping by time."""
        with_ = node.args.get("with_")
        for cte in with_.expressions if with_ else ():
            if cte.args.get("scalar"):
                edges = self.edges(cte.this, scope)
                scope.aliases[cte.alias] = Output(cte.alias, cte.alias, edges, self.type_of(cte.this, scope))
        if self.dialect in ("spark", "databricks") and node.args.get("group"):
            for call in node.args["group"].find_all(exp.Anonymous):
                name = call.name.lower()
                if name in ("window", "session_window"):
                    scope.aliases[name] = Output(name, name, self.edges(call, scope), self.type_of(call, scope))

    def _outputs(self, node: exp.Select, scope: Scope) -> tuple[list[Output], Edges | None]:
        """The SELECT list; edges of columns that are not known by name, None where there are none."""
        outputs: list[Output] = []
        unknown: Edges | None = None
        zones = Zones(lambda c: self.names.output(c, scope), lambda q: self.value(q, scope))
        for index, projection in enumerate(node.expressions):
            stars = expand(projection, scope)
            if stars is not None:
                outputs.extend(stars.outputs)
                if stars.opaque:
                    unknown = (unknown or NONE) | stars.coarse
                continue
            if _spreads(projection):
                unknown = (unknown or NONE) | self.edges(projection, scope)
            for key, name in _aliases(projection) or [output_name(projection, index, self.names, scope)]:
                edges = self.edges(projection, scope)
                type_ = self.type_of(projection, scope)
                found = Output(key, name, edges, type_, zones.of(projection, type_))
                outputs.append(found)
                scope.aliases.setdefault(key, found)
        return outputs, unknown

    def _grouping(self, node: exp.Select, scope: Scope, outputs: Iterable[Output]) -> Edges:
        rows: list[Edges] = []
        group = node.args.get("group")
        if group:
            rows.append(self.edges(group, scope, "group"))
            if group.args.get("all"):
                plain = (p for p in node.expressions if not p.find(exp.AggFunc))
                rows.extend(self.edges(p, scope, "group") for p in plain)
        distinct = node.args.get("distinct")
        if distinct:
            on = distinct.args.get("on")
            if on:
                rows.append(self.edges(on, scope, "group"))
            else:
                rows.extend(as_kind(output.edges, "group") for output in outputs)
        return union(rows)

    def _ordering(self, node: exp.Expr, scope: Scope) -> Edges:
        rows: list[Edges] = []
        if node.args.get("order"):
            rows.append(self.edges(node.args["order"], scope, "order"))
        for key in ("limit", "offset"):
            rows.extend(self.edges(part, scope, "group") for part in _expressions(node.args.get(key)))
        return union(rows)

    def _set_operation(self, node: exp.SetOperation, parent: Scope | None, ctes: Mapping[str, Relation]) -> Relation:
        # Chains of UNION lean left and may be long: walk down in a loop.
        chain: list[exp.SetOperation] = [node]
        while isinstance(chain[-1].this, exp.SetOperation):
            chain.append(chain[-1].this)
            ctes = self._with(chain[-1], parent, ctes)
        found = self.relation(chain[-1].this, parent, ctes)
        for operation in reversed(chain):
            found = self._combine(operation, found, self.relation(operation.expression, parent, ctes))
            found = self._modified(operation, found, parent, ctes)
        return found

    def _combine(self, node: exp.SetOperation, left: Relation, right: Relation) -> Relation:
        rows = [left.rows, right.rows]
        if node.args.get("by_name"):
            keys = list(dict.fromkeys([o.key for o in left.outputs] + [o.key for o in right.outputs]))
            empty = Output("", "", NONE, "null")
            pairs = [(left.by_key.get(k, empty), right.by_key.get(k, empty)) for k in keys]
        else:
            known = not (left.opaque or right.opaque)
            if known and len(left.outputs) != len(right.outputs):
                self.finding(
                    "FC209",
                    node.expression,
                    f"the sides of {type(node).__name__.upper()} have {len(left.outputs)} and {len(right.outputs)} columns",
                    "columns of set operations are matched by position",
                    "select the same number of columns on both sides",
                )
            pairs = list(zip(left.outputs, right.outputs, strict=False))
        outputs = []
        both = isinstance(node, exp.Union)
        for a, b in pairs:
            edges = a.edges | b.edges if both else a.edges
            zones = a.zones | b.zones if both else a.zones
            outputs.append(Output(a.key or b.key, a.name or b.name, edges, merge((a.type, b.type)), zones))
        if not both:
            rows.append(as_kind(right.edges, "filter"))
        if not both or node.args.get("distinct"):
            rows.append(as_kind(union(o.edges for o in outputs), "group"))
        return Relation(outputs, union(rows), left.opaque or right.opaque, left.coarse | right.coarse)

    def _modified(
        self, node: exp.Expr, inner: Relation, parent: Scope | None, ctes: Mapping[str, Relation]
    ) -> Relation:
        """With ORDER BY, LIMIT and joins that hang on a subquery or set operation."""
        if not any(node.args.get(key) for key in ("order", "limit", "offset")):
            return inner
        scope = Scope(parent, ctes)
        scope.sources[""] = inner
        for output in inner.outputs:
            scope.aliases.setdefault(output.key, output)
        rows = self._ordering(node, scope)
        return Relation(inner.outputs, inner.rows | rows, inner.opaque, inner.coarse)

    def edges(self, node: exp.Expr, scope: Scope, kind: EdgeKind = "value") -> Edges:
        """What an expression reads."""
        return self.reading.edges(node, scope, kind)

    def output(self, column: exp.Column, scope: Scope) -> Output | None:
        """The column that a reference means."""
        return self.names.output(column, scope)

    def type_of(self, node: exp.Expr, scope: Scope) -> str | None:
        """The type of an expression, where it is certain."""

        def leaf(part: exp.Expr) -> str | None:
            if isinstance(part, exp.Column):
                found = self.names.output(part, scope)
                return found.type if found else None
            outputs = self.value(part, scope).outputs
            return outputs[0].type if len(outputs) == 1 else None

        return Inference(self.dialect, leaf).of(node)


def _aliases(projection: exp.Expr) -> list[tuple[str, str]]:
    """``posexplode(xs) AS (i, x)``: several columns of one expression."""
    if not isinstance(projection, exp.Aliases):
        return []
    names = projection.args.get("expressions") or ()
    return [(n.name, str(n.meta.get("spelled") or n.name)) for n in names]


def _spreads(projection: exp.Expr) -> bool:
    """DuckDB's recursive ``unnest`` puts the fields of structs out as columns."""
    inner = projection.unalias()
    return isinstance(inner, exp.Explode) and bool(inner.expressions)


def _expressions(value: object) -> list[exp.Expr]:
    parts = value if isinstance(value, list) else [value]
    return [part for part in parts if isinstance(part, exp.Expr)]


def _reads(node: exp.Expr, name: str) -> bool:
    return any(t.name == name and not t.args.get("db") for t in node.find_all(exp.Table))
