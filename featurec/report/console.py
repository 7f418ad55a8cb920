"""Where a command's words go: results to standard output, findings and progress to the log."""

import os
import sys
from collections.abc import Iterable, Sequence
from json import dumps
from typing import TYPE_CHECKING, Literal, TextIO

from featurec.diagnostic import Diagnostic, Severity, in_order
from featurec.report import json, text
from featurec.report.line import Line, Piece, Style, line, plain

if TYPE_CHECKING:
    from featurec.report.terminal import Bar, Running

LogFormat = Literal["text", "json"]


class Console:
    """Standard output and the log of one command.

    The log is standard output for a command whose product is its log (``run``), and standard error for
    one whose product is data (``show``), so that what is piped on is only data. With ``json`` every
    line of the log is one JSON object with a key ``event``.
    """

    def __init__(self) -> None:
        self.format: LogFormat = "text"
        self.quiet = False
        self.debug = False
        self.no_color = False
        self.log_is_product = False
        self._secrets: tuple[str, ...] = ()

    @property
    def log(self) -> TextIO:
        return sys.stdout if self.log_is_product else sys.stderr

    def hide(self, secrets: Iterable[str]) -> None:
        """Print ``*****`` instead of these strings from now on; those under 4 letters are left alone."""
        found = {s for s in (*self._secrets, *secrets) if len(s) >= 4}
        self._secrets = tuple(sorted(found, key=len, reverse=True))

    def styled(self, stream: TextIO) -> bool:
        """Whether a stream gets colours and live progress."""
        if self.no_color or os.environ.get("NO_COLOR"):
            return False
        if os.environ.get("FORCE_COLOR"):
            return True
        return stream.isatty() and os.environ.get("TERM") != "dumb"

    @property
    def live(self) -> bool:
        """Whether progress can be shown as it happens."""
        return self.format == "text" and not self.quiet and self.log.isatty() and self.styled(self.log)

    def running(self) -> "Running":
        """Spinners for what is being worked on; only where ``live``."""
        from featurec.report.terminal import Running

        return Running(self.log)

    def bar(self) -> "Bar":
        """A bar for one long work; only where ``live``."""
        from featurec.report.terminal import Bar

        return Bar(self.log)

    def result(self, content: str) -> None:
        """Data, as it is, to standard output."""
        sys.stdout.write(self._scrub(content if content.endswith("\n") else content + "\n"))

    def show(self, lines: Iterable[Line]) -> None:
        """Lines for a reader, to standard output."""
        self._print(sys.stdout, lines)

    def say(self, pieces: Line) -> None:
        """A line to the log, whatever ``--quiet`` says."""
        self._print(self.log, [pieces])

    def note(self, *parts: str | tuple[str, Style] | Piece, **fields: json.Json) -> None:
        """One line of progress or advice to the log; silent under ``--quiet``."""
        if self.quiet:
            return
        pieces = line(*parts)
        if self.format == "json":
            self.event("note", text="".join(p.text for p in pieces).strip(), **fields)
        else:
            self.say(pieces)

    def problem(self, lines: Iterable[Line]) -> None:
        """Lines to standard error that no option silences."""
        self._print(sys.stderr, lines)

    def event(self, event: str, **fields: json.Json) -> None:
        """One JSON line to the log; nothing in text format."""
        if self.format == "json":
            self.log.write(self._scrub(dumps({"event": event, **fields}, ensure_ascii=False, default=str)) + "\n")
            self.log.flush()

    def report(self, diagnostics: Sequence[Diagnostic], files: int | None = None) -> None:
        """Findings in order and, when there are any, how many; warnings are left out under ``--quiet``."""
        found = [d for d in in_order(diagnostics) if not self.quiet or d.severity is Severity.ERROR]
        if not found:
            return
        if self.format == "json":
            for item in found:
                self.event("diagnostic", **json.finding(item))
            return
        total = [text.summary(found, files)] if files is not None or len(found) > 1 else []
        self._print(self.log, [*text.findings(found), *total])

    def without_secrets(self, content: str) -> str:
        """The text as it may be written into a file."""
        return self._scrub(content)

    def _scrub(self, content: str) -> str:
        for secret in self._secrets:
            content = content.replace(secret, "*****")
        return content

    def _print(self, stream: TextIO, lines: Iterable[Line]) -> None:
        if not self.styled(stream):
            stream.write(self._scrub(plain(lines)))
            stream.flush()
            return
        from featurec.report.terminal import print_lines

        print_lines(stream, [self.scrubbed(pieces) for pieces in lines])

    def scrubbed(self, pieces: Line) -> Line:
        """The line without secrets."""
        return tuple(Piece(self._scrub(p.text), p.style) for p in pieces)
