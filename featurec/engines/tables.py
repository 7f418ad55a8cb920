"""The tables of a warehouse, from its catalog."""

from collections.abc import Callable
from itertools import groupby

from featurec.codegen import render_sql
from featurec.engines.protocol import Engine, StoredTable
from featurec.spec import Column

STATE_SCHEMA = "featurec"
"""Schema of featurec's own tables."""


def stored_tables(engine: Engine, spelled: Callable[[str], str]) -> list[StoredTable]:
    """Tables and views with their columns, by name; ``spelled`` turns the engine's type names into ours."""
    found = engine.query(render_sql("ddl/tables.sql", engine.dialect, state_schema=STATE_SCHEMA))
    return [
        StoredTable(schema, name, tuple(Column(row["column_name"], spelled(row["data_type"])) for row in rows))
        for (schema, name), rows in groupby(found, key=lambda row: (row["schema_name"], row["table_name"]))
    ]
