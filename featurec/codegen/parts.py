"""A training set in parts: statements that compute one after the other, and the query that puts them together in order."""

from dataclasses import dataclass, replace
from typing import TypeVar

from sqlglot import exp

from featurec.analysis.model import AnalyzedProject, AnalyzedView
from featurec.codegen.generate import generate
from featurec.codegen.spelling import ident, render_sql
from featurec.diagnostic import Diagnostic, has_errors
from featurec.dialects.dialect import Dialect
from featurec.plan.nodes import AsOf, ByTime, Numbered, Part, StoredRows, Training, WindowAgg
from featurec.plan.parts import NUMBERED, Division, parts
from featurec.plan.physical import Physical
from featurec.plan.view_plans import Build, Plan

_COSTLY = (
    exp.AggFunc,
    exp.Distinct,
    exp.Group,
    exp.Join,
    exp.Lateral,
    exp.Limit,
    exp.Order,
    exp.SetOperation,
    exp.Subquery,
    exp.Unnest,
    exp.Window,
    exp.With,
)
"""What makes a query more than a scan, which is as fast when it is read again."""

_Node = TypeVar("_Node", AsOf, WindowAgg)


@dataclass(frozen=True)
class InParts:
    """A training set in parts.

    Attributes:
        statements: to be run in order; they leave temporary tables.
        sql: the training set, from these.
    """

    statements: tuple[str, ...]
    sql: str


def generate_parts(
    plan: Training, division: Division, analyzed: AnalyzedProject, dialect: Dialect, physical: Physical
) -> tuple[InParts | None, list[Diagnostic]]:
    """The statements and the query, or the findings that forbid them. Only for DuckDB, whose SQL the skeletons speak."""
    assert not isinstance(plan.spine, Part)
    writing = _Writing(analyzed, dialect, physical)
    writing.keep(NUMBERED, Numbered(plan.spine))
    plan = writing.with_kept_rows(plan)
    answers: dict[str, str] = {}
    for number, group in enumerate(division.groups, 1):
        answer = f"__fc_answer_{number}"
        answers |= dict.fromkeys(group.roles, answer)
        if isinstance(group.by, ByTime) and group.total > 1:
            spine = ident(NUMBERED, dialect)
            writing.say("parts/bounds.sql", name=group.by.bounds, spine=spine, total=group.total)
        for part in parts(plan, group):
            writing.keep((answer,), part)
    sql = render_sql(
        "parts/training.sql",
        dialect,
        spine=ident(NUMBERED, dialect),
        spine_columns=[ident(column.name, dialect) for column in plan.spine.columns],
        answers=list(dict.fromkeys(answers.values())),
        outputs=[(answers[role], ident(output.output, dialect)) for role, output in plan.outputs],
    )
    return (None if has_errors(writing.findings) else InParts(tuple(writing.statements), sql)), writing.findings


class _Writing:
    """Statements on their way."""

    def __init__(self, analyzed: AnalyzedProject, dialect: Dialect, physical: Physical) -> None:
        self.statements: list[str] = []
        self.findings: list[Diagnostic] = []
        self._analyzed = analyzed
        self._dialect = dialect
        self._physical = physical
        self._tables: set[tuple[str, ...]] = set()

    def say(self, template: str, **values: object) -> None:
        self.statements.append(render_sql(template, self._dialect, **values))

    def keep(self, table: tuple[str, ...], plan: Plan) -> None:
        """Add the rows of a plan to a temporary table, which is made where it is not there."""
        sql, findings = generate(plan, self._analyzed, self._dialect, self._physical)
        self.findings += [finding for finding in findings if finding not in self.findings]
        if sql is not None:
            self.say("parts/more.sql" if table in self._tables else "parts/kept.sql", name=table, query=sql)
        self._tables.add(table)

    def with_kept_rows(self, plan: Training) -> Training:
        """The plan reading views that are costly to compute from tables, in which they are kept."""
        return replace(
            plan,
            lookups=tuple(self._kept(node) for node in plan.lookups),
            windows=tuple(self._kept(node) for node in plan.windows),
        )

    def _kept(self, node: _Node) -> _Node:
        rows = node.rows
        if isinstance(rows, StoredRows) or self._is_scan(self._analyzed.views[rows.view]):
            return node
        table = (f"__fc_kept_{rows.view}",)
        if table not in self._tables:
            self.keep(table, Build(rows))
        return replace(node, rows=StoredRows(rows.view, table, rows.columns))

    def _is_scan(self, view: AnalyzedView) -> bool:
        """Whether a view only reads, of tables and Parquet files, rows and columns as they come."""
        sources = self._analyzed.project.sources
        tables = [sources.get(key) for key in view.relations]
        quick = all(table and not (table.path or "").lower().endswith((".csv", ".csv.gz")) for table in tables)
        return quick and view.resolved_tree().find(*_COSTLY) is None
