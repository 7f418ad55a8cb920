"""The files of ``serve --log-features``: found, checked, and read by what their answers have in common."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from featurec.diagnostic import Diagnostic, Severity
from featurec.errors import CannotOperate
from featurec.online.logged import Shape, rows_of, shape_of

LoggedRow = Mapping[str, Any]
"""A row as ``online.logged.row_of`` makes it."""


@dataclass(frozen=True)
class Wanted:
    """Which logged answers are looked at: of a service, and of requests from ``since`` until before ``until``."""

    service: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def of_time(self, row: LoggedRow) -> bool:
        at = row["requested_at"]
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


@dataclass(frozen=True)
class AnswerLog:
    """Files that can be read, by what their answers have in common.

    Attributes:
        findings: FC980 for every other file.
    """

    shapes: Mapping[bytes, tuple[Shape, Sequence[Path]]]
    findings: Sequence[Diagnostic]

    def batches(self, wanted: Wanted, size: int, findings: list[Diagnostic]) -> Iterator[tuple[Shape, list[LoggedRow]]]:
        """The rows that are wanted, at most ``size`` of one shape at a time. Findings: FC980 for files that are damaged."""
        for shape, paths in self.shapes.values():
            if wanted.service not in (None, shape.service):
                continue
            gathered: list[LoggedRow] = []
            for path in paths:
                try:
                    gathered += [row for row in rows_of(path) if wanted.of_time(row)]
                except (ArithmeticError, OSError, ValueError) as error:
                    findings.append(_unreadable(path, str(error)))
                while len(gathered) >= size:
                    yield shape, gathered[:size]
                    del gathered[:size]
            if gathered:
                yield shape, gathered


def open_log(path: Path) -> AnswerLog:
    """The files of a folder and those below it, or a single one. Raises CannotOperate (FC981) where there are none."""
    found = [path] if path.is_file() else sorted(path.rglob("*.parquet"))
    paths = [one for one in found if one.is_file() and not one.name.startswith(".")]
    if not paths:
        cause = "it has no Parquet files" if path.is_dir() else "there is no such folder"
        raise CannotOperate([nothing(f"there are no logged answers in `{path}`", cause)])
    shapes: dict[bytes, tuple[Shape, list[Path]]] = {}
    findings = []
    for one in paths:
        try:
            shape = shape_of(one)
        except (OSError, ValueError) as error:
            findings.append(_unreadable(one, str(error)))
            continue
        shapes.setdefault(shape.text, (shape, []))[1].append(one)
    return AnswerLog(shapes, findings)


def nothing(claim: str, cause: str) -> Diagnostic:
    """FC981."""
    fix = "name the folder that `featurec serve --log-features FOLDER` writes to, and see what --service, --since and --until leave"
    return Diagnostic("FC981", claim, cause=cause, fix=fix)


def _unreadable(path: Path, cause: str) -> Diagnostic:
    return Diagnostic(
        "FC980",
        f"`{path}` cannot be read as logged answers",
        cause=cause.partition("\n")[0] or "it is damaged",
        fix="remove the file; the others are read without it",
        severity=Severity.WARNING,
    )
