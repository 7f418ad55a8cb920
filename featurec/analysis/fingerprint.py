"""Fingerprints: equal for views that mean the same, different where values could differ (DESIGN §6.1)."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from sqlglot import tokenize
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType

from featurec.analysis.types import canonical
from featurec.spec import Column, Entity, FeatureView, SourceTable, Spine

TIME_RULES = 1
"""Version of the rules of time (DESIGN §2). Raising it makes every view a new version."""

TIMES = ("timestamp", "available_at", "created_timestamp", "delay", "ttl", "start")
"""Keys of a header that say when a row counts, in the order in which they are digested."""

_NAMES = frozenset({TokenType.VAR, TokenType.IDENTIFIER, TokenType.STRING, TokenType.NUMBER})

Part: TypeAlias = "str | int | float | bool | Sequence[Part] | Mapping[str, Part] | None"
"""What is digested: plain data."""


def of_source(table: SourceTable) -> str:
    """Fingerprint of a source's declaration: what it is called, its columns and what it says about time."""
    return digest(source_parts(table))


def source_parts(table: SourceTable) -> dict[str, Part]:
    """All of a source's declaration that counts."""
    return {
        "key": table.key,
        "physical": [table.schema, table.table, table.path],
        "columns": columns(table.columns),
        "time": [table.timestamp, table.available_at, table.static, table.valid_to, table.timezone],
        "mutable": table.mutable,
        "labels": table.labels,
        "unique": table.unique,
    }


def of_view(
    spec: FeatureView | Spine, sql: str, entities: Mapping[str, Entity], parents: Iterable[tuple[str, str]]
) -> str:
    """Fingerprint of a view or spine.

    Args:
        spec: its declaration; descriptions, owners, tags and schedules do not count.
        sql: rendered SQL; comments, layout and the case of keywords do not count.
        entities: those that it names, for the types of keys.
        parents: key and fingerprint of every relation read.
    """
    return digest({**declared_parts(spec, entities, parents), "sql": tokens(sql, spec.dialect)})


def declared_parts(
    spec: FeatureView | Spine, entities: Mapping[str, Entity], parents: Iterable[tuple[str, str]]
) -> dict[str, Part]:
    """All that counts of a view or spine but its SQL; arguments as of ``of_view``."""
    return {
        "rules": TIME_RULES,
        "dialect": spec.dialect,
        "header": _header(spec),
        "entities": [[name, columns(entities[name].join_keys)] for name in spec.entities if name in entities],
        "parents": sorted(parents),
    }


def _header(spec: FeatureView | Spine) -> Part:
    if isinstance(spec, Spine):
        return ["spine", spec.timestamp, spec.labels, spec.strict]
    return {
        "times": [getattr(spec, name) for name in TIMES],
        "row_key": spec.row_key,
        "features": [[f.name, canonical(f.type), f.default] for f in spec.features],
        "aggregations": [
            [a.function, a.column, [[w.length, w.text] for w in a.windows], a.name, a.filter, a.offset, a.n]
            for a in spec.aggregations
        ],
        "inputs": [[i.name, canonical(i.type)] for i in spec.inputs],
    }


def columns(declared: Iterable[Column]) -> list[list[str | None]]:
    """Names and canonical types."""
    return [[column.name, canonical(column.type)] for column in declared]


def tokens(sql: str, dialect: str) -> list[str]:
    """The tokens of SQL, keywords in upper case; the text itself where it has none."""
    try:
        found = tokenize(sql, read=dialect)
    except SqlglotError:
        return [sql]
    return [f"{t.token_type.name} {t.text}" if t.token_type in _NAMES else t.text.upper() for t in found]


def digest(value: Part) -> str:
    """Hex SHA-256 of plain data."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=list)
    return hashlib.sha256(text.encode()).hexdigest()
