"""Tables that a dbt project knows, read from its ``manifest.json`` (schema v12; v9 to v11 have the same parts)."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from featurec.diagnostic import Diagnostic
from featurec.errors import CannotOperate
from featurec.spec import Column, SourceTable

Node: TypeAlias = Mapping[str, Any]

READABLE = ("v9", "v10", "v11", "v12")
KINDS = ("model", "seed", "snapshot")


def read_manifest(path: Path) -> list[SourceTable]:
    """Sources, and the tables that models, seeds and snapshots become, in order of source and name.

    Models belong to a source named after the dbt project. A column has a type where the manifest has
    one; a snapshot's validity columns give its time. Raises CannotOperate (FC958).
    """
    document = _document(path)
    metadata: Node = document.get("metadata") or {}
    adapter = str(metadata.get("adapter_type") or "duckdb")
    unique = _unique_columns(document)
    project = str(metadata.get("project_name") or "dbt")
    tables = [
        _table(node, str(node["source_name"]), str(node.get("identifier") or node["name"]), adapter, unique)
        for node in (document.get("sources") or {}).values()
    ]
    tables += [
        _table(node, project, str(node.get("alias") or node["name"]), adapter, unique)
        for node in (document.get("nodes") or {}).values()
        if node.get("resource_type") in KINDS and (node.get("config") or {}).get("materialized") != "ephemeral"
    ]
    if not tables:
        raise _refused(path, "it holds no sources, models, seeds or snapshots")
    return sorted(tables, key=lambda table: (table.source, table.name))


def _document(path: Path) -> Node:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _refused(path, str(error.strerror)) from None
    except ValueError as error:
        raise _refused(path, f"it is not JSON: {error}") from None
    metadata = document.get("metadata") if isinstance(document, dict) else None
    version = str((metadata or {}).get("dbt_schema_version", ""))
    if "/manifest/" not in version:
        raise _refused(path, "it is not a dbt manifest: `metadata.dbt_schema_version` does not name one")
    if version.rpartition("/")[2].removesuffix(".json") not in READABLE:
        raise _refused(path, f"its schema is {version}; {READABLE[0]} to {READABLE[-1]} are read")
    found: Node = document
    return found


def _table(node: Node, source: str, table: str, adapter: str, unique: Mapping[str, tuple[str, ...]]) -> SourceTable:
    columns = tuple(
        Column(str(column.get("name") or name), _type(column.get("data_type"), adapter))
        for name, column in (node.get("columns") or {}).items()
    )
    snapshot = node.get("resource_type") == "snapshot"
    names = {c.name.lower() for c in columns}
    if snapshot:
        columns += tuple(Column(n, "timestamp") for n in ("dbt_valid_from", "dbt_valid_to") if n not in names)
    return SourceTable(
        source=source,
        name=str(node["name"]),
        columns=columns,
        table=table,
        schema=node.get("schema"),
        timestamp="dbt_valid_from" if snapshot else None,
        valid_to="dbt_valid_to" if snapshot else None,
        unique=() if snapshot else unique.get(str(node.get("unique_id")), ()),
        description=" ".join(str(node.get("description") or "").split()),
        tags=tuple(str(tag) for tag in node.get("tags") or ()),
    )


def _unique_columns(document: Node) -> dict[str, tuple[str, ...]]:
    """Per tested node the first column with a ``unique`` test."""
    found: dict[str, tuple[str, ...]] = {}
    for node in (document.get("nodes") or {}).values():
        test = node.get("test_metadata") or {}
        column = node.get("column_name") or (test.get("kwargs") or {}).get("column_name")
        if node.get("resource_type") != "test" or test.get("name") != "unique" or not column:
            continue
        tested = node.get("attached_node") or next(iter((node.get("depends_on") or {}).get("nodes") or ()), None)
        if tested:
            found.setdefault(str(tested), (str(column),))
    return found


def _type(text: object, adapter: str) -> str | None:
    """A warehouse's type as DuckDB spells it; None where there is none or it is not understood."""
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    if not text:
        return None
    try:
        return exp.DataType.build(str(text), dialect=adapter).sql("duckdb").lower()
    except (SqlglotError, ValueError):
        return None


def _refused(path: Path, cause: str) -> CannotOperate:
    fix = "point at target/manifest.json of a dbt project (dbt parse writes it), at a DuckDB file, or at a Postgres URL"
    return CannotOperate([Diagnostic("FC958", f"`{path}` cannot be imported", cause=cause, fix=fix)])


def untyped(tables: Sequence[SourceTable]) -> list[str]:
    """``source.table`` of tables without columns, or with a column without type."""
    return [f"{t.source}.{t.name}" for t in tables if not t.columns or any(c.type is None for c in t.columns)]
