"""Finds ``noqa`` comments: ``-- noqa: FC305 -- reason`` in SQL, ``# noqa: FC602 -- reason`` in YAML.

The author's file is read, not what a template makes of it, so that a comment in a loop or macro is one comment. Only
comments count: neither strings nor quoted names nor the inside of Jinja tags.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from featurec.comments import sql_comments, yaml_comments
from featurec.diagnostic import Diagnostic, Severity, Suppression
from featurec.source import SourceFile, Span

REASON_DUE = "TODO: say why"
"""The reason that ``--add-noqa`` writes; it counts as none."""

_BEGIN = re.compile(r"(?:\A[-+]?|--|#)\s*(noqa)\b", re.IGNORECASE)
_SAYS = re.compile(
    r"\s*:\s*(?:(?P<range>disable|enable)\s*=\s*)?(?P<codes>.*?)\s*(?:--\s*(?P<reason>.*))?\Z",
    re.IGNORECASE | re.DOTALL,
)
_CODE = re.compile(r"[A-Za-z]+[0-9]+")
_OURS = re.compile(r"\bFC[0-9]", re.IGNORECASE)
_SQLFLUFF = re.compile(r"(?!FC)(?:[A-Z]{2}[0-9]{2}|L[0-9]{3}|PRS|TMP|LXR|[A-Z]+\.[A-Z_]+)", re.IGNORECASE)
"""What SQLFluff's comments name, which share the line with ours and are none of our business."""

_SHAPE = "write `noqa: FC305 -- reason`, with several codes separated by commas"


def suppressions(file: SourceFile, dialect: str) -> tuple[tuple[Suppression, ...], list[Diagnostic]]:
    """The suppressions of a file, one for each code of each comment, in order.

    Args:
        file: a SQL template or YAML file of a project.
        dialect: that its SQL is written in; decides what is a string and what a comment.

    Returns:
        Suppressions, codes not yet looked up, and an FC124 for each comment that cannot be read.
    """
    if "noqa" not in file.text.lower():
        return (), []
    reading = _Reading(file)
    for comment in comments(file, dialect):
        for directive in _directives(comment):
            reading.add(directive)
    return tuple(reading.found), reading.problems


def comments(file: SourceFile, dialect: str) -> Iterator[Span]:
    """What the comments of a file say, without the marks that open and close them."""
    if file.path.endswith(".sql"):
        return sql_comments(file, dialect)
    return yaml_comments(file, 0, len(file.text))


def _directives(comment: Span) -> Iterator[Span]:
    """The parts of a comment that begin with ``noqa``; what precedes the first is for people."""
    text = comment.text
    starts = [match.start(1) for match in _BEGIN.finditer(text)]
    for start, end in pairwise([*starts, len(text)]):
        part = text[start:end].rstrip().removesuffix("#}").rstrip().removesuffix("--").removesuffix("#").rstrip()
        yield comment.file.span(comment.start + start, comment.start + start + len(part))


@dataclass
class _Reading:
    """The comments of one file as they are read; ranges stay open until they are enabled again."""

    file: SourceFile

    def __post_init__(self) -> None:
        self.found: list[Suppression] = []
        self.problems: list[Diagnostic] = []
        self.open: dict[str, int] = {}
        self.end = self.file.position(len(self.file.text))[0]

    def add(self, comment: Span) -> None:
        """Read one comment that begins with ``noqa``."""
        tail = comment.text[len("noqa") :]
        said = _SAYS.match(tail)
        if said is None:
            if not tail or tail.lstrip().startswith("--"):
                self.malformed(comment, "the comment names no code", "what it answers must be said")
            elif _OURS.search(tail):
                self.malformed(comment, "`noqa` is not followed by a colon", "so the comment answers nothing")
            return
        start = comment.start + len("noqa") + said.start("codes")
        places = [(text, self.file.span(at, at + len(text))) for text, at in _words(said["codes"], start)]
        if not places:
            self.malformed(comment, "the comment names no code", "what it answers must be said")
        reason = " ".join((said["reason"] or "").split())
        for text, place in places:
            if not re.search(r"\s", text):
                self.code(text, place, comment, reason, (said["range"] or "").lower())
            elif _OURS.search(text):
                self.malformed(place, f"`{text}` is no code", "a reason follows the codes after `--`")

    def code(self, text: str, place: Span, comment: Span, reason: str, kind: str) -> None:
        """One code of a comment: a line, or the beginning or end of a range."""
        if _SQLFLUFF.fullmatch(text):
            return
        code = text.upper() if _CODE.fullmatch(text) else text
        if kind == "enable":
            self.enabled(code, place)
            return
        if kind == "disable":
            self.open[code] = len(self.found)
        last = self.end if kind else comment.line
        self.found.append(Suppression(code, reason, comment, place, comment.line, last))

    def enabled(self, code: str, place: Span) -> None:
        """The end of a range."""
        if code in self.open:
            index = self.open.pop(code)
            self.found[index] = replace(self.found[index], last=place.line)
            return
        fix = f"write `noqa: disable={code} -- reason` before it, or remove it"
        self.malformed(place, f"`{code}` is not disabled here", "there is nothing to enable again", fix)

    def malformed(self, place: Span, claim: str, cause: str, fix: str = _SHAPE) -> None:
        """Record an FC124."""
        self.problems.append(Diagnostic("FC124", claim, place, cause, fix, severity=Severity.WARNING))


def _words(text: str, offset: int) -> Iterator[tuple[str, int]]:
    """The parts between commas without the space around them, and their offsets."""
    for match in re.finditer(r"[^,\s](?:[^,]*[^,\s])?", text):
        yield match[0], offset + match.start()
