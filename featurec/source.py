"""Text with positions: files, spans in them, and the map from rendered SQL back to its template.

All offsets are 0-based indexes into Python strings (code points); ends are exclusive. Lines and
columns, where a person sees them, are 1-based.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True, eq=False)
class SourceFile:
    """One text file of a project.

    Attributes:
        path: project-relative, with forward slashes; what diagnostics print.
        text: the file without byte order mark and with every line end as ``\\n``, so that line
            numbers agree with those of an editor.
    """

    path: str
    text: str

    @classmethod
    def decode(cls, path: str, data: bytes) -> "SourceFile":
        """Build from raw UTF-8 bytes. Raises UnicodeDecodeError."""
        text = data.decode("utf-8-sig")
        return cls(path, text.replace("\r\n", "\n").replace("\r", "\n"))

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(i + 1 for i, char in enumerate(self.text) if char == "\n")]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, both 1-based, of an offset; past the end means the end."""
        offset = min(max(offset, 0), len(self.text))
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def offset(self, line: int, column: int = 1) -> int:
        """The offset of a 1-based line and column, clamped to the text."""
        starts = self._line_starts
        line = min(max(line, 1), len(starts))
        return min(starts[line - 1] + max(column, 1) - 1, len(self.text))

    def line(self, number: int) -> str:
        """The text of a 1-based line without its end; empty past the last one."""
        starts = self._line_starts
        if not 1 <= number <= len(starts):
            return ""
        end = starts[number] - 1 if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end]

    def span(self, start: int, end: int) -> "Span":
        """The span of ``text[start:end]``."""
        return Span(self, start, end)


@dataclass(frozen=True, order=False)
class Span:
    """A place in a file: ``file.text[start:end]``."""

    file: SourceFile
    start: int
    end: int

    @property
    def path(self) -> str:
        return self.file.path

    @property
    def line(self) -> int:
        return self.file.position(self.start)[0]

    @property
    def column(self) -> int:
        return self.file.position(self.start)[1]

    @property
    def end_line(self) -> int:
        return self.file.position(self.end)[0]

    @property
    def end_column(self) -> int:
        return self.file.position(self.end)[1]

    @property
    def text(self) -> str:
        return self.file.text[self.start : self.end]

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Segment:
    """A run of rendered text and where it was written.

    Attributes:
        start: offset in the rendered text at which the run begins; it lasts to the next segment.
        source: what produced it: the same text in the template, or the ``{{ … }}`` it came from.
        verbatim: true where rendered and template text are equal character by character.
    """

    start: int
    source: Span
    verbatim: bool


@dataclass(frozen=True)
class LineMap:
    """The way from an offset in rendered SQL back to the author's file.

    Attributes:
        file: the author's file, used where nothing better is known.
        segments: in order of ``start``; the first begins at 0 (none for an empty map).
        exact: false where the map had to be guessed from equal lines; diagnostics then say
            that their place is approximate.
    """

    file: SourceFile
    segments: tuple[Segment, ...] = ()
    exact: bool = True
    _starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_starts", tuple(s.start for s in self.segments))

    def span(self, start: int, end: int) -> Span:
        """The author's text behind ``rendered[start:end]``; never empty unless the file is."""
        if not self.segments:
            return self.file.span(0, min(1, len(self.file.text)))
        index = max(bisect_right(self._starts, start) - 1, 0)
        segment = self.segments[index]
        if not segment.verbatim:
            return segment.source
        at = min(segment.source.start + start - segment.start, segment.source.end)
        stop = min(at + max(end - start, 1), segment.source.end)
        return segment.source.file.span(at, max(stop, at))
