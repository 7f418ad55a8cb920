"""What may go online: the types of join keys that name a row exactly, and of features that survive as JSON."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sqlglot import exp
from sqlglot.errors import SqlglotError

from featurec.column_type import canonical_type, spell
from featurec.diagnostic import Diagnostic, Severity
from featurec.spec import Column, Entity, FeatureView

Kind = Literal[
    "integer", "wide", "decimal", "boolean", "text", "uuid", "date", "timestamp", "timestamptz", "time", "blob",
    "float", "double", "list", "struct",
]  # fmt: skip


@dataclass(frozen=True)
class ValueType:
    """A column type as the online store sees it.

    Attributes:
        kind: ``integer`` has at most 64 bits, ``wide`` is an integer of 128.
        precision, scale: of a decimal; None where it says none.
        item: type of a list's items.
        fields: names and types of a struct's fields, in order.
    """

    kind: Kind
    precision: int | None = None
    scale: int | None = None
    item: "ValueType | None" = None
    fields: tuple[tuple[str, "ValueType"], ...] = ()


_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint"), "integer"),
    **dict.fromkeys(("utinyint", "usmallint", "uinteger", "ubigint"), "integer"),
    **dict.fromkeys(("hugeint", "uhugeint"), "wide"),
    **dict.fromkeys(("timestamp", "timestamp_s", "timestamp_ms"), "timestamp"),
    "boolean": "boolean",
    "varchar": "text",
    "uuid": "uuid",
    "date": "date",
    "timestamptz": "timestamptz",
    "time": "time",
    "blob": "blob",
    "float": "float",
    "double": "double",
    # Kept as the text that training sees: parsed JSON would lose its layout and the order of its names.
    "json": "text",
}
KEY_KINDS: frozenset[Kind] = frozenset(
    {"integer", "wide", "decimal", "boolean", "text", "uuid", "date", "timestamp", "timestamptz", "blob"}
)


@lru_cache(maxsize=4096)
def value_type(name: str) -> ValueType | None:
    """A DuckDB-spelled type; None for one whose values have no exact JSON form (``interval``, ``map``, …)."""
    try:
        return _value_type(exp.DataType.build(name, dialect="duckdb"))
    except (SqlglotError, ValueError):
        return None


def key_type(name: str) -> ValueType | None:
    """A DuckDB-spelled type of a join key; None for one whose values do not name a row exactly."""
    found = value_type(name)
    if found is None or found.kind not in KEY_KINDS or (found.kind == "decimal" and found.scale is None):
        return None
    return found


def online_findings(
    spec: FeatureView, entities: Mapping[str, Entity], features: Iterable[Column]
) -> Iterator[Diagnostic]:
    """Why a view cannot go online: FC701 for a join key, FC702 for a feature. Nothing for ``online: false``.

    Warnings, as training does without the online store; an export that meets one refuses.

    Args:
        features: the view's features and windowed features with their types.
    """
    if not spec.online or spec.inputs:
        return
    for name in spec.entities:
        for key in entities[name].join_keys if name in entities else ():
            if key.type and key_type(key.type) is None:
                yield Diagnostic(
                    "FC701",
                    f"the join key `{key.name}` of `{spec.name}` is `{canonical_type(key.type) or key.type}`, "
                    "which cannot name an online row",
                    key.span or spec.spans.get("entities", spec.span),
                    "two values that look equal may differ, so a row could be missed when it is asked for",
                    "declare the key as an integer, varchar, uuid, boolean, date, timestamp or decimal(p,s), "
                    "or write `online: false` in the view's header",
                    severity=Severity.WARNING,
                )
    for feature in features:
        if feature.type is None or value_type(feature.type) is None:
            told = (
                f"`{canonical_type(feature.type) or feature.type}`" if feature.type else "of a type that is not known"
            )
            yield Diagnostic(
                "FC702",
                f"the feature `{feature.name}` is {told}, which has no exact form in the online store",
                feature.span,
                "values are kept there as JSON, and every one must come back as it was",
                "CAST it in the SELECT to a number, text, time, list or struct and declare that type, "
                "or write `online: false` in the view's header",
                severity=Severity.WARNING,
            )


def _value_type(tree: exp.DataType) -> ValueType | None:
    if tree.this in (exp.DType.ARRAY, exp.DType.LIST):
        inner = tree.expressions[0] if tree.expressions else None
        item = _value_type(inner) if isinstance(inner, exp.DataType) else None
        return ValueType("list", item=item) if item else None
    if tree.this == exp.DType.STRUCT:
        fields = [_field(part) for part in tree.expressions]
        known = tuple(field for field in fields if field)
        return ValueType("struct", fields=known) if known and len(known) == len(fields) else None
    spelled = spell(tree)
    if spelled is None:
        return None
    base, _, rest = spelled.partition("(")
    if base == "decimal":
        precision, _, scale = rest.rstrip(")").partition(",")
        return ValueType("decimal", int(precision), int(scale or 0)) if precision else ValueType("decimal")
    kind = _KINDS.get(spelled)
    return ValueType(kind) if kind else None


def _field(part: exp.Expr) -> tuple[str, ValueType] | None:
    kind = part.args.get("kind")
    found = _value_type(kind) if isinstance(part, exp.ColumnDef) and isinstance(kind, exp.DataType) else None
    return (part.name, found) if found else None
