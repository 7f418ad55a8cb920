"""Source tables as the text of a ``sources.yml``."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from json import dumps

from featurec.spec import SourceTable

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")
RESERVED = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
TIMES = ("timestamptz", "timestamp", "date")


def sources_yaml(tables: Sequence[SourceTable]) -> str:
    """The declarations, by source and table. What the database cannot know stands in a comment to be decided."""
    lines = ["# yaml-language-server: $schema=.schemas/sources.json", "sources:"]
    ordered = sorted(tables, key=lambda t: (t.source, t.schema or "", t.name))
    for source, group in groupby(ordered, key=lambda t: t.source):
        members = list(group)
        schemas = {t.schema for t in members}
        common = members[0].schema if len(schemas) == 1 else None
        lines.append(f"  {scalar(source)}:")
        if common:
            lines.append(f"    schema: {scalar(common)}")
        lines.append("    tables:")
        for table in members:
            lines += _table(table, common)
    return "\n".join(lines) + "\n"


def _table(table: SourceTable, common: str | None) -> Iterator[str]:
    yield f"      {scalar(table.name)}:"
    settings = {
        "description": table.description,
        "schema": table.schema if table.schema != common else None,
        "table": table.table if table.table != table.name else None,
        "timestamp": table.timestamp,
        "valid_to": table.valid_to,
    }
    for key, value in settings.items():
        if value:
            yield f"        {key}: {scalar(value)}"
    if not table.timestamp:
        times = [c.name for c in table.columns if (c.type or "").startswith(TIMES)]
        known = f"timestamp: {' | '.join(scalar(t) for t in times)}, or " if times else ""
        yield f"        # say when a row became known: {known}static: true, or mutable: true"
    if table.unique:
        yield f"        unique: [{', '.join(scalar(c) for c in table.unique)}]"
    if table.tags:
        yield f"        tags: [{', '.join(scalar(t) for t in table.tags)}]"
    yield "        columns:" if table.columns else "        columns: {}"
    for column in table.columns:
        yield f"          {scalar(column.name)}: {scalar(column.type) if column.type else '# its type'}"


def scalar(text: str) -> str:
    """A YAML scalar that is read back as the same text."""
    plain = PLAIN.fullmatch(text) and text.lower() not in RESERVED
    return text if plain else dumps(text, ensure_ascii=False)
