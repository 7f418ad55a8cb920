"""The lines of a user's file that a finding speaks of, numbered, with carets under the place."""

from collections.abc import Sequence
from dataclasses import dataclass

from featurec.report.line import Line, Piece, Style, cells, line, shown
from featurec.source import SourceFile, Span

LONGEST = 110
"""Cells of a source line that are shown; of a longer one, the part around the place."""

WHOLE = 3
"""A span of up to so many lines is shown whole; of a longer one, the first and the last line."""


@dataclass(frozen=True)
class Mark:
    """A span to underline: ``^`` for the finding itself, ``-`` for its labels, with a word beside it."""

    span: Span
    text: str = ""
    primary: bool = True


@dataclass(frozen=True)
class _Underline:
    """Columns ``start`` to ``end`` (0-based, code points) of one line."""

    number: int
    start: int
    end: int
    mark: Mark
    text: str


def excerpt(marks: Sequence[Mark], style: Style = "error") -> list[Line]:
    """The place of the first mark, and the lines of all marks; marks of other files follow under their own place."""
    width = max(len(str(m.span.end_line)) for m in marks)
    files: dict[SourceFile, list[Mark]] = {}
    for mark in marks:
        files.setdefault(mark.span.file, []).append(mark)
    return [out for i, group in enumerate(files.values()) for out in _file(group, width, style, first=i == 0)]


def _file(marks: Sequence[Mark], width: int, style: Style, first: bool) -> list[Line]:
    arrow = "-->" if first else ":::"
    lines = [line(" " * width, (f" {arrow} ", "dim"), (str(marks[0].span), "place"))]
    file = marks[0].span.file
    if not file.text:
        return lines
    gutter = line((" " * width + " |", "dim"))
    lines.append(gutter)
    underlines = sorted((u for m in marks for u in _underlines(m)), key=lambda u: (u.number, u.start))
    previous = 0
    for number in sorted({u.number for u in underlines}):
        if previous and number > previous + 1:
            lines.append(line(("." * max(width, 3), "dim")))
        previous = number
        here = [u for u in underlines if u.number == number]
        text, offset = _window(file.line(number), here)
        lines.append(line((f"{number:>{width}} | ", "dim"), text))
        lines.extend(_carets(file.line(number), u, width, offset, style) for u in here)
    lines.append(gutter)
    return lines


def _underlines(mark: Mark) -> list[_Underline]:
    span, file = mark.span, mark.span.file
    first, last = span.line, span.end_line
    if last > first and span.end_column == 1:
        last -= 1
    numbers = range(first, last + 1) if last - first < WHOLE else (first, last)
    out = []
    for number in numbers:
        text = file.line(number)
        indent = len(text) - len(text.lstrip())
        start = span.column - 1 if number == first else indent
        end = span.end_column - 1 if number == span.end_line else len(text.rstrip())
        out.append(_Underline(number, start, max(end, start), mark, mark.text if number == last else ""))
    return out


def _window(text: str, underlines: Sequence[_Underline]) -> tuple[str, int]:
    """The part of a line to show and the cells cut off at its left, less the ellipsis that stands for them."""
    display = [shown(c) for c in text]
    if sum(cells(d) for d in display) <= LONGEST:
        return "".join(display), 0
    before = sum(cells(d) for d in display[: underlines[0].start])
    if before <= LONGEST * 2 // 3:
        start, cut, room = 0, 0, LONGEST - 1
    else:
        start, cut, room = underlines[0].start, before, LONGEST - 2
        while start and before - cut < LONGEST // 3:
            start -= 1
            cut -= cells(display[start])
    kept: list[str] = []
    for piece in display[start:]:
        room -= cells(piece)
        if room < 0:
            kept.append("…")
            break
        kept.append(piece)
    return ("…" if start else "") + "".join(kept), cut - (1 if start else 0)


def _carets(text: str, underline: _Underline, width: int, offset: int, style: Style) -> Line:
    before = sum(cells(shown(c)) for c in text[: underline.start]) - offset
    length = max(sum(cells(shown(c)) for c in text[underline.start : underline.end]), 1)
    length = min(length, max(LONGEST - before, 1))
    caret = ("^" if underline.mark.primary else "-") * length
    parts = [Piece(" " * width + " | ", "dim"), Piece(" " * before)]
    meaning: Style = style if underline.mark.primary else "note"
    parts.append(Piece(f"{caret} {underline.text}".rstrip(), meaning))
    return tuple(parts)
