"""A line of output as pieces of text with a meaning; what meaning looks like is up to the terminal.

Texts come from users' files and databases, so every piece is cleaned of control characters when it is
built: what is printed can neither move the cursor nor change the order of letters.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from unicodedata import category, east_asian_width

Style = Literal["plain", "bold", "error", "warning", "success", "note", "place", "dim"]

TAB = "    "
"""What a tab is shown as, so that places under a line of code can be counted."""


def shown(char: str) -> str:
    """What is printed for one character: spaces for a tab, nothing for controls and formatting marks."""
    if char == "\t":
        return TAB
    if char.isascii():
        return char if " " <= char <= "~" else ""
    return "" if category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and char != "\u200d" else char


def clean(text: str) -> str:
    """The text without control characters (C0, C1, bidirectional marks, lone surrogates); line ends become spaces."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(shown(c) for c in text.replace("\r\n", "\n").replace("\n", " "))


def cells(text: str) -> int:
    """Columns of a terminal that cleaned text takes: 2 for wide letters, 0 for combining ones."""
    if text.isascii():
        return len(text)
    return sum(_cells(char) for char in text)


def _cells(char: str) -> int:
    if char.isascii():
        return 1
    if category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if east_asian_width(char) in "WF" else 1


def shorten(text: str, width: int) -> str:
    """Cleaned text cut to a width in cells, with ``…`` for what is missing."""
    text = clean(text)
    if cells(text) <= width:
        return text
    kept, used = [], 1
    for char in text:
        used += _cells(char)
        if used > width:
            break
        kept.append(char)
    return "".join(kept) + "…"


@dataclass(frozen=True)
class Piece:
    """Cleaned text and what it means."""

    text: str
    style: Style = "plain"

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", clean(self.text))


Line = tuple[Piece, ...]


def line(*parts: str | tuple[str, Style] | Piece) -> Line:
    """A line of plain strings, (text, style) pairs and pieces."""
    return tuple(p if isinstance(p, Piece) else Piece(p) if isinstance(p, str) else Piece(*p) for p in parts)


def paragraph(head: str, text: str, style: Style = "bold") -> list[Line]:
    """A headed text; its further lines are indented to the first (``fix:   one``, ``       two``)."""
    first, *rest = text.splitlines() or [""]
    return [line((head, style), first), *(line(" " * len(head) + r) for r in rest)]


def plain(lines: Iterable[Sequence[Piece]]) -> str:
    """The lines as text, without spaces at line ends, each with its line end."""
    return "".join("".join(p.text for p in pieces).rstrip() + "\n" for pieces in lines)
