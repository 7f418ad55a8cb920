"""Functions in FROM: rows made of their arguments alone, and numbers and times in a row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from sqlglot import exp

from featurec.analysis.time.constants import parsed_span
from featurec.analysis.time.facts import Edge, Facts
from featurec.analysis.time.nodes import DAY, ZERO, Kind, Linear, Node
from featurec.analysis.time.protocol import Values
from featurec.analysis.time.tables import OTHER, Case, Span, Table, Value, Waits, difference
from featurec.analysis.time.terms import Terms

_SERIES = (exp.GenerateSeries, exp.GenerateDateArray, exp.GenerateTimestampArray)
_COUNTING = frozenset({"numbers", "range", "zeros", "numbers_mt", "zeros_mt"})
"""Tables of numbers from 0, or from their first of two arguments, on."""
_WITH_INDEX = (exp.Posexplode,)
_WRAPPERS = (exp.Table, exp.Lateral, exp.TableFromRows, exp.Explode, exp.Kwarg, exp.Paren)


@dataclass(frozen=True)
class _Series:
    """``generate_series(start, end, step)``, from 0 on where no start is given. Attributes: ``dates``, of dates."""

    start: exp.Expr | None
    end: exp.Expr | None
    step: exp.Expr | None
    dates: bool = False


def function_table(values: Values, item: exp.Expr) -> Table:
    """The relation of a function in FROM, for a row that its arguments may read.

    Its rows wait for its arguments; so do its columns, of which those that are not known by name are ``OTHER``.
    """
    call = _call(item)
    series = _series(call)
    waits = _waits(values, call, series)
    optional = bool(item.args.get("outer")) or isinstance(call, exp.ExplodeOuter)
    facts = Facts().plus(values.edges, values.present)
    columns: list[tuple[str, Value]] = []
    if series is not None:
        facts, element = _element(values, series, always=not optional)
        columns.append((_name(call), element))
    else:
        columns += [("pos", _count(values.terms))] if isinstance(call, _WITH_INDEX) else []
        columns += [(_name(call), Value(linear=Linear(values.terms.var("an element")))) for _ in _arrays(call)]
    columns += [(name, _count(values.terms)) for name in _indexes(item, call)]
    named = item.args["alias"].columns if isinstance(item.args.get("alias"), exp.TableAlias) else []
    columns += [(part.name, Value(linear=Linear(values.terms.var("a part")))) for part in named[len(columns) :]]
    alias = item.alias_or_name
    if alias and columns:
        # Some dialects call the only column as they call the function.
        columns.append((alias, columns[0][1]))
    columns.append((OTHER, Value(waits)))
    counts = [value.linear.plus for name, value in columns if name in ("pos", *_indexes(item, call)) and value.linear]
    facts = facts.plus([Edge(ZERO, node, 0) for node in counts])
    return Table(tuple(name for name, _ in columns), (Case(facts, waits, tuple(v for _, v in columns)),), open=True)


EXPLODING = (exp.Unnest, exp.Explode, exp.ExplodeOuter, exp.ExplodingGenerateSeries, exp.Inline)


def exploded(values: Values, node: exp.Expr) -> Value:
    """A function that makes rows, where a value is expected: each of its elements in turn."""
    call = _call(node)
    series = _series(call)
    waits = _waits(values, call, series)
    if series is None:
        return Value(waits, Linear(values.terms.var("an element")))
    facts, element = _element(values, series, always=not isinstance(node, exp.ExplodeOuter))
    values.edges += [edge for edge in facts.edges if edge not in values.edges]
    values.present += facts.present
    return Value(waits, element.linear)


def rows_of(projections: Sequence[exp.Expr]) -> list[exp.Expr]:
    """The calls in a SELECT list that make rows."""
    return [node for projection in projections for node in projection.find_all(*EXPLODING)]


def numbers_rows(node: exp.Expr) -> bool:
    """Whether it is the SEQ4 of ``ROW_NUMBER() OVER (ORDER BY SEQ4()) … FROM TABLE(GENERATOR(…))``: always the same numbers."""
    window, select = node.find_ancestor(exp.Window), node.find_ancestor(exp.Select)
    if window is None or select is None or not isinstance(window.this, exp.RowNumber) or select.args.get("joins"):
        return False
    from_ = select.args.get("from_")
    item = from_.this if from_ is not None else None
    return isinstance(item, exp.TableFromRows) and isinstance(item.this, exp.Generator)


def array_join(values: Values, node: exp.Join) -> Table:
    """ClickHouse's ``ARRAY JOIN tags AS tag, …``: an element of each array, all of the same index."""
    parts = [node.this, *node.expressions]
    waits = Value().waits.union(*(values.value(part).waits for part in parts))
    found = tuple(Value(linear=Linear(values.terms.var("an element"))) for _ in parts)
    facts = Facts().plus(values.edges, values.present)
    return Table(tuple(part.alias_or_name for part in parts), (Case(facts, waits, found),))


def _call(item: exp.Expr) -> exp.Expr:
    """The function that makes the rows."""
    call = item
    while isinstance(call, _WRAPPERS) and isinstance(call.this, exp.Expr):
        if isinstance(call, exp.Explode) and _series(call.this) is None:
            return call
        call = call.expression if isinstance(call, exp.Kwarg) else call.this
    if isinstance(call, exp.Unnest) and len(call.expressions) == 1 and _series(call.expressions[0]) is not None:
        inner: exp.Expr = call.expressions[0]
        return inner
    return call


def _series(call: exp.Expr) -> _Series | None:
    if isinstance(call, _SERIES):
        start, end, step = (call.args.get(key) for key in ("start", "end", "step"))
        return _Series(start, end, step, isinstance(call, exp.GenerateDateArray))
    if isinstance(call, exp.Anonymous) and call.name.lower() in _COUNTING and call.expressions:
        first = call.expressions[0] if len(call.expressions) > 1 else None
        return _Series(first, None, None)
    return None


def _waits(values: Values, call: exp.Expr, series: _Series | None) -> Waits:
    """What the arguments wait for; a series up to the present moment only lacks its last rows."""
    waits = (values.opaque(call) if isinstance(call, EXPLODING) else values.value(call)).waits
    if series is None or series.end is None or _direction(values, series) <= 0:
        return waits
    clock = {wait for wait in values.value(series.end).waits if wait.rule == "FC304"}
    rest = {w for part in (series.start, series.step) if part is not None for w in values.value(part).waits}
    return (waits - (clock - rest)) | {replace(wait, mild=True) for wait in clock}


def _element(values: Values, series: _Series, *, always: bool) -> tuple[Facts, Value]:
    """An element of a series lies between its ends.

    Args:
        always: there is no row where an end is NULL.
    """
    terms = values.terms
    start = Linear() if series.start is None else _bound(values, series.start)
    end = None if series.end is None else _bound(values, series.end)
    daily = start is not None and _is_day(terms, start) and _is_whole_days(values, series)
    kind: Kind = "unknown" if start is None or _is_number(values, series.start) else terms.kind(start.plus)
    node = terms.var("an element", total=always, grid=DAY if daily else 0, kind=kind)
    own = Linear(node)
    direction = _direction(values, series)
    edges: list[Edge] = []
    for bound, side in ((start, direction), (end, -direction)):
        if bound is not None and side:
            edges += difference(bound, own, 0) if side > 0 else difference(own, bound, 0)
    ends = {linear.plus for linear in (start, end) if linear is not None and linear.is_time}
    present = ends - {ZERO} if always else frozenset[Node]()
    return Facts().plus([*values.edges, *edges], [*values.present, *present]), Value(linear=own)


def _bound(values: Values, node: exp.Expr) -> Linear | None:
    value = values.value(node)
    if isinstance(value.constant, Fraction):
        return Linear(offset=int(value.constant)) if value.constant.denominator == 1 else None
    return values.time_of(value)


def _is_number(values: Values, node: exp.Expr | None) -> bool:
    return node is None or isinstance(values.value(node).constant, Fraction)


def _direction(values: Values, series: _Series) -> int:
    """1 for a series that rises, -1 for one that falls, 0 where that is not known."""
    if series.step is None:
        # Spark's falls where the end comes before the start.
        return 1 if values.around.dialect not in ("spark", "databricks") or series.end is None else 0
    step = _step(values, series.step)
    if isinstance(step, Fraction):
        return (step > 0) - (step < 0)
    if step is None or not (step.months or step.microseconds):
        return 0
    if step.months >= 0 and step.microseconds >= 0:
        return 1
    return -1 if step.months <= 0 and step.microseconds <= 0 else 0


def _step(values: Values, node: exp.Expr) -> Fraction | Span | None:
    found = values.value(node).constant
    return parsed_span(found) if isinstance(found, str) else found


def _is_whole_days(values: Values, series: _Series) -> bool:
    if series.step is None:
        return series.dates
    step = _step(values, series.step)
    return isinstance(step, Span) and step.microseconds % DAY == 0


def _is_day(terms: Terms, linear: Linear) -> bool:
    return linear.is_time and linear.offset % DAY == 0 and terms.residue(linear.plus, DAY) == 0


def _arrays(call: exp.Expr) -> list[exp.Expr]:
    """The arguments of which each gives a column."""
    if isinstance(call, exp.Unnest):
        return list(call.expressions)
    return [call]


def _name(call: exp.Expr) -> str:
    """The name of a function's only column, where no alias says another."""
    if isinstance(call, exp.GenerateSeries):
        return "range" if call.args.get("is_end_exclusive") else "generate_series"
    if isinstance(call, exp.Anonymous):
        return {"numbers": "number", "range": "id"}.get(call.name.lower(), call.name.lower())
    return "col" if isinstance(call, exp.Explode) else "unnest"


def _indexes(item: exp.Expr, call: exp.Expr) -> Iterator[str]:
    """The name of the column that counts the elements."""
    for node in dict.fromkeys((item, call)):
        offset = node.args.get("offset")
        if isinstance(offset, exp.Identifier):
            yield offset.name
        elif offset or node.args.get("ordinality"):
            yield "offset" if isinstance(node, exp.Unnest) else "ordinality"


def _count(terms: Terms) -> Value:
    return Value(linear=Linear(terms.var("an index")))
