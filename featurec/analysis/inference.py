"""The type of an expression, where it is certain in every engine that may run it.

sqlglot's ``annotate_types`` guesses (``ts - ts`` a timestamp, ``extract(epoch …) / 3600`` an integer, nothing below
LATERAL); a guess would refuse legal SQL or cast away digits. So each node class that is known is named here, and
anything else has no type.
"""

from collections.abc import Callable, Mapping

from sqlglot import exp
from sqlglot.errors import SqlglotError

from featurec.analysis.functions import ARGUMENT, SUFFIXES, TYPES
from featurec.analysis.types import (
    NULL,
    NUMBER,
    NUMERIC,
    TEMPORAL,
    arithmetic,
    canonical,
    family,
    field_type,
    merge,
)
from featurec.column_type import field_name, spell

ColumnType = Callable[[exp.Expr], str | None]
"""Type of a ``Column`` or a query in value position, by its node."""

_DAY_KEEPS_DATE = frozenset({"spark", "databricks", "snowflake", "clickhouse", "trino", "bigquery"})
_DATE_MINUS_DATE = frozenset({"duckdb", "postgres", "redshift", "snowflake", "clickhouse"})
_CLOCK_NAIVE = frozenset({"clickhouse"})


class Inference:
    """Types of expressions of one scope."""

    def __init__(self, dialect: str, column: ColumnType) -> None:
        self.dialect = dialect
        self.column = column

    def of(self, node: exp.Expr | None) -> str | None:
        """The type of an expression; None where it is not certain."""
        if node is None:
            return None
        rule = _RULES.get(type(node))
        if rule:
            return rule(self, node)
        if isinstance(node, exp.Column | exp.Query):
            return self.column(node)
        if isinstance(node, exp.Connector | exp.Predicate | exp.Not):
            # ClickHouse has no boolean of its own in comparisons: they are small integers.
            return None if self.dialect == "clickhouse" else "boolean"
        return None

    def argument(self, node: exp.Expr) -> str | None:
        return self.of(node.this)

    def extreme(self, node: exp.Expr) -> str | None:
        """MIN and MAX; DuckDB's ``max(x, 3)`` is a list."""
        given = self.of(node.this)
        return f"{given}[]" if given and node.args.get("count") else given

    def merged(self, node: exp.Expr) -> str | None:
        """COALESCE, GREATEST, LEAST: the common type of all arguments."""
        return merge(self.of(part) for part in (node.this, *node.expressions))

    def case(self, node: exp.Expr) -> str | None:
        results = [branch.args.get("true") for branch in node.args.get("ifs") or ()]
        if node.args.get("default"):
            results.append(node.args["default"])
        return merge(self.of(result) for result in results)

    def branches(self, node: exp.Expr) -> str | None:
        """IF(condition, a, b)."""
        given = [part for key in ("true", "false") if (part := node.args.get(key))]
        return merge(self.of(part) for part in given)

    def literal(self, node: exp.Expr) -> str | None:
        if not isinstance(node, exp.Literal):
            return None
        if node.is_string:
            return "varchar"
        if node.is_int:
            return "integer" if abs(int(node.this)) < 2**31 else "bigint"
        return NUMBER

    def add(self, node: exp.Expr) -> str | None:
        left, right = self.of(node.this), self.of(node.expression)
        if family(left) not in TEMPORAL and family(right) in TEMPORAL:
            left, right = right, left
        return self._shifted(left, right, node) or arithmetic(left, right) or self._intervals(left, right)

    def subtract(self, node: exp.Expr) -> str | None:
        left, right = self.of(node.this), self.of(node.expression)
        if family(left) in TEMPORAL and family(right) in TEMPORAL:
            days = family(left) == family(right) == "date" and self.dialect in _DATE_MINUS_DATE
            return NUMBER if days else "interval"
        if family(left) in TEMPORAL and right is None:
            return None
        return self._shifted(left, right, node) or arithmetic(left, right) or self._intervals(left, right)

    def multiply(self, node: exp.Expr) -> str | None:
        left, right = self.of(node.this), self.of(node.expression)
        return arithmetic(left, right) or ("interval" if "interval" in (left, right) else None)

    def divide(self, node: exp.Expr) -> str | None:
        left, right = self.of(node.this), self.of(node.expression)
        if left == "interval":
            return "interval"
        found = arithmetic(left, right)
        return None if found is None else ("double" if "double" in (left, right) else NUMBER)

    def modulo(self, node: exp.Expr) -> str | None:
        return arithmetic(self.of(node.this), self.of(node.expression)) and NUMBER

    def smooth(self, node: exp.Expr) -> str | None:
        """Functions and aggregates that stay double for double and differ between engines for other numbers."""
        if isinstance(node.args.get("quantile") or node.args.get("expression"), exp.Array):
            return None
        given = self.of(node.this)
        if family(given) in TEMPORAL and isinstance(node, _QUANTILES):
            return given
        return "double" if given == "double" else NUMBER if family(given) in NUMERIC else None

    def cast(self, node: exp.Expr) -> str | None:
        to = node.args["to"]
        if to.this == exp.DType.DECIMAL and not to.expressions and self.dialect != "duckdb":
            return NUMBER  # each engine has its own precision
        return canonical(spell(to))

    def truncated(self, node: exp.Expr) -> str | None:
        """DATE_TRUNC keeps naive and aware times apart; a date becomes a timestamp in some engines."""
        given = self.of(node.this)
        if family(given) not in TEMPORAL:
            return None
        if self.dialect in ("spark", "databricks"):
            return "date" if isinstance(node, exp.DateTrunc) else "timestamp"
        if self.dialect == "clickhouse" and node.text("unit").upper() in ("WEEK", "MONTH", "QUARTER", "YEAR"):
            return "date"
        if family(given) == "date":
            if isinstance(node, exp.TimestampTrunc) and self.dialect in ("duckdb", "redshift", "trino"):
                return "date" if self.dialect == "trino" else "timestamp"
            if self.dialect == "postgres":
                return "timestamptz"
            return "date"
        return given

    def at_zone(self, node: exp.Expr) -> str | None:
        if self.dialect in ("spark", "databricks"):  # whose timestamps are instants shown in the session's zone
            return "timestamp"
        return _zoned(self.of(node.this))

    def moved(self, node: exp.Expr) -> str | None:
        """DATE_ADD and its kin: the argument's type, but a date moved by hours is a timestamp."""
        given = self.of(node.this)
        if self.dialect in ("spark", "databricks") and isinstance(node, exp.TsOrDsAdd | exp.AddMonths):
            return "date"
        if family(given) != "date":
            return given if family(given) in TEMPORAL else None
        unit = node.text("unit").upper()
        finer = unit in ("HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND")
        return "timestamp" if finer or self.dialect in ("duckdb", "postgres", "redshift") else "date"

    def now(self, node: exp.Expr) -> str:
        return "timestamp" if self.dialect in _CLOCK_NAIVE or node.args.get("sysdate") else "timestamptz"

    def converted(self, node: exp.Expr) -> str:
        """CONVERT_TIMEZONE: with both zones named it stays naive; Snowflake's other form does not."""
        return "timestamp" if node.args.get("source_tz") or self.dialect != "snowflake" else "timestamptz"

    def named_cast(self, node: exp.Expr) -> str | None:
        """ClickHouse's ``CAST(x, 'DateTime')``."""
        try:
            found = exp.DataType.build(node.args["to"].name, dialect=self.dialect)
        except (SqlglotError, ValueError):
            return None
        return canonical(spell(found))

    def from_epoch(self, node: exp.Expr) -> str | None:
        if family(self.of(node.this)) in TEMPORAL:  # DuckDB's epoch_ms reads both ways
            return NUMBER
        if self.dialect in ("duckdb", "postgres", "redshift"):
            return "timestamp" if node.args.get("scale") else "timestamptz"
        return "timestamptz" if self.dialect in ("bigquery", "trino", "spark", "databricks") else "timestamp"

    def parsed_time(self, _: exp.Expr) -> str:
        return "timestamptz" if self.dialect in ("postgres", "redshift", "bigquery") else "timestamp"

    def array_of(self, node: exp.Expr) -> str | None:
        parts = node.expressions if isinstance(node, exp.Array) else [node.this]
        inner = merge(self.of(part) for part in parts)
        return f"{inner}[]" if inner and inner not in (NULL, NUMBER) else None

    def series(self, node: exp.Expr) -> str | None:
        """Arrays of times or integers from start to end."""
        given = self.of(node.args.get("start"))
        return f"{given}[]" if given and family(given) in (*TEMPORAL, "integer") else None

    def element(self, node: exp.Expr) -> str | None:
        given = self.of(node.this)
        if any(isinstance(part, exp.Slice) for part in node.expressions):
            return given
        return given[:-2] if given and given.endswith("[]") else None

    def field(self, node: exp.Expr) -> str | None:
        """``s.a`` of a struct."""
        return field_type(self.of(node.this), node.expression.name if node.expression else "")

    def struct(self, node: exp.Expr) -> str | None:
        fields = []
        for part in node.expressions:
            if not isinstance(part, exp.PropertyEQ):
                return None
            kind = self.of(part.expression)
            if kind in (None, NULL, NUMBER) or not part.this.name.isidentifier():
                return None
            fields.append(f"{field_name(part.this.name)} {kind}")
        return f"struct({', '.join(fields)})" if fields else None

    def called(self, node: exp.Expr) -> str | None:
        """A function that sqlglot has no class for, by its name; ClickHouse's ``-If`` and ``-OrNull`` forms included."""
        name = node.name.lower()
        arguments = node.expressions
        while name not in TYPES and name not in ARGUMENT:
            suffix = next((s for s in SUFFIXES if name.endswith(s) and self.dialect == "clickhouse"), None)
            if not suffix:
                return None
            name = name.removesuffix(suffix)
        found = TYPES.get(name)
        if found:
            return "timestamp" if found == "timestamptz" and self.dialect in _CLOCK_NAIVE else found
        index = ARGUMENT[name]
        if name.startswith("group"):
            inner = self.of(arguments[index]) if arguments else None
            return f"{inner}[]" if inner and inner not in (NULL, NUMBER) else None
        if name == "timezone":
            return _zoned(self.of(arguments[1])) if len(arguments) > 1 else None
        if name == "tostartofinterval" and _whole_days(arguments[-1], ("WEEK", "MONTH", "QUARTER", "YEAR")):
            return "date"
        if name == "multiif":
            return merge(self.of(part) for part in (*arguments[1::2], *arguments[-1:]))
        given = self.of(arguments[index]) if index < len(arguments) else None
        return given

    def _shifted(self, time: str | None, by: str | None, node: exp.Expr) -> str | None:
        """A time plus or minus something that is no time; None if the first is none."""
        kind = family(time)
        if kind not in TEMPORAL:
            return None
        if kind != "date":
            return time
        if by is None:
            return None if self.dialect not in _DAY_KEEPS_DATE else "date"
        if family(by) in NUMERIC:
            return "date"
        return "date" if self.dialect in _DAY_KEEPS_DATE and _whole_days(node.expression) else "timestamp"

    def _intervals(self, left: str | None, right: str | None) -> str | None:
        return "interval" if left == right == "interval" else None


_DAYS = ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR")


def _whole_days(node: exp.Expr | None, units: tuple[str, ...] = _DAYS) -> bool:
    unit = node.text("unit").upper() if isinstance(node, exp.Interval) else ""
    return unit.rstrip("S") in units


def _zoned(type_: str | None) -> str | None:
    """``x AT TIME ZONE z``: an instant becomes naive, a naive time an instant."""
    kind = family(type_)
    if kind == "timestamptz":
        return "timestamp"
    return "timestamptz" if kind in ("timestamp", "date") else None


_QUANTILES = (exp.Median, exp.Quantile, exp.PercentileCont, exp.WithinGroup)

Rule = Callable[[Inference, exp.Expr], str | None]


def _constant(type_: str) -> Rule:
    return lambda _, __: type_


def _by_name(names: str, rule: Rule) -> dict[type[exp.Expr], Rule]:
    return {found: rule for name in names.split() if (found := getattr(exp, name, None))}


_RULES: Mapping[type[exp.Expr], Rule] = {
    **_by_name(
        "Paren Alias Neg Window Filter IgnoreNulls RespectNulls Order Ordered Limit HavingMax AnyValue First Last "
        "FirstValue LastValue NthValue Lag Lead ArgMax ArgMin Mode Nullif Abs PercentileDisc Distinct Having Collate",
        Inference.argument,
    ),
    **_by_name("Min Max", Inference.extreme),
    **_by_name("Coalesce Greatest Least", Inference.merged),
    **_by_name("Cast TryCast JSONCast", Inference.cast),
    **_by_name("Count CountIf", lambda _, node: "bigint" if isinstance(node, exp.Count) else NUMBER),
    **_by_name(
        "Sum Avg Stddev StddevPop StddevSamp Variance VariancePop Median Quantile ApproxQuantile PercentileCont Round "
        "Floor Ceil Sqrt Cbrt Ln Exp Pow Log WithinGroup SafeDivide Sign",
        Inference.smooth,
    ),
    **_by_name("Sin Cos Tan Asin Acos Atan Radians Degrees Pi CumeDist PercentRank Rand", _constant("double")),
    **_by_name(
        "RowNumber Rank DenseRank Ntile Length DateDiff TimestampDiff DatetimeDiff TimeDiff MonthsBetween Year "
        "Month Day Hour Minute Second Quarter Week WeekOfYear DayOfMonth DayOfWeek DayOfWeekIso DayOfYear TimeToUnix "
        "StrToUnix UnixSeconds UnixMillis UnixMicros UnixDate ApproxDistinct StrPosition Ascii Unicode Levenshtein "
        "ArraySize BitLength IntDiv Corr CovarPop CovarSamp",
        _constant(NUMBER),
    ),
    **_by_name("Mod", Inference.modulo),
    **_by_name("Extract", lambda _, node: {"DATE": "date", "TIME": "time"}.get(node.name.upper(), NUMBER)),
    **_by_name("GenerateSeries GenerateTimestampArray", Inference.series),
    **_by_name("GenerateDateArray", _constant("date[]")),
    **_by_name(
        "Upper Lower Concat ConcatWs DPipe Substring Trim TimeToStr UnixToStr MD5 SHA SHA2 Initcap Repeat Chr Replace "
        "RegexpReplace RegexpExtract Left Right Reverse LPad RPad Pad GroupConcat ToChar Dayname Monthname SplitPart "
        "JSONExtractScalar JSONBExtractScalar DateToDateStr TsOrDsToDateStr String Translate",
        _constant("varchar"),
    ),
    **_by_name("JSONExtract JSONBExtract ParseJSON", _constant("json")),
    **_by_name(
        "CurrentDate LastDay DateFromParts DateFromUnixDate StrToDate TsOrDsToDate Date TimeStrToDate NextDay PreviousDay "
        "DateStrToDate DiToDate TsOrDiToDi",
        _constant("date"),
    ),
    **_by_name(
        "Localtimestamp CurrentDatetime Datetime TsOrDsToDatetime ParseDatetime TimestampFromParts DatetimeAdd "
        "DatetimeSub TsOrDsToTimestamp TimeStrToTime",
        _constant("timestamp"),
    ),
    **_by_name("CurrentTimestampLTZ TimestampTzFromParts TimestampLtzFromParts Timestamp", _constant("timestamptz")),
    **_by_name("CurrentTimestamp", Inference.now),
    **_by_name("CurrentTime Localtime Time TsOrDsToTime", _constant("time")),
    **_by_name(
        "Interval MakeInterval ToDays JustifyDays JustifyHours JustifyInterval ToIntervalDay", _constant("interval")
    ),
    **_by_name("DateTrunc TimestampTrunc DatetimeTrunc", Inference.truncated),
    **_by_name("DateAdd DateSub TimestampAdd TimestampSub TsOrDsAdd AddMonths TimeSlice", Inference.moved),
    **_by_name("DateBin", lambda self, node: self.of(node.expression)),
    **_by_name("AtTimeZone", Inference.at_zone),
    **_by_name("FromTimeZone", _constant("timestamp")),
    **_by_name("ConvertTimezone", Inference.converted),
    **_by_name("CastToStrType", Inference.named_cast),
    **_by_name("ExplodingGenerateSeries", lambda self, node: self.of(node.args.get("start"))),
    **_by_name("UnixToTime", Inference.from_epoch),
    **_by_name("StrToTime", Inference.parsed_time),
    **_by_name("Boolean", _constant("boolean")),
    **_by_name("LogicalAnd LogicalOr", _constant("boolean")),
    **_by_name("Null", _constant(NULL)),
    **_by_name("Array ArrayAgg ArrayUniqueAgg", Inference.array_of),
    **_by_name("Bracket ArrayMax ArrayMin ArrayFirst ArrayLast Explode Unnest", Inference.element),
    **_by_name("Dot", Inference.field),
    **_by_name("Struct", Inference.struct),
    **_by_name("Anonymous AnonymousAggFunc CombinedAggFunc ParameterizedAgg", Inference.called),
    exp.Literal: Inference.literal,
    exp.Case: Inference.case,
    exp.If: Inference.branches,
    exp.Add: Inference.add,
    exp.Sub: Inference.subtract,
    exp.Mul: Inference.multiply,
    exp.Div: Inference.divide,
    exp.Subquery: lambda self, node: self.column(node),
}
