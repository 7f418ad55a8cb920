"""The columns that an expression reads, and in what role."""

from sqlglot import exp

from featurec.analysis.environment import Scope, Walk
from featurec.analysis.model import EdgeKind
from featurec.analysis.relation import NONE, Edges, as_kind, union

Step = tuple[exp.Expr, EdgeKind]

_SKIP = (exp.Identifier, exp.Literal, exp.DataType, exp.Var)
_PART_OF_ORDER = (exp.ArgMax, exp.ArgMin, exp.HavingMax)


class Reading:
    """Edges of expressions, in the scopes of one walker."""

    def __init__(self, walker: Walk) -> None:
        self.walker = walker

    def edges(self, node: exp.Expr, scope: Scope, kind: EdgeKind = "value") -> Edges:
        """Edges of everything that the expression reads.

        ``value`` turns into ``window``, ``filter`` or ``order`` where an aggregate or window reads a column beside
        its argument; any other kind stays as it is throughout.
        """
        found: list[Edges] = []
        stack: list[Step] = [(node, kind)]
        added: set[str] = set()
        while stack:
            part, role = stack.pop()
            if isinstance(part, _SKIP):
                continue
            if isinstance(part, exp.Column):
                self._column(part, role, scope, found)
            elif isinstance(part, exp.Query):
                found.append(self._query(part, role, scope))
            elif isinstance(part, exp.TableColumn):
                relation = scope.source(part.name)
                found.append(as_kind(relation.edges, role) if relation else NONE)
            elif isinstance(part, exp.Star | exp.Columns):
                if not isinstance(part.parent, exp.Count):
                    found.append(as_kind(union(r.edges for _, r in scope.visible()), role))
                stack.extend((child, role) for child in part.iter_expressions())
            else:
                bound = _bound(part) - scope.locals
                scope.locals |= bound
                added |= bound
                stack.extend(_steps(part, role, scope))
        scope.locals -= added
        return union(found)

    def _column(self, column: exp.Column, role: EdgeKind, scope: Scope, found: list[Edges]) -> None:
        if isinstance(column.this, exp.Star):
            relation = scope.source(column.table)
            found.append(as_kind(relation.edges, role) if relation else NONE)
            return
        if isinstance(column.this, exp.Identifier | exp.Literal | exp.Var):
            output = self.walker.output(column, scope)
            if output is not None:
                found.append(as_kind(output.edges, role))

    def _query(self, query: exp.Expr, role: EdgeKind, scope: Scope) -> Edges:
        relation = self.walker.value(query, scope)
        parent = query.parent
        exists = isinstance(parent, exp.Exists)
        columns = NONE if exists else relation.edges
        return as_kind(columns, role) | as_kind(relation.rows, role)


def _steps(node: exp.Expr, role: EdgeKind, scope: Scope) -> list[Step]:
    """The children of a node and the role that each is read in."""

    def beside(kind: EdgeKind) -> EdgeKind:
        return kind if role == "value" else role

    if isinstance(node, exp.Window):
        steps: list[Step] = [
            (child, role if child.arg_key == "this" else beside("window")) for child in node.iter_expressions()
        ]
        named = scope.windows.get(node.alias) if node.alias else None
        if named is not None and named is not node:
            steps.append((named, beside("window")))
        return steps
    if isinstance(node, exp.Filter):
        return [(child, role if child.arg_key == "this" else beside("filter")) for child in node.iter_expressions()]
    if isinstance(node, exp.Order | exp.Sort) and not isinstance(node.parent, exp.Query | exp.WithinGroup):
        return [(child, role if child.arg_key == "this" else beside("order")) for child in node.iter_expressions()]
    if isinstance(node, _PART_OF_ORDER):
        return [(child, role if child.arg_key == "this" else beside("order")) for child in node.iter_expressions()]
    if isinstance(node, exp.CombinedAggFunc) and node.name.lower().endswith("if"):
        last = len(node.expressions) - 1
        return [(child, beside("filter") if i == last else role) for i, child in enumerate(node.expressions)]
    return [(child, role) for child in node.iter_expressions()]


def _bound(node: exp.Expr) -> set[str]:
    """Names that a lambda or list comprehension introduces."""
    if isinstance(node, exp.Lambda):
        return {name.name for name in node.expressions}
    if isinstance(node, exp.Comprehension):
        names = (node.args.get("expression"), node.args.get("position"))
        return {name.name for name in names if isinstance(name, exp.Expr)}
    return set()
