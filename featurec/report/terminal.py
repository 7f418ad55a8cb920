"""The only home of rich: coloured lines and a live display, for a stream that is a terminal. It gets ``Text`` only."""

from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from featurec.report.line import Line, Piece, Style

COLORS: Mapping[Style, str] = {
    "plain": "",
    "bold": "bold",
    "error": "bold red",
    "warning": "bold yellow",
    "success": "bold green",
    "note": "cyan",
    "place": "bold blue",
    "dim": "dim",
}
"""What a meaning looks like on a terminal."""


def _terminal(stream: TextIO) -> Console:
    return Console(file=stream, force_terminal=True, highlight=False, markup=False, emoji=False)


def _text(pieces: Sequence[Piece]) -> Text:
    text = Text.assemble(*((p.text, COLORS[p.style]) for p in pieces))
    text.rstrip()
    return text


def print_lines(stream: TextIO, lines: Iterable[Line]) -> None:
    """Lines in colour; the terminal breaks long ones."""
    terminal = _terminal(stream)
    for pieces in lines:
        terminal.print(_text(pieces), soft_wrap=True)


class Running:
    """What is being worked on, as spinners at the bottom of the terminal; finished lines scroll away above."""

    def __init__(self, stream: TextIO) -> None:
        self._rows: dict[str, Spinner] = {}
        self._live = Live(console=_terminal(stream), transient=True, refresh_per_second=10, redirect_stdout=False)

    def __enter__(self) -> "Running":
        self._live.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def start(self, key: str, pieces: Line) -> None:
        """Show that work on ``key`` began."""
        self._rows[key] = Spinner("dots", _text(pieces))
        self._refresh()

    def finish(self, key: str, pieces: Line) -> None:
        """Print what became of ``key`` and stop showing it; a key that was never started is only printed."""
        self._rows.pop(key, None)
        self._live.console.print(_text(pieces), soft_wrap=True)
        self._refresh()

    def _refresh(self) -> None:
        grid = Table.grid()
        for spinner in self._rows.values():
            grid.add_row(spinner)
        self._live.update(grid)


class Bar:
    """How much of one long work is done, as a bar at the bottom of the terminal from the first look on; gone at the end."""

    def __init__(self, stream: TextIO) -> None:
        self._live = Live(console=_terminal(stream), transient=True, refresh_per_second=10, redirect_stdout=False)

    def __enter__(self) -> "Bar":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def show(self, pieces: Line, fraction: float | None) -> None:
        """Draw it with a line before it; without a fraction it only moves."""
        grid = Table.grid(padding=(0, 1))
        share = Text("" if fraction is None else f"{fraction:.0%}")
        grid.add_row(_text(pieces), ProgressBar(1.0, fraction or 0.0, width=40, pulse=fraction is None), share)
        self._live.update(grid)
        if not self._live.is_started:
            self._live.start()
