"""Names: the columns of the tables in scope, fields of structs, and whole rows."""

import re
from dataclasses import replace

from sqlglot import exp

from featurec.analysis.scope import FEATURE, INPUT
from featurec.analysis.time.aggregates import aggregates
from featurec.analysis.time.facts import Facts
from featurec.analysis.time.protocol import Values
from featurec.analysis.time.tables import HERE, NO_WAITS, OTHER, Case, Row, Table, Value, Waits, later

_STORAGE = frozenset({"rowid", "ctid", "_row_id", "_part_offset", "_block_number", "xmin", "xmax", "cmin", "cmax"})
"""Columns that every table has of where and in which order its rows are stored."""


_WINDOWS = frozenset({"window", "session_window"})


def column(values: Values, node: exp.Column) -> Value | None:
    """The value of a name; None for a name without a prefix that is none of a column."""
    found = _prefixed(values, node) if node.table else _plain(values, node)
    return None if found is None else _placed(values, node, found)


def field(struct: Value, name: str) -> Value:
    """A field of a struct: as late as all of it, where the field is not known.

    What the struct waits for beside its fields, all of them wait for.
    """
    found = struct.fields.get(name.lower())
    if found is None:
        return Value(struct.waits)
    beside = struct.waits.difference(*(inner.waits for inner in struct.fields.values()))
    return replace(found, waits=found.waits | beside)


def whole(row: dict[str, Value]) -> Value:
    """A row as one value."""
    waits = NO_WAITS.union(*(value.waits for value in row.values()))
    return Value(waits, fields={key.lower(): value for key, value in row.items()})


def whole_row(values: Values, node: exp.TableColumn) -> Value | None:
    """A table's name as a value: its row."""
    return column(values, exp.column(node.this.copy()))


def all_columns(values: Values, node: exp.Expr) -> Value:
    """``*`` within a call, ``COLUMNS('pattern')``: all columns in scope that the pattern finds."""
    pattern = node.this.name if isinstance(node, exp.Columns) and isinstance(node.this, exp.Literal) else ""
    found = [
        value
        for table in values.row.tables.values()
        for key, value in table.items()
        if key == OTHER or not pattern or _finds(pattern, key)
    ]
    return _placed(values, node, Value(NO_WAITS.union(*(value.waits for value in found))))


def _finds(pattern: str, key: str) -> bool:
    try:
        return re.search(pattern, key, re.IGNORECASE) is not None
    except re.error:
        return True


def _placed(values: Values, node: exp.Expr, found: Value) -> Value:
    """The value; what it waits for itself is blamed on the place that first names it."""
    if not any(wait.at == HERE for wait in found.waits):
        return found
    at = values.around.number(node)
    return replace(found, waits=frozenset(replace(w, at=at) if w.at == HERE else w for w in found.waits))


def _prefixed(values: Values, node: exp.Column) -> Value | None:
    alias, key = node.table, node.name
    if alias in (INPUT, FEATURE):
        return Value()
    row: Row | None = values.row
    while row is not None:
        table = row.tables.get(alias)
        if table is not None:
            found = table.get(key, table.get(OTHER))
            if found is not None:
                return found
            if isinstance(node.this, exp.Star):
                return whole(dict(table))
            if key.lower() in _STORAGE:
                return _stored(values, node)
        inner = row.tables.get("", {}).get(f"{alias}.{key}")
        if inner is not None:
            return inner
        row = row.outer
    # `w.end`, where `w` is a struct and no table.
    struct = exp.column(node.parts[0].copy())
    found = column(values, struct) or _grouped(values, node)
    if found is None:
        return None
    for part in node.parts[1:]:
        found = field(found, part.name)
    return found


def _grouped(values: Values, node: exp.Column) -> Value | None:
    """Spark: the struct that GROUP BY ``window(…)`` makes is called as the function is."""
    select = node.find_ancestor(exp.Select)
    group = select.args.get("group") if select is not None else None
    name = node.parts[0].name.lower()
    keys = group.expressions if group is not None and name in _WINDOWS else ()
    return next((values.value(k) for k in keys if isinstance(k, exp.Anonymous) and k.name.lower() == name), None)


def _plain(values: Values, node: exp.Column) -> Value | None:
    key = node.name
    row: Row | None = values.row
    others: list[Value] = []
    while row is not None:
        found = next((table[key] for table in row.tables.values() if key in table), row.aliases.get(key))
        if found is None and key in row.tables:
            found = whole(dict(row.tables[key]))
        if found is not None:
            # It may also be a column of a relation further in whose columns are not all known.
            return _either(found, others) if others else found
        others += [table[OTHER] for table in row.tables.values() if OTHER in table]
        row = row.outer
    if others:
        return _either(Value(), others)
    grouped = _grouped(values, node) or _scalar(values, node)
    if grouped is not None:
        return grouped
    return _stored(values, node) if key.lower() in _STORAGE and values.row.tables else None


class Scalar:
    """ClickHouse's ``WITH expression AS name``: a value of each row, not a relation. Attributes: ``node``, the expression."""

    def __init__(self, node: exp.Expr) -> None:
        self.node = node
        self.is_open = False

    def table(self) -> Table:
        """As a relation it has one row, of which nothing is known."""
        what = "a value is read as a relation"
        wait = later("FC399", HERE, what, doubt=what)
        return Table((OTHER,), (Case(Facts(), frozenset({wait}), (Value(frozenset({wait})),)),), open=True)


def _scalar(values: Values, node: exp.Column) -> Value | None:
    """A name that WITH gives to an expression."""
    found = values.row.ctes.get(node.name)
    if not isinstance(found, Scalar) or found.is_open:
        return None
    if aggregates(found.node) or any(not _is_within_query(part) for part in found.node.find_all(exp.Window)):
        what = f"an aggregate called `{node.name}` in WITH"
        return Value(frozenset({later("FC399", values.around.number(node), what, doubt=what)}))
    found.is_open = True
    value = values.value(found.node)
    found.is_open = False
    return value


def _is_within_query(node: exp.Expr) -> bool:
    """Whether a part of a scalar belongs to a query of its own."""
    return isinstance(node.find_ancestor(exp.Select, exp.CTE), exp.Select)


def _either(value: Value, others: list[Value]) -> Value:
    return Value(value.waits.union(*(other.waits for other in others)))


def _stored(values: Values, node: exp.Column) -> Value:
    what = f"`{node.name}` says where a row happens to be stored"
    return Value(frozenset({later("FC312", values.around.number(node), what)}))


def structured(values: Values, node: exp.Expr) -> Value:
    """A struct: ``{'t': ts}``, ``struct(ts AS t)``, ``ROW(ts)``, ``(ts, amount)``."""
    fields: dict[str, Value] = {}
    waits: Waits = NO_WAITS
    for number, part in enumerate(node.expressions, 1):
        named = isinstance(part, exp.PropertyEQ | exp.Alias)
        inner = values.value(part.expression if isinstance(part, exp.PropertyEQ) else part)
        name = part.this.name if isinstance(part, exp.PropertyEQ) else part.alias_or_name
        fields[str(number)] = fields[f"col{number}"] = inner
        if name and (named or isinstance(part, exp.Column)):
            fields[name.lower()] = inner
        waits |= inner.waits
    return Value(waits, fields=fields)


def dotted(values: Values, node: exp.Dot) -> Value:
    """``(struct).field``."""
    return field(values.value(node.this), node.expression.name)


def extracted(values: Values, node: exp.Expr) -> Value:
    """``struct_extract(s, 'field')``, ``tupleElement(s, 1)``."""
    struct, name = (node.this, node.expression) if isinstance(node, exp.StructExtract) else node.expressions[:2]
    found = field(values.value(struct), name.name)
    return replace(found, waits=found.waits | values.value(name).waits)


def subscripted(values: Values, node: exp.Bracket) -> Value | None:
    """``s['field']``; None for an element of an array."""
    key = node.expressions[0] if len(node.expressions) == 1 else None
    struct = values.value(node.this)
    if isinstance(key, exp.Literal) and key.is_string and struct.fields:
        return field(struct, key.name)
    return None
