"""Windowed features: one value per spine row, by a skeleton of ``templates/sql/window``.

A skeleton computes *slots*: counts, sums, extremes, and numbers of rows in the order of rank. What a feature is, is made of
slots in the same way for every skeleton, so that they can only differ in the slots.
"""

from types import SimpleNamespace

from featurec.analysis.types import family
from featurec.codegen.events import Events
from featurec.codegen.query import Query
from featurec.codegen.running import prefix
from featurec.codegen.slots import Slot, SpanSql
from featurec.codegen.spelling import sql_type
from featurec.plan.nodes import EVENT, Span, WindowAgg, WindowFeature
from featurec.plan.windows import RANGE_JOIN


def join_windows(query: Query, node: WindowAgg) -> list[str]:
    """The joins that bring the windows of a node; what they need becomes common table expressions."""
    return _Windows(query, node).joins()


def window_outputs(query: Query, node: WindowAgg) -> list[tuple[str, str]]:
    """Output name and SELECT item of each feature of a node whose joins are there."""
    return _Windows(query, node).outputs()


class _Windows:
    """The slots of a node, and what is made of them."""

    def __init__(self, query: Query, node: WindowAgg) -> None:
        self.query = query
        self.node = node
        self.events = Events(query, node)
        self.slots: dict[tuple[object, ...], Slot] = {}
        spans = dict.fromkeys(feature.span for feature in node.features)
        self.spans: dict[Span, SpanSql] = {s: SpanSql(n, s.start, s.end) for n, s in enumerate(spans, 1)}
        self.made_of = {feature: self._made_of(feature) for feature in node.features}
        dialect = query.dialect
        shift = f" - {dialect.window_duration(node.earlier)}" if node.earlier else ""
        self.time = dialect.window_instant(dialect.finite_instant("__fc_spine.__fc_time")) + shift

    def joins(self) -> list[str]:
        """See ``join_windows``."""
        node, events, query = self.node, self.events, self.query
        query.cte(events.name, events.sql(self._tile_of(query.dialect.window_instant(EVENT)) if node.tile else None))
        query.cte(node.name, self._body())
        joins = {node.name: f"LEFT JOIN {node.name} ON {node.name}.__fc_row = __fc_spine.__fc_row"}
        for slots in self.made_of.values():
            if "place" in slots:
                slot = slots["place"]
                alias = f"{node.name}{slot.name}"
                keys = " AND ".join(f"{alias}.{key.column} = __fc_spine.{key.spine}" for key in events.keys)
                found = f"{alias}.{slot.value} = {node.name}.{slot.name}"
                joins[alias] = f"LEFT JOIN {events.name} AS {alias}\n  ON {keys} AND {found}"
        for feature, slots in self.made_of.items():
            if "last_place" in slots:
                name = self._list_name(feature)
                query.cte(name, self._last_n(feature, slots))
                joins[name] = f"LEFT JOIN {name} ON {name}.__fc_row = __fc_spine.__fc_row"
        return list(joins.values())

    def outputs(self) -> list[tuple[str, str]]:
        """See ``window_outputs``."""
        return [
            (feature.output, f"{self._expression(feature, slots)} AS {self.query.id(feature.output)}")
            for feature, slots in self.made_of.items()
        ]

    def _made_of(self, feature: WindowFeature) -> dict[str, Slot]:
        """The slots of a feature, by what they are for."""
        function, events = feature.function, self.events
        match function:
            case "count" | "sum" | "min" | "max":
                return {function: self._slot(function, events.value(feature), feature)}
            case "count_distinct":
                return {"distinct": self._slot("distinct", events.value(feature), feature)}
            case "avg":
                value = events.value(feature)
                return {kind: self._slot(kind, value, feature) for kind in ("sum", "count")}
            case "variance" | "stddev":
                return {"variance": self._slot("variance", events.value(feature), feature)}
        place, plain = events.place(feature), events.plain(feature)
        if function == "first":
            return {"place": self._slot("first_place", place, feature)}
        if function in ("last", "last_not_null"):
            return {"place": self._slot("last_place", place, feature)}
        if self.node.strategy == RANGE_JOIN:
            return {"list": self._slot("list", plain, feature, place, feature.n)}
        return {kind: self._slot(kind, place, feature) for kind in ("last_place", "count")}

    def _slot(
        self, kind: str, value: str, feature: WindowFeature, place: str | None = None, n: int | None = None
    ) -> Slot:
        key = (kind, value, feature.span, place, n)
        if key not in self.slots:
            self.slots[key] = Slot(f"__fc_v{len(self.slots) + 1}", kind, value, self.spans[feature.span], place, n)
        return self.slots[key]

    def _expression(self, feature: WindowFeature, slots: dict[str, Slot]) -> str:
        """What a feature is, made of its slots."""
        names = {kind: f"{self.node.name}.{slot.name}" for kind, slot in slots.items()}
        double = sql_type("double", self.query.dialect.sqlglot)
        match feature.function:
            case "count" | "count_distinct":
                expression = f"COALESCE({next(iter(names.values()))}, 0)"
            case "avg":
                expression = f"CAST({names['sum']} AS {double}) / NULLIF({names['count']}, 0)"
            case "stddev":
                expression = f"sqrt(CAST({names['variance']} AS {double}))"
            case "last_n":
                return names.get("list", f"{self._list_name(feature)}.__fc_list")
            case "first" | "last" | "last_not_null":
                return f"{self.node.name}{slots['place'].name}.{self.events.plain(feature)}"
            case _:
                expression = next(iter(names.values()))
        return f"CAST({expression} AS {sql_type(feature.type, self.query.dialect.sqlglot)})"

    def _body(self) -> str:
        """The SELECT of one row per spine row that has a window, with a column per slot."""
        slots = list(self.slots.values())
        if self.node.strategy == "prefix":
            return prefix(self.events, slots, self.time, self._sum_types())
        if self.node.strategy == "tiles":
            return self._tiles(slots)
        starts = [span.start for span in self.spans.values()]
        reach = None if None in starts else max(start for start in starts if start is not None)
        return self.query.render(
            f"window/{self.node.strategy}.sql",
            events=self.events.name,
            keys=self.events.keys,
            key_columns=self.events.key_columns,
            row_key=self.node.row_key,
            time=self.time,
            slots=slots,
            spans=list(self.spans.values()),
            values=list(dict.fromkeys(name for slot in slots for name in (slot.value, slot.place) if name)),
            reach=reach,
        )

    def _tiles(self, slots: list[Slot]) -> str:
        parts = {key: f"__fc_p{n}" for n, key in enumerate(dict.fromkeys((s.kind, s.value) for s in slots), 1)}
        named = [SimpleNamespace(kind=kind, value=value, name=name) for (kind, value), name in parts.items()]
        keys, columns = self.events.keys, self.events.key_columns
        tile = self.query.render("window/tile.sql", events=self.events.name, key_columns=columns, parts=named)
        end = next(iter(self.spans.values())).end
        return self.query.render(
            "window/tiles.sql",
            events=self.events.name,
            tiles=self.query.cte(f"{self.node.name}_tiles", tile),
            keys=keys,
            key_columns=columns,
            parts=named,
            time=self.time,
            latest=f"{self.time} - {self.query.dialect.window_duration(end)}" if end else self.time,
            beginning=self.query.dialect.window_end(last=False),
            ending=self.query.dialect.window_end(last=True),
            tile=self.node.tile,
            tile_of=self._tile_of,
            spans=list(self.spans.values()),
            slots=[
                SimpleNamespace(name=s.name, kind=s.kind, value=s.value, span=s.span, tiled=parts[s.kind, s.value])
                for s in slots
            ],
        )

    def _tile_of(self, instant: str) -> str:
        """The first microsecond since 1970 of the tile that an instant is in; before 1970 too."""
        dialect, tile = self.query.dialect, self.node.tile
        epoch = f"({instant})" if dialect.counts_time else dialect.epoch.format(x=f"({instant})")
        return f"({epoch} - ({epoch} % {tile} + {tile}) % {tile})"

    def _last_n(self, feature: WindowFeature, slots: dict[str, Slot]) -> str:
        return self.query.render(
            "window/last_n.sql",
            events=self.events.name,
            keys=self.events.keys,
            picked=self.node.name,
            last=slots["last_place"].name,
            count=slots["count"].name,
            place=slots["last_place"].value,
            value=self.events.plain(feature),
            n=feature.n,
        )

    def _list_name(self, feature: WindowFeature) -> str:
        return f"{self.node.name}_list_{self.node.features.index(feature) + 1}"

    def _sum_types(self) -> dict[str, str]:
        """The types in which what leaves a window is subtracted: one that has room for the negative of every value."""
        types = {}
        for feature, slots in self.made_of.items():
            if "sum" in slots and feature.column is not None:
                kind = feature.column.type or ""
                types[slots["sum"].value] = "decimal(38,0)" if family(kind) == "integer" else kind
        return types
