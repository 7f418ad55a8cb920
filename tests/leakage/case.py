"""Leakage cases as files: legal SQL, what it reads, whether it leaks and why; the schema is that of the shared cases.

A case may bring rows (``data``), a ``cutoff`` and, where the state of a table at the cutoff is not just its early rows,
``data_at_cutoff``. They show the verdict by execution: a leak's rows stamped until the cutoff differ between all rows and those
known by then, a safe query's do not. ``check_sql`` is the query in DuckDB's words where ``sql`` is of another dialect.
``expect`` says of a leak which codes one of the findings has and what stands in the line that it points at. A safe case that the
checker cannot prove names that ``limit``.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
import yaml

from featurec.compiler import compile_project
from featurec.diagnostic import Diagnostic, Severity

FOLDER = Path(__file__).parent / "cases"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "cases" / "leakage" / "cases"


@dataclass(frozen=True)
class Case:
    """One case. Attributes: ``content``, the file as data."""

    content: Mapping[str, Any]

    @classmethod
    def read(cls, file: Path) -> "Case":
        return cls(yaml.load(file.read_text(), yaml.CSafeLoader))

    def write(self, folder: Path) -> None:
        """The case as a project of one view."""
        case = self.content
        types: dict[str, str] = {}
        for table in case["sources"].values():
            types.update(table["columns"])
        keys = [{"name": key, "type": types.get(key, "bigint")} for key in case["entity_keys"]]
        tables = {name: self._source(name, table) for name, table in case["sources"].items()}
        header = {"entities": ["subject"], "timestamp": case["timestamp"]}
        files = {
            "featurec.yml": {"name": "case", "dialect": case["dialect"], "timezone": "UTC"},
            "entities.yml": {"entities": [{"name": "subject", "join_keys": keys}]},
            "sources.yml": {"sources": {"raw": {"tables": tables}}},
        }
        for name, content in files.items():
            (folder / name).write_text(_yaml(content))
        (folder / "features").mkdir()
        (folder / "features" / "view.sql").write_text(f"/*---\n{_yaml(header)}---*/\n{case['sql']}")

    def findings(self, folder: Path) -> list[Diagnostic]:
        """What is said of the case's view; the project is written into an empty folder."""
        self.write(folder)
        return list(compile_project(folder).diagnostics)

    def is_right(self, findings: Sequence[Diagnostic]) -> bool:
        """Whether the findings are the case's verdict."""
        if any(f.severity is Severity.ERROR and not f.code.startswith("FC3") for f in findings):
            return False
        time = [f for f in findings if f.code.startswith("FC3")]
        is_error = any(f.severity is Severity.ERROR for f in time)
        if self.content["verdict"] == "leak":
            return is_error or (bool(time) and self.content["severity"] == "warning")
        return not time or (not is_error and self.content.get("tolerate") == "warning")

    @property
    def says_where(self) -> bool:
        """Whether the case says what is to be found, and where."""
        return "expect" in self.content

    def is_placed(self, findings: Sequence[Diagnostic]) -> bool:
        """Whether one of the findings has an expected code and its caret in the line that is expected."""
        expected = self.content["expect"]
        codes = [expected["code"]] if isinstance(expected["code"], str) else expected["code"]
        lines = [f.span.file.line(f.span.line) for f in findings if f.span is not None and f.code in codes]
        return any(expected["at"] in line for line in lines)

    @property
    def can_be_shown(self) -> bool:
        """Whether execution can tell: what reads the clock or chance differs between runs, not between cutoffs."""
        return "data" in self.content and not {"wall-clock", "clock", "nondeterministic"} & {
            self.content["kind"], self.content.get("near")
        }  # fmt: skip

    def shown(self) -> bool:
        """Whether execution in DuckDB shows a leak at the cutoff.

        Where a warning is tolerated the view keeps only the newest rows: what is known by then may be more, never less.
        """
        case = self.content
        sql = case.get("check_sql") or case["sql"]
        stamp = case["timestamp"]
        cutoff = datetime.fromisoformat(str(case["cutoff"]))
        full = self._rows(sql, stamp, case["data"], cutoff)
        known = self._rows(sql, stamp, self._known(cutoff), cutoff)
        return bool(full - known) if case.get("tolerate") == "warning" else full != known

    def _known(self, cutoff: datetime) -> dict[str, list[list[object]]]:
        found = {}
        for name, rows in self.content["data"].items():
            stamp = self.content["sources"][name]["timestamp"]
            at = list(self.content["sources"][name]["columns"]).index(stamp) if stamp else None
            found[name] = [row for row in rows if at is None or _time(row[at]) <= cutoff]
        return found | dict(self.content.get("data_at_cutoff") or {})

    def _rows(
        self, sql: str, stamp: str, data: Mapping[str, Sequence[Sequence[object]]], cutoff: datetime
    ) -> Counter[tuple[str, ...]]:
        connection = _connection()
        connection.execute("BEGIN")
        try:
            for name, table in self.content["sources"].items():
                columns = ", ".join(f'"{c}" {t}' for c, t in table["columns"].items())
                connection.execute(f'CREATE TABLE "{name}" ({columns})')
                if rows := data.get(name, ()):
                    values = ", ".join(f"({', '.join('?' * len(row))})" for row in rows)
                    connection.execute(f'INSERT INTO "{name}" VALUES {values}', list(chain.from_iterable(rows)))
            result = connection.execute(sql)
            names = [d[0].lower() for d in result.description]
            at = names.index(stamp.lower())
            found = result.fetchall()
        finally:
            connection.execute("ROLLBACK")
        return Counter(tuple(map(str, row)) for row in found if row[at] is not None and _time(row[at]) <= cutoff)

    def _source(self, name: str, table: Mapping[str, Any]) -> dict[str, Any]:
        labels = self.content["label_sources"]
        found: dict[str, Any] = {"columns": dict(table["columns"])}
        mutable = table.get("mutable_columns") or bool(table.get("mutable"))
        if table["timestamp"]:
            found["timestamp"] = table["timestamp"]
        elif not mutable:
            found["static"] = True
        if mutable and "valid_to" in (table.get("mutable_columns") or []):
            found["valid_to"] = "valid_to"
            mutable = [column for column in mutable if column != "valid_to"]
        if mutable:
            found["mutable"] = mutable
        own = [label.split(".", 1)[1] for label in labels if label.startswith(name + ".")]
        if own or name in labels:
            found["labels"] = own or True
        return found


def _yaml(content: object) -> str:
    return yaml.dump(content, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    """One for all cases: opening a database takes longer than a case."""
    connection = duckdb.connect(":memory:")
    connection.execute("SET TimeZone = 'UTC'; SET threads = 1")
    return connection


def _time(cell: object) -> datetime:
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)
    return datetime.fromisoformat(str(cell)).replace(tzinfo=None)
