"""Spines that are files or tables: found, checked, and made a relation of the session."""

import csv
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from featurec.codegen import ident, render_sql
from featurec.compiler import SpineTable
from featurec.diagnostic import Diagnostic, did_you_mean
from featurec.engines.protocol import Engine, SpineSource
from featurec.errors import FeaturecError
from featurec.file_pattern import matching_only
from featurec.spec import Column

RELATION = "__fc_spine_file"
"""Name of the temporary relation over a spine file."""

_FINER = {"timestamp_ns": "timestamp", "timestamptz_ns": "timestamptz"}
_COARSER = {"timestamp_ms": "timestamp", "timestamp_s": "timestamp"}
_MICROSECONDS = _FINER | _COARSER
TIMES = frozenset({"date", "timestamp", "timestamptz"})


def table_spine(engine: Engine, spine: SpineSource) -> SpineTable:
    """A table of the warehouse as spine. Raises FeaturecError: FC954 where it is not there, FC955 for its time."""
    assert not isinstance(spine.place, Path)
    name = ".".join(spine.place)
    try:
        columns = engine.columns(ident(spine.place, engine.dialect))
    except FeaturecError as refused:
        known = [
            t.name if len(spine.place) == 1 else f"{t.schema}.{t.name}"
            for t in engine.tables()
            if not _STORED.search(t.name)
        ]
        raise FeaturecError(
            [
                Diagnostic(
                    "FC954",
                    f"there is no spine `{name}`",
                    cause="it is neither a file, nor a spine of the project, nor a table of the target: "
                    + _said(refused.diagnostics[0].cause.partition("\n")[0]),
                    fix=did_you_mean(name, [*spine.declared, *known])
                    if spine.declared or known
                    else "name a file, a spine of `spines/` or a table",
                )
            ]
        ) from None
    timestamp = _as_of(name, columns, spine.timestamp)
    if columns[timestamp] in _MICROSECONDS:
        return _view(engine, ident(spine.place, engine.dialect), columns, timestamp, spine.timezone)
    return SpineTable(spine.place, _columns(columns), timestamp, spine.timezone)


def file_spine(engine: Engine, spine: SpineSource) -> SpineTable:
    """A Parquet or CSV file as spine: a temporary view of a DuckDB session, which reads the file in place.

    Raises FeaturecError: FC954 for a file that cannot be read, FC955 for a missing or unfit as-of column, FC920
    where naive and aware times are mixed.
    """
    path = spine.place
    assert isinstance(path, Path)
    _check_readable(path)
    if path.suffix.lower() == ".csv":
        columns, relation = _csv(engine, path, spine)
    else:
        columns, relation = _parquet(engine, path)
    return _view(engine, relation, columns, _as_of(path.name, columns, spine.timestamp), spine.timezone)


def _parquet(engine: Engine, path: Path) -> tuple[dict[str, str], str]:
    """Columns with types, and the relation that reads them."""
    relation = render_sql("ddl/file.sql", engine.dialect, path=matching_only(str(path)), csv=False)
    try:
        columns = engine.columns(relation)
        found = engine.query(render_sql("ddl/parquet_names.sql", engine.dialect, path=matching_only(str(path))))
    except FeaturecError as refused:
        raise FeaturecError([replace(d, code="FC954") for d in refused.diagnostics]) from None
    names = {row["name"] for row in found}
    for column in columns:
        if column not in names:  # DuckDB numbers names that are equal but for case
            raise _twice(path, column.rpartition("_")[0])
    return columns, relation


def _twice(path: Path, name: str) -> FeaturecError:
    return _unreadable(
        path, f"two of its columns are called `{name}`", "give every column a name of its own, whatever its case"
    )


def _view(engine: Engine, relation: str, columns: Mapping[str, str], timestamp: str, timezone: str) -> SpineTable:
    """A temporary view over a relation, with its as-of column in microseconds."""
    kind = columns[timestamp]
    cast = kind if kind in _FINER else _COARSER.get(kind)
    view = [{"name": name, "cast": cast if name == timestamp else None} for name in columns]
    engine.execute(render_sql("ddl/spine_view.sql", engine.dialect, name=RELATION, columns=view, relation=relation))
    typed = {name: _MICROSECONDS.get(of, of) if name == timestamp else of for name, of in columns.items()}
    return SpineTable((RELATION,), _columns(typed), timestamp, timezone)


def _check_readable(path: Path) -> None:
    if path.suffix.lower() not in (".parquet", ".csv"):
        raise _unreadable(path, "its suffix is neither .parquet nor .csv", "write it as Parquet or CSV")
    if not path.exists():
        raise _unreadable(path, "there is no such file", "check the path; it is relative to the current folder")
    if not path.is_file():
        raise _unreadable(path, "it is not a file", "name the file itself")
    if path.stat().st_size == 0:
        raise _unreadable(path, "it is empty: there is not even a header", "write it again")


def _unreadable(path: Path, cause: str, fix: str) -> FeaturecError:
    return FeaturecError([Diagnostic("FC954", f"spine `{path.name}` cannot be read", cause=cause, fix=fix)])


def _csv(engine: Engine, path: Path, spine: SpineSource) -> tuple[dict[str, str], str]:
    """Columns with types, and the relation that reads them so. Types are the keys' declared ones, else found in the values."""
    header = _header(path)
    folded = {name.lower(): kind for name, kind in spine.types.items()}
    declared = {name: folded[name.lower()] for name in header if name.lower() in folded}

    def reading(columns: Mapping[str, str] | None) -> str:
        listed = [Column(name, kind) for name, kind in columns.items()] if columns else []
        return render_sql(
            "ddl/file.sql", engine.dialect, path=matching_only(str(path)), csv=True, columns=listed, types=declared
        )

    as_text = reading(dict.fromkeys(header, "varchar"))
    try:
        found = engine.columns(reading(None))
    except FeaturecError:
        found = {}
        # Types are guessed before lines are counted; reading all as text tells which line is at fault.
        try:
            engine.query(render_sql("ddl/count_rows.sql", engine.dialect, relation=as_text))
        except FeaturecError as precise:
            refused = precise
        raise FeaturecError([replace(d, code="FC954") for d in refused.diagnostics]) from None
    columns = dict(zip(header, found.values(), strict=True))
    timestamp = _named(columns, spine.timestamp)
    if timestamp and columns[timestamp] in ("varchar", "timestamptz"):
        columns[timestamp] = _naive_or_not(engine, path, as_text, timestamp, spine.timezone)
    unfit = _unfit_times(engine, columns, as_text)
    if timestamp and timestamp in unfit:
        raise _no_time(path.name, timestamp, f"text such as `{unfit[timestamp]}`")
    columns |= dict.fromkeys(unfit, "varchar")
    return columns, reading(columns)


def _unfit_times(engine: Engine, columns: Mapping[str, str], as_text: str) -> dict[str, str]:
    """Column that was taken for a time -> a value of it that is none in ISO 8601, which alone is not ambiguous."""
    times = [Column(name, kind) for name, kind in columns.items() if kind in TIMES]
    if not times:
        return {}
    found = engine.query(render_sql("ddl/unfit_times.sql", engine.dialect, columns=times, relation=as_text))
    return {name: str(value) for name, value in found[0].items() if value is not None}


def _header(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = next(csv.reader(file), [])
    except (UnicodeDecodeError, csv.Error):
        raise _unreadable(path, "it is not UTF-8 text", "save it as UTF-8") from None
    seen: set[str] = set()
    twice = next((n for n in header if n.lower() in seen or seen.add(n.lower())), None)  # type: ignore[func-returns-value]
    if twice is not None:
        raise _twice(path, twice)
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        raise _unreadable(path, f"its only column would be `{header[0]}`", "separate fields by commas")
    return header


def _naive_or_not(engine: Engine, path: Path, as_text: str, timestamp: str, timezone: str) -> str:
    """``timestamp`` where no time has an offset from UTC, ``timestamptz`` where all have; a mixture only means one thing in UTC."""
    sql = render_sql("ddl/naive_times.sql", engine.dialect, relation=as_text, column=timestamp)
    found = engine.query(sql)[0]
    if found["times"] and found["naive"] == found["times"]:
        return "timestamp"
    if found["naive"] and timezone != "UTC":
        raise FeaturecError(
            [
                Diagnostic(
                    "FC920",
                    f"`{timestamp}` of spine `{path.name}` mixes times with and without an offset from UTC",
                    cause=f"{found['naive']} of its {found['times']} values have none and would be read in {timezone}",
                    fix="write all of them with an offset, such as 2024-01-31T12:00:00Z, or all without",
                )
            ]
        )
    return "timestamptz"


def _as_of(name: str, columns: Mapping[str, str], timestamp: str) -> str:
    """The as-of column as the spine spells it."""
    found = _named(columns, timestamp)
    if found is None:
        raise FeaturecError(
            [
                Diagnostic(
                    "FC955",
                    f"spine `{name}` has no column `{timestamp}`",
                    cause="every row of a spine says when its features are asked for",
                    fix=f"name the as-of column with --timestamp; {did_you_mean(timestamp, columns)}",
                )
            ]
        )
    if _MICROSECONDS.get(columns[found], columns[found]) not in TIMES:
        raise _no_time(name, found, f"of type {columns[found]}")
    return found


def _said(refusal: str) -> str:
    """What an engine says, without the kind of its error."""
    return refusal.partition(" Error: ")[2] or refusal


def _no_time(name: str, column: str, what: str) -> FeaturecError:
    return FeaturecError(
        [
            Diagnostic(
                "FC955",
                f"the as-of column `{column}` of spine `{name}` is {what}",
                cause="an as-of time is a date, a timestamp or a timestamptz",
                fix="cast the column when the spine is written, as in 2024-01-31T12:00:00Z, or name another by --timestamp",
            )
        ]
    )


def _named(columns: Mapping[str, str], name: str) -> str | None:
    return name if name in columns else {c.lower(): c for c in columns}.get(name.lower())


def _columns(columns: Mapping[str, str]) -> tuple[Column, ...]:
    return tuple(Column(name, kind) for name, kind in columns.items())


_STORED = re.compile(r"__[0-9a-f]{8}(_\d+)?$")
"""How the tables of versions end, which are read by the names of their views."""
_FILE_ERRORS = (
    "CSV Error on Line",
    "Error when sniffing file",
    "arquet",
    "magic bytes",
    "Footer length",
    "No files found",
)


def is_about_a_file(message: str) -> bool:
    """Whether DuckDB complains of the content of a Parquet or CSV file."""
    return any(text in message for text in _FILE_ERRORS)


def missing_file(message: str) -> Diagnostic | None:
    """DuckDB's complaint about a file that it may read and that is not there; then it looks for a folder that it may not."""
    found = re.search(r"Cannot access file \"(.+?)/\*\*/", message)
    path = Path(found[1]) if found else None
    if path is None or path.exists():
        return None
    return Diagnostic(
        "FC914",
        f"`{path.name}` cannot be read",
        cause=f"{path} does not exist",
        fix="write the file, or mend `path:` of the source",
    )


def unreadable_file(message: str) -> Diagnostic:
    """DuckDB's complaint about a file as a finding that names file and line."""
    file = re.search(r"file = (.+)|file [\"'](.+?)[\"']|pattern \"(.+?)\"|File '(.+?)'", message)
    name = next((Path(text.strip()).name for text in file.groups() if text), "") if file else ""
    line = re.search(r"CSV Error on Line: (\d+)\n(?:Original Line: (.*)\n)?(.+)", message)
    what = f"`{name}`" if name else "a file"
    if line:
        shown = f": `{line[2].strip()}`" if line[2] else ""
        return Diagnostic(
            "FC914",
            f"line {line[1]} of {what} cannot be read",
            cause=f"{line[3].strip()}{shown}",
            fix="mend the line, or declare another type for the column",
        )
    return Diagnostic(
        "FC914",
        f"{what} cannot be read",
        cause=message.partition("\n")[0].partition(": ")[2] or message.partition("\n")[0],
        fix="write the file again; it may be cut off or be in another format than its suffix says",
    )


def first_lines(message: str) -> str:
    """An error's text without the advice on DuckDB's own options that may follow it."""
    kept = []
    for text in message.splitlines():
        if text.startswith(("Possible ", "* ", "This type was")):
            break
        kept.append(text)
    return "\n".join(kept).strip()
