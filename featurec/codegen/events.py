"""The rows of a view as windows read them: keys, times, and a column for each thing that is aggregated."""

from dataclasses import dataclass
from types import SimpleNamespace

from featurec.analysis.types import family
from featurec.codegen.query import Query
from featurec.codegen.ranking import rank_terms
from featurec.codegen.spelling import sql_type
from featurec.plan.nodes import EVENT, WindowAgg, WindowFeature

_SUMMED = frozenset({"sum", "avg", "variance", "stddev"})


@dataclass(frozen=True)
class EventKey:
    """A key: column of the view, column of the spine, and the column that it is here."""

    view: str
    spine: str
    column: str


class Events:
    """The relation ``window/events.sql`` of one node. Columns are added as features ask for them.

    Attributes:
        full: columns that are known to hold no NULL, so that as many values are counted as rows.
    """

    def __init__(self, query: Query, node: WindowAgg) -> None:
        self.query = query
        self.node = node
        self.name = f"{node.name}_events"
        self.keys = [EventKey(query.id(k.view), query.id(k.spine), f"__fc_key_{n}") for n, k in enumerate(node.keys, 1)]
        self.key_columns = [key.column for key in self.keys]
        self.full: set[str] = set()
        self._columns: dict[str, str] = {}

    def sql(self, tile: str | None) -> str:
        """The relation; ``tile`` is the expression of its tile, for a node that has tiles."""
        columns = [SimpleNamespace(name=name, expression=text) for text, name in self._columns.items()]
        if tile is not None:
            columns.append(SimpleNamespace(name="__fc_tile", expression=tile))
        return self.query.render(
            "window/events.sql",
            keys=self.keys,
            row_key=[self.query.id(name) for name in self.node.row_key],
            rank=rank_terms(self.query, self.node.rank, descending=False),
            columns=columns,
            relation=self.query.part_rows(self.node.rows),
        )

    def plain(self, feature: WindowFeature) -> str:
        """The column as it is."""
        assert feature.column is not None
        return self._column("x", self.query.id(feature.column.name))

    def value(self, feature: WindowFeature) -> str:
        """What is aggregated, NULL where the condition leaves a row out; the event time stands for a row."""
        if feature.column is None:
            return EVENT if feature.condition is None else self._column("x", self._where(feature, "1"))
        expression, kind = self.query.id(feature.column.name), feature.column.type or ""
        if feature.function in _SUMMED and kind == "float":
            expression = self._cast(expression, "double")
        elif feature.function in _SUMMED and kind.startswith("u"):
            # Sums of unsigned integers have no type of their own in every engine.
            expression = self._cast(expression, "decimal(38,0)")
        elif feature.function in ("min", "max") and kind == "boolean":
            expression = self._cast(expression, "integer")
        elif feature.function in ("min", "max") and family(kind) == "text":
            expression = self.query.dialect.order_text.format(x=expression)
        if feature.condition is not None:
            return self._column("x", self._where(feature, expression))
        found = self._column("x", expression)
        if feature.column.name in self.node.full:
            self.full.add(found)
        return found

    def place(self, feature: WindowFeature) -> str:
        """The number of a row, in order of rank, among those of its entity that the function may pick."""
        conditions = [] if feature.condition is None else [self._condition(feature)]
        if feature.function == "last_not_null" and feature.column is not None:
            conditions.append(f"{self.query.id(feature.column.name)} IS NOT NULL")
        condition = " AND ".join(f"({text})" for text in conditions)
        parts = [key.view for key in self.keys] + ([condition] if condition else [])
        rank = rank_terms(self.query, self.node.rank, descending=False)
        number = f"row_number() OVER (PARTITION BY {', '.join(parts)} ORDER BY {rank})"
        return self._column("place", f"CASE WHEN {condition} THEN {number} END" if condition else number)

    def _where(self, feature: WindowFeature, expression: str) -> str:
        return f"CASE WHEN {self._condition(feature)} THEN {expression} END"

    def _condition(self, feature: WindowFeature) -> str:
        assert feature.condition is not None
        return self.query.condition(feature.condition, self.node.rows.view)

    def _cast(self, expression: str, kind: str) -> str:
        return f"CAST({expression} AS {sql_type(kind, self.query.dialect.sqlglot)})"

    def _column(self, prefix: str, expression: str) -> str:
        if expression not in self._columns:
            self._columns[expression] = f"__fc_{prefix}{len(self._columns) + 1}"
        return self._columns[expression]
