"""Rows as aligned columns."""

from collections.abc import Sequence

from featurec.report.line import Line, Piece, cells, shorten

WIDEST = 48
"""Cells that a value may take before it is cut."""


def table(headers: Sequence[str], rows: Sequence[Sequence[str | None]], right: Sequence[bool] = ()) -> list[Line]:
    """A header and one line a row.

    Args:
        headers: names of the columns.
        rows: values as text; None is shown as a dim ``NULL``.
        right: per column, whether it is set to the right (numbers).
    """
    head = [shorten(h, WIDEST) for h in headers]
    body = [["NULL" if v is None else shorten(v, WIDEST) for v in row] for row in rows]
    widths = [max(cells(r[i]) for r in [head, *body]) for i in range(len(head))]
    aligned = [*right, *[False] * (len(head) - len(right))]

    def setting(texts: Sequence[str], i: int) -> str:
        gap = " " * (widths[i] - cells(texts[i]))
        return gap + texts[i] if aligned[i] else texts[i] + gap

    def spaced(pieces: list[Piece]) -> Line:
        return tuple(p for piece in pieces for p in (piece, Piece("  ")))[:-1]

    lines = [spaced([Piece(setting(head, i), "bold") for i in range(len(head))])]
    for row, texts in zip(rows, body, strict=True):
        styles = ["dim" if value is None else "plain" for value in row]
        lines.append(
            spaced([Piece(setting(texts, i), "dim" if styles[i] == "dim" else "plain") for i in range(len(head))])
        )
    return lines
