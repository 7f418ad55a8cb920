"""Where the comments of a file are: of SQL with Jinja in any dialect, and of YAML."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import yaml

from featurec.source import SourceFile, Span

_HEADER = re.compile(r"/\*[ \t]*---(?!-)")
_CLOSING = re.compile(r"---[ \t]*\*/")


def sql_comments(file: SourceFile, dialect: str) -> Iterator[Span]:
    """Line comments, Jinja's comments, and those in the YAML of the header; what stands in block comments is none.

    Reading stops where a quote, tag or comment is not closed: no SQL follows it.
    """
    for region in regions(file.text, dialect):
        if region.kind == "header":
            begin = file.text.index("---", region.start) + 3
            yield from yaml_comments(file, begin, file.text.rindex("---", begin, region.end))
        elif region.kind == "line":
            yield file.span(region.start + region.mark, region.end)
        elif region.kind == "jinja comment" and file.text.endswith("#}", region.start, region.end):
            text = file.text[region.start : region.end].removesuffix("#}").removesuffix("-")
            yield file.span(region.start + region.mark, region.start + len(text))


def _header_end(text: str, start: int) -> int | None:
    """Where the header that begins at ``start`` ends, whatever block comments look like inside; None for no header."""
    closing = _CLOSING.search(text, start) if _HEADER.match(text, start) else None
    return closing.end() if closing else None


def yaml_comments(file: SourceFile, start: int, end: int) -> Iterator[Span]:
    """The comments of the YAML in ``file.text[start:end]``, as far as it can be read."""
    text = file.text[start:end]
    scalars: list[tuple[int, int]] = []
    try:
        tokens = yaml.scan(text, Loader=yaml.CSafeLoader)
        scalars.extend(_content(t, text) for t in tokens if isinstance(t, yaml.ScalarToken))
    except yaml.MarkedYAMLError as error:
        marks = [mark.index for mark in (error.context_mark, error.problem_mark) if mark]
        text = text[: min(marks, default=0)]
    except yaml.YAMLError:
        text = ""
    ended = 0
    for match in re.finditer(r"(?:^|(?<=[ \t]))#", text, re.MULTILINE):
        before = bisect_right(scalars, (match.start(), len(text))) - 1
        if match.start() < ended or (before >= 0 and match.start() < scalars[before][1]):
            continue
        ended = _line_end(text, match.end())
        yield file.span(start + match.end(), start + ended)


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _content(token: yaml.ScalarToken, text: str) -> tuple[int, int]:
    """Where a scalar's own text is; that of a block begins a line after its ``|`` or ``>``, which a comment may follow."""
    start, end = token.start_mark.index, token.end_mark.index
    if token.style in ("|", ">"):
        start = text.find("\n", start, end)
    return (start, end) if start >= 0 else (end, end)


@dataclass(frozen=True)
class Region:
    """A part of a SQL template that is no code.

    Attributes:
        kind: ``line``, ``block`` and ``jinja comment`` are comments, ``header`` is the first block comment where it is
            one; ``quoted`` is a string or quoted name, ``tag`` Jinja's.
        mark: length of what opens it.
    """

    kind: str
    start: int
    end: int
    mark: int


@dataclass(frozen=True)
class _Marks:
    """What opens and closes things in a dialect. ``escapes`` are of strings, beside the doubled quote."""

    opening: re.Pattern[str]
    lines: frozenset[str]
    quotes: dict[str, str]
    escapes: str
    nested: bool


@lru_cache
def _marks(dialect: str) -> _Marks:
    from sqlglot.dialects.dialect import Dialect

    known = Dialect.get_or_raise(dialect).tokenizer_class
    lines = frozenset(mark for mark, end in known._COMMENTS.items() if end is None and not mark.startswith("{"))
    names = {(n if isinstance(n, str) else n[0]): (n if isinstance(n, str) else n[1]) for n in known.IDENTIFIERS}
    quotes = {mark: end for mark, end in {**names, **known._QUOTES}.items() if mark != "$"}
    openings = sorted({*lines, *quotes, "/*", "{#", "{{", "{%"}, key=len, reverse=True)
    pattern = "|".join([*map(re.escape, openings), r"\$(?:[A-Za-z_]\w*)?\$"])
    escapes = "".join(sorted(known._STRING_ESCAPES - {"'", '"'}))
    return _Marks(re.compile(pattern), lines, quotes, escapes, known.NESTED_COMMENTS)


def regions(text: str, dialect: str) -> Iterator[Region]:
    """What is no code in a SQL template, in order; where the last one is open, it lasts to the end."""
    return _Scan(text, dialect).regions()


class _Scan:
    """Goes through a SQL template once, from one thing that is no code to the next."""

    def __init__(self, text: str, dialect: str) -> None:
        self.text = text
        self.marks = _marks(dialect)

    def regions(self) -> Iterator[Region]:
        """As the function of that name."""
        at, begun = 0, False
        while opening := self.marks.opening.search(self.text, at):
            kind, end = self._end(opening[0], opening.end())
            header = _header_end(self.text, opening.start()) if kind == "block" and not begun else None
            begun |= kind == "block"
            if header:
                kind, end = "header", header
            yield Region(kind, opening.start(), end, len(opening[0]))
            at = end

    def _end(self, mark: str, at: int) -> tuple[str, int]:
        if mark in self.marks.lines:
            return "line", self._until("\n", at, 0)
        if mark == "{#":
            return "jinja comment", self._until("#}", at, 2)
        if mark in ("{{", "{%"):
            return "tag", self._tag("}}" if mark == "{{" else "%}", at)
        if mark == "/*":
            return "block", self._block(at)
        if mark.startswith("$"):
            return "quoted", self._until(mark, at, len(mark))
        return "quoted", self._quoted(self.marks.quotes[mark], at)

    def _until(self, mark: str, at: int, more: int) -> int:
        found = self.text.find(mark, at)
        return len(self.text) if found < 0 else found + more

    def _tag(self, closing: str, at: int) -> int:
        """The end of a Jinja tag, whose strings may hold anything."""
        for found in re.compile(f"{re.escape(closing)}|'|\"").finditer(self.text, at):
            if found.start() < at:
                continue
            if found[0] == closing:
                return found.end()
            at = self._string(found[0], found.end())
        return len(self.text)

    def _string(self, quote: str, at: int) -> int:
        """The end of a string in a Jinja tag."""
        for found in re.compile(rf"\\.|{quote}", re.DOTALL).finditer(self.text, at):
            if found[0] == quote:
                return found.end()
        return len(self.text)

    def _block(self, at: int) -> int:
        depth = 1
        for found in re.compile(r"/\*|\*/").finditer(self.text, at):
            depth += 1 if found[0] == "/*" and self.marks.nested else 0
            depth -= found[0] == "*/"
            if not depth:
                return found.end()
        return len(self.text)

    def _quoted(self, closing: str, at: int) -> int:
        """The end of a string or quoted name, in which Jinja's tags may stand, quotes of their own included."""
        escaped = f"[{re.escape(self.marks.escapes)}].|" if self.marks.escapes else ""
        close = re.escape(closing)
        step = re.compile(rf"{escaped}{close}{close}|{close}|\{{\{{|\{{%|\{{#", re.DOTALL)
        skips: dict[str, Callable[[int], int]] = {
            "{{": lambda start: self._tag("}}", start),
            "{%": lambda start: self._tag("%}", start),
            "{#": lambda start: self._until("#}", start, 2),
        }
        while found := step.search(self.text, at):
            if found[0] == closing:
                return found.end()
            at = skips[found[0]](found.end()) if found[0] in skips else found.end()
        return len(self.text)
