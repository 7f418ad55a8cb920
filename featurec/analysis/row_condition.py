"""A condition on one row of a view: parsed, resolved and typed as the view's own SQL is."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlglot import exp

from featurec.analysis.lineage import Walker
from featurec.analysis.model import RELATION_DB, AnalyzedView
from featurec.analysis.qualify import qualified_copy
from featurec.analysis.relation import Relation
from featurec.analysis.scope import RESERVED
from featurec.analysis.time.aggregates import is_aggregate
from featurec.analysis.types import family, shown
from featurec.analysis.upstream import Catalog, Upstream
from featurec.diagnostic import Diagnostic, did_you_mean, has_errors
from featurec.parse import parse_select, span_of
from featurec.source import LineMap, Segment, Span
from featurec.spec import FeatureView
from featurec.template import Rendered

_MANY_ROWS = (exp.Query, exp.AggFunc, exp.Window, exp.UDTF, exp.Explode, exp.Posexplode, exp.Inline)
_NO_VALUE = (exp.Star, exp.Columns, exp.Alias, exp.Aliases, exp.PropertyEQ)


@dataclass(frozen=True)
class Role:
    """Whose condition it is, for findings.

    Attributes:
        title: such as ``filter of large``.
        kind: such as ``filter``.
        code: of what is no condition on one row.
        alone: why it can look at one row only.
        elsewhere: where more rows may be looked at.
        reads: which columns there are.
    """

    title: str
    kind: str
    code: str
    alone: str
    elsewhere: str
    reads: str


@dataclass(frozen=True)
class Understood:
    """A condition that can be asked of rows.

    Attributes:
        sql: in the author's dialect, columns quoted as the view spells them and without a table.
        tree: the query that it is the last column of.
        catalog: the view alone.
    """

    sql: str
    tree: exp.Query
    catalog: Catalog


class RowCondition:
    """One condition as the last column of a query over the view's rows: ``SELECT *, (<condition>) AS … FROM <view>``."""

    def __init__(self, view: AnalyzedView, text: str, span: Span, role: Role) -> None:
        assert isinstance(view.spec, FeatureView)
        self.spec = view.spec
        self.view = view
        self.text = text
        self.span = span
        self.role = role
        self.output = role.title
        self.rendered = self._query()

    def check(self) -> tuple[Understood | None, list[Diagnostic]]:
        """The condition, None where it cannot be understood, and all findings."""
        if any(mark in self.text for mark in ("{{", "{%", "{#")):
            cause = "templates are rendered below the header only"
            return None, [
                Diagnostic(
                    "FC154", f"the {self.role.kind} has braces of a template", self.span, cause, "write the value"
                )
            ]
        tree, findings = parse_select(self.rendered, self.spec.dialect)
        if tree is None or has_errors(findings):
            return None, findings
        written = self._condition(tree)
        if written is None:
            return None, [
                self._refusal(None, "it is not one expression", "write one condition, joined with AND and OR")
            ]
        findings += self._refusals(written)
        if has_errors(findings):
            return None, findings
        self._read_view(tree)
        catalog = Catalog()
        zones = {name: frozenset({zone}) for name, zone in self.view.zones.items()}
        catalog.add(Upstream(self.spec.key, self.view.columns, zones, self.view.fingerprint))
        qualified, _ = qualified_copy(tree, [self.spec.key], self.spec.dialect, catalog)
        walker = Walker(self.spec, self.rendered, catalog)
        relation = walker.relation(qualified, None, {})
        condition = self._condition(qualified)
        assert condition is not None
        findings += [replace(finding, cause=self.role.reads) for finding in walker.names.findings]
        findings += self._unknown(condition, catalog)
        findings += self._type(relation)
        if has_errors(findings):
            return None, findings
        whole = qualified.copy()  # spelling changes the tree
        return Understood(self._spelled(condition, walker), whole, catalog), findings

    def _query(self) -> Rendered:
        """The query, whose every character stands for one of the condition or for the whole of it."""
        place = exp.Var(this="\0")
        condition = exp.alias_(exp.Paren(this=place), self.output, quoted=True)
        query = exp.select(exp.Star(), condition).from_(exp.Table(this=exp.to_identifier(self.spec.name)))
        before, after = query.sql(dialect=self.spec.dialect, identify=True).split(place.name)
        before, after = f"{before}\n", f"\n{after}"
        at = self.span.text.find(self.text)
        inside = (
            self.span.file.span(self.span.start + at, self.span.start + at + len(self.text)) if at >= 0 else self.span
        )
        end = len(before) + len(self.text)
        segments = (
            Segment(0, self.span, verbatim=False),
            Segment(len(before), inside, verbatim=at >= 0),
            Segment(end, self.span, verbatim=False),
        )
        return Rendered(before + self.text + after, LineMap(self.span.file, segments))

    def _condition(self, tree: exp.Query) -> exp.Expr | None:
        """The condition in a tree of the query; None where it has broken out of its brackets."""
        last = tree.expressions[-1] if isinstance(tree, exp.Select) else None
        clauses = {key for key, value in tree.args.items() if value}
        inside = last.this if isinstance(last, exp.Alias) and isinstance(last.this, exp.Paren) else None
        whole = clauses == {"expressions", "from_"} and len(tree.expressions) in (2, 1 + len(self.view.columns))
        return inside.this if inside is not None and whole else None

    def _read_view(self, tree: exp.Query) -> None:
        """Put the view's stand-in into FROM."""
        for table in tree.find_all(exp.Table):
            table.set("alias", exp.TableAlias(this=exp.to_identifier(self.spec.name)))
            for part, text in (("this", self.spec.key), ("db", RELATION_DB)):
                identifier = exp.to_identifier(text, quoted=True)
                identifier.meta["case_sensitive"] = True
                table.set(part, identifier)

    def _refusals(self, condition: exp.Expr) -> list[Diagnostic]:
        found = []
        for node in condition.walk():
            if isinstance(node, exp.Identifier) and node.name.lower().startswith(RESERVED):
                claim = f"the name `{node.name}` is reserved"
                cause = "such names are columns that featurec adds to what it generates"
                found.append(Diagnostic("FC206", claim, span_of(node, self.rendered), cause, "use another column"))
            elif isinstance(node, _MANY_ROWS) or is_aggregate(node):
                return [*found, self._refusal(node, self.role.alone, self.role.elsewhere)]
            elif isinstance(node, _NO_VALUE):
                return [*found, self._refusal(node, "it is no value of the row", "compare columns by their names")]
        return found

    def _refusal(self, node: exp.Expr | None, cause: str, fix: str) -> Diagnostic:
        span = self.span if node is None else span_of(node, self.rendered)
        return Diagnostic(self.role.code, f"the {self.output} is no condition on one row", span, cause, fix)

    def _unknown(self, condition: exp.Expr, catalog: Catalog) -> Iterable[Diagnostic]:
        """The view itself in the place of a column, which would be its whole row."""
        relation = catalog.relation(self.spec.key, self.spec.dialect)
        for column in condition.find_all(exp.Column, exp.TableColumn):
            if (
                column.name.lower() == self.spec.name
                and not column.text("table")
                and column.name not in relation.by_key
            ):
                claim, cause = f"there is no column `{column.name}`", "the view's own name is none"
                fix = did_you_mean(column.name, [output.name for output in relation.outputs])
                yield Diagnostic("FC204", claim, span_of(column, self.rendered), cause, fix)

    def _type(self, relation: Relation) -> Iterable[Diagnostic]:
        type_ = relation.outputs[-1].type
        if family(type_) not in (None, "boolean"):
            named = shown(type_) or "a number"
            yield self._refusal(None, f"it is `{named}`, neither true nor false", "compare it with something")

    def _spelled(self, condition: exp.Expr, walker: Walker) -> str:
        """The condition with columns as the view spells them."""
        brackets = condition.parent
        assert isinstance(brackets, exp.Paren)
        for column, name in walker.names.spelled.values():
            column.replace(exp.Column(this=exp.to_identifier(name, quoted=True)))
        return str(brackets.this.sql(dialect=self.spec.dialect, comments=False))
