"""A finding: code and claim, place, cause, fix, page. Findings travel beside results; they are not raised."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from featurec.source import Span


class Severity(StrEnum):
    """How much a finding weighs: an error stops what depends on it, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Label:
    """A second place that belongs to a finding, such as "first declared here"."""

    span: Span
    text: str


@dataclass(frozen=True)
class Diagnostic:
    """One finding, in the five parts that a reader gets in this order.

    Attributes:
        code: ``FC`` and three digits; the page is ``featurec explain CODE``.
        claim: one sentence of what is wrong, in the words of the user's file, without a final stop.
        span: where; None for what has no place in a file (a lost connection, a missing file).
        cause: why it is so.
        fix: what to do, ideally the line to write.
        labels: further places.
        severity: error unless said otherwise.
        approximate: true when the place was carried back through a template by guess.
    """

    code: str
    claim: str
    span: Span | None = None
    cause: str = ""
    fix: str = ""
    labels: tuple[Label, ...] = ()
    severity: Severity = Severity.ERROR
    approximate: bool = False


@dataclass(frozen=True)
class Suppression:
    """What a ``noqa`` comment says of one code.

    Attributes:
        code: as written, in upper case where it looks like a code.
        reason: what follows the second ``--``; empty where nothing does.
        by: the comment, from ``noqa`` on.
        at: the code in it.
        first, last: 1-based lines that it speaks of; equal, unless it is a range.
    """

    code: str
    reason: str
    by: Span
    at: Span
    first: int
    last: int

    @property
    def explained(self) -> bool:
        """Whether somebody has given a reason; a note that one is due is none."""
        return bool(self.reason) and not self.reason.upper().startswith("TODO")

    def answers(self, finding: Diagnostic) -> bool:
        """Whether the finding has the code, and its first or last line is one of these."""
        span = finding.span
        if span is None or span.path != self.by.path or finding.code != self.code:
            return False
        last = span.file.position(max(span.end - 1, span.start))[0]
        return self.first <= span.line <= self.last or self.first <= last <= self.last


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any finding is an error."""
    return any(d.severity is Severity.ERROR for d in diagnostics)


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Without repeats, by file and place; what has no place comes first."""

    def key(d: Diagnostic) -> tuple[str, int, int, str, str]:
        where = (d.span.path, d.span.start, d.span.end) if d.span else ("", 0, 0)
        return (*where, d.code, d.claim)

    return sorted(dict.fromkeys(diagnostics), key=key)


def did_you_mean(word: str, accepted: Iterable[str], limit: int = 3) -> str:
    """``did you mean `x`?`` and the accepted names if they are few, for the fix of an unknown name; never empty."""
    from difflib import get_close_matches

    names = sorted(set(accepted))
    near = get_close_matches(word, names, n=limit, cutoff=0.6)
    listed = ", ".join(names) if len(names) <= 20 else ", ".join(names[:20]) + ", …"
    accepted_names = f"accepted: {listed}" if names else "nothing of this kind is declared"
    if not near:
        return accepted_names
    question = "did you mean " + " or ".join(f"`{n}`" for n in near) + "?"
    return f"{question} ({accepted_names})" if len(names) <= 10 else question
