"""Fingerprints: equal for views that mean the same, different where values could differ (DESIGN §6.1)."""

import hashlib
import json
from collections.abc import Iterable, Mapping

from sqlglot import tokenize
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType

from featurec.analysis.types import canonical
from featurec.spec import Column, Entity, FeatureView, SourceTable, Spine

TIME_RULES = 1
"""Version of the rules of time (DESIGN §2). Raising it makes every view a new version."""

_NAMES = frozenset({TokenType.VAR, TokenType.IDENTIFIER, TokenType.STRING, TokenType.NUMBER})


def of_source(table: SourceTable) -> str:
    """Fingerprint of a source's declaration: what it is called, its columns and what it says about time."""
    return _digest(
        {
            "key": table.key,
            "physical": [table.schema, table.table, table.path],
            "columns": _columns(table.columns),
            "time": [table.timestamp, table.available_at, table.static, table.valid_to, table.timezone],
            "mutable": table.mutable,
            "labels": table.labels,
            "unique": table.unique,
        }
    )


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
    return _digest(
        {
            "rules": TIME_RULES,
            "dialect": spec.dialect,
            "sql": _tokens(sql, spec.dialect),
            "header": _header(spec),
            "entities": [[name, _columns(entities[name].join_keys)] for name in spec.entities if name in entities],
            "parents": sorted(parents),
        }
    )


def _header(spec: FeatureView | Spine) -> object:
    if isinstance(spec, Spine):
        return ["spine", spec.timestamp, spec.labels, spec.strict]
    return {
        "times": [spec.timestamp, spec.available_at, spec.created_timestamp, spec.delay, spec.ttl, spec.start],
        "row_key": spec.row_key,
        "features": [[f.name, canonical(f.type), f.default] for f in spec.features],
        "aggregations": [
            [a.function, a.column, [[w.length, w.text] for w in a.windows], a.name, a.filter, a.offset, a.n]
            for a in spec.aggregations
        ],
        "inputs": [[i.name, canonical(i.type)] for i in spec.inputs],
    }


def _columns(columns: Iterable[Column]) -> list[list[str | None]]:
    return [[column.name, canonical(column.type)] for column in columns]


def _tokens(sql: str, dialect: str) -> list[str]:
    try:
        tokens = tokenize(sql, read=dialect)
    except SqlglotError:
        return [sql]
    return [f"{t.token_type.name} {t.text}" if t.token_type in _NAMES else t.text.upper() for t in tokens]


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=list)
    return hashlib.sha256(text.encode()).hexdigest()
