"""Writes ``noqa`` comments for findings into the text of their files, and makes sure that nothing else changes."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from featurec.comments import Region, regions
from featurec.diagnostic import Diagnostic
from featurec.linting import understood
from featurec.loading import Loaded
from featurec.source import SourceFile
from featurec.suppress import REASON_DUE

UNANSWERED = ("FC1", "FC2", "FC8", "FC9")
"""Families whose errors no comment answers, and what is said of comments themselves."""


@dataclass(frozen=True)
class Commented:
    """What to write.

    Attributes:
        texts: path -> the file's text with comments, for files that have changed.
        comments: how many were added.
        left: findings that could not be given one.
    """

    texts: Mapping[str, str]
    comments: int
    left: tuple[Diagnostic, ...]


@dataclass(frozen=True)
class _Edit:
    """A comment at the end of a line: whether as a Jinja comment, which never reaches the SQL."""

    path: str
    line: int
    codes: tuple[str, ...]
    jinja: bool = False


def commented(
    raw: Mapping[str, str],
    findings: Sequence[Diagnostic],
    loaded: Loaded,
    reload: Callable[[Mapping[str, str]], Loaded],
) -> Commented:
    """Give every finding a comment.

    Args:
        raw: path -> text of a file as it is stored, with its line ends.
        findings: what stands.
        loaded: the project.
        reload: the project with these texts in the place of its files' own.

    A comment is kept only where every view means what it did and has the findings that it had; where a macro or loop
    would let it swallow SQL, it is written as ``{# noqa: … #}``.
    """
    before = _meaning(loaded)

    def harmless(edits: Sequence[_Edit]) -> bool:
        return _meaning(reload(_texts(raw, edits, loaded))) == before

    planned, left = _planned(findings, loaded, raw)
    kept = [edit for edits in planned.values() for edit in edits]
    if not harmless(kept):
        kept = []
        for edits in planned.values():
            if harmless(edits):
                kept += edits
                continue
            for edit in edits:
                tried = (edit, _Edit(edit.path, edit.line, edit.codes, jinja=edit.path.endswith(".sql")))
                kept += [t for t in tried if harmless([t])][:1]
    written = {(edit.path, edit.line) for edit in kept}
    lost = [
        f
        for edits in planned.values()
        for e in edits
        if (e.path, e.line) not in written
        for f in findings
        if _is_of(f, e)
    ]
    return Commented(_texts(raw, kept, loaded), len(kept), (*left, *lost))


def _planned(
    findings: Sequence[Diagnostic], loaded: Loaded, raw: Mapping[str, str]
) -> tuple[dict[str, list[_Edit]], list[Diagnostic]]:
    """Path -> the comments of the file, one a line; and findings that have no line where one could stand."""
    codes: dict[tuple[str, int], set[str]] = {}
    left = []
    for finding in findings:
        line = None if finding.code.startswith(UNANSWERED) else _line(finding, loaded, raw)
        if line is None or finding.span is None:
            left.append(finding)
        else:
            codes.setdefault((finding.span.path, line), set()).add(finding.code)
    planned: dict[str, list[_Edit]] = {}
    for (path, number), found in sorted(codes.items()):
        planned.setdefault(path, []).append(_Edit(path, number, tuple(sorted(found))))
    return planned, left


def _line(finding: Diagnostic, loaded: Loaded, raw: Mapping[str, str]) -> int | None:
    """The first or last line of a finding, if a comment at its end would be one."""
    if finding.span is None or finding.span.path not in raw:
        return None
    file = finding.span.file
    lines = (finding.span.line, file.position(max(finding.span.end - 1, finding.span.start))[0])
    return next((n for n in lines if _is_open(file, n, _dialect(loaded, file.path))), None)


def _is_open(file: SourceFile, number: int, dialect: str) -> bool:
    """Whether the end of a line lies outside of strings, tags and block comments; a header is as good as code."""
    if not file.path.endswith(".sql"):
        return True
    around = _around(file, number, dialect)
    return around is None or around.kind in ("line", "header")


def _around(file: SourceFile, number: int, dialect: str) -> Region | None:
    end = file.offset(number) + len(file.line(number))
    return next(
        (r for r in regions(file.text, dialect) if r.start < end and (end < r.end or end == len(file.text) == r.end)),
        None,
    )


def _texts(raw: Mapping[str, str], edits: Sequence[_Edit], loaded: Loaded) -> dict[str, str]:
    lines: dict[str, list[str]] = {}
    for edit in edits:
        text = lines.setdefault(edit.path, list(StringIO(raw[edit.path], newline="")))
        says = f"noqa: {', '.join(edit.codes)} -- {REASON_DUE}"
        file = loaded.project.files[edit.path]
        around = _around(file, edit.line, _dialect(loaded, edit.path)) if edit.path.endswith(".sql") else None
        if not edit.path.endswith(".sql") or (around and around.kind == "header"):
            says = f"# {says}"
        else:
            says = f"{{# {says} #}}" if edit.jinja else f"-- {says}"
        written = text[edit.line - 1].rstrip("\r\n")
        text[edit.line - 1] = f"{written.rstrip()}  {says}{text[edit.line - 1][len(written) :]}"
    return {path: "".join(parts) for path, parts in lines.items()}


def _meaning(loaded: Loaded) -> tuple[Mapping[str, str], Counter[tuple[str, str]]]:
    """What every view is, comments and layout aside, and all that is found in the project."""
    analyzed, findings = understood(loaded)
    units = (*analyzed.views.values(), *analyzed.spines.values())
    return {unit.spec.key: unit.fingerprint for unit in units}, Counter((f.code, f.claim) for f in findings)


def _is_of(finding: Diagnostic, edit: _Edit) -> bool:
    span = finding.span
    return (
        span is not None
        and span.path == edit.path
        and finding.code in edit.codes
        and edit.line in (span.line, span.file.position(max(span.end - 1, span.start))[0])
    )


def _dialect(loaded: Loaded, path: str) -> str:
    return next((u.dialect for u in loaded.project.units if u.file.path == path), loaded.project.dialect)
