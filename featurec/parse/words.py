"""The author's words: the tokens of SQL with their places, and the extent of a node among them.

Only some nodes know where they stand. The extent of any other is that of its parts, and of the keywords and parentheses that
its kind puts around them.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from sqlglot import exp

_WORD = re.compile(
    r"""(?P<skip>--[^\n]*|/\*.*?\*/|\s+)|'(?:[^']|'')*'|"[^"]*"|`[^`]*`|[^\W\d][\w$]*|\d[\w.]*|::|[<>!=|]+|.""",
    re.DOTALL,
)
_OPEN = frozenset("([{")
_CLOSE = frozenset(")]}")


@dataclass(frozen=True, slots=True)
class Word:
    """One token. ``key`` is its text in upper case; ``end`` is exclusive."""

    start: int
    end: int
    key: str


class Words:
    """The tokens of a text. Extents are pairs of indexes, the last included."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        found = (match for match in _WORD.finditer(sql) if match["skip"] is None)
        self.all = [Word(match.start(), match.end(), match[0].upper()) for match in found]
        self._starts = [word.start for word in self.all]

    def at(self, offset: int) -> int:
        """The index of the token that an offset lies in."""
        return max(bisect_right(self._starts, offset) - 1, 0)

    def key(self, index: int) -> str:
        """A token in upper case; empty beyond the ends."""
        return self.all[index].key if 0 <= index < len(self.all) else ""

    def closing(self, index: int) -> int | None:
        """The parenthesis that closes the one at an index."""
        depth = 0
        for at in range(index, len(self.all)):
            depth += (self.all[at].key in _OPEN) - (self.all[at].key in _CLOSE)
            if depth == 0:
                return at
        return None

    def opening(self, index: int) -> int | None:
        """The parenthesis that is open at an index."""
        depth = 0
        for at in range(index - 1, -1, -1):
            depth += (self.all[at].key in _CLOSE) - (self.all[at].key in _OPEN)
            if depth < 0:
                return at
        return None

    def level(self, index: int) -> Iterator[int]:
        """The indexes from one on, what is in parentheses left out, up to where its own end."""
        at: int | None = index
        while at is not None and at < len(self.all) and self.all[at].key not in _CLOSE:
            yield at
            at = self.closing(at)
            at = None if at is None else at + 1

    def text(self, first: int, last: int) -> str:
        """From one token to another, on one line."""
        return " ".join(self.sql[self.all[first].start : self.all[last].end].split())

    def places(self, first: int, last: int) -> tuple[int, int]:
        """The offsets of an extent."""
        return self.all[first].start, self.all[last].end


@lru_cache(maxsize=16)
def words_of(sql: str) -> Words:
    """The tokens of a text."""
    return Words(sql)


Extent = tuple[int, int]


def extent(node: exp.Expr, words: Words) -> Extent | None:
    """From the first to the last token of an expression; None where that cannot be told."""
    for kinds, found in _EXTENTS:
        if isinstance(node, kinds):
            return found(node, words)
    return _own(node, words)


def name_of_call(node: exp.Expr, words: Words) -> int | None:
    """The token that names a function, before its parenthesis."""
    own = _own(node, words)
    if own is not None:
        return own[0]
    for part in node.iter_expressions():
        inner = extent(part, words) or first_place(part, words)
        opening = None if inner is None else words.opening(inner[0])
        if opening:
            return opening - 1 if words.key(opening - 1)[:1].isalpha() else None
    return None


def first_place(node: exp.Expr, words: Words) -> Extent | None:
    """The first part of a node that has a place."""
    parts = (part for part in node.walk() if part.arg_key != "table")
    found = [own for part in parts if (own := _own(part, words)) is not None]
    return min(found) if found else None


def _own(node: exp.Expr, words: Words) -> Extent | None:
    meta = node.meta if node._meta else None
    if not meta or "start" not in meta:
        return None
    return words.at(int(meta["start"])), words.at(int(meta["end"]))


def _column(node: exp.Expr, words: Words) -> Extent | None:
    """The name, and the table where the author has written it: qualifying puts one before every column."""
    name = _own(node.this, words)
    table = node.args.get("table")
    if name is None or table is None or words.key(name[0] - 1) != ".":
        return name
    return name[0] - 2, name[1]


def _around(parts: list[exp.Expr], words: Words) -> Extent | None:
    found = [extent(part, words) for part in parts]
    known = [part for part in found if part is not None]
    return (min(k[0] for k in known), max(k[1] for k in known)) if len(known) == len(found) else None


def _enclosed(node: exp.Expr, words: Words) -> Extent | None:
    """From the parenthesis around a node's first part to the one that closes it; EXISTS belongs to it."""
    inner = extent(node.this, words) if isinstance(node, exp.Paren) else first_place(node, words)
    opening = None if inner is None else words.opening(inner[0])
    closing = None if opening is None else words.closing(opening)
    if opening is None or closing is None:
        return None
    if not isinstance(node, exp.Paren) and words.key(opening + 1) not in ("SELECT", "WITH", "FROM", "("):
        return None
    return (opening - 1 if words.key(opening - 1) == "EXISTS" else opening), closing


def _window(node: exp.Expr, words: Words) -> Extent | None:
    call = extent(node.this, words)
    if call is None:
        return None
    at = call[1] + 1
    while words.key(at) in ("IGNORE", "RESPECT", "NULLS"):
        at += 1
    return _followed((call[0], at - 1), "OVER", words)


def _nulls(node: exp.Expr, words: Words) -> Extent | None:
    """A call, and IGNORE NULLS where it stands behind it."""
    call = extent(node.this, words)
    behind = call is not None and words.key(call[1] + 1) in ("IGNORE", "RESPECT")
    return (call[0], call[1] + 2) if call is not None and behind else call


def _followed(before: Extent | None, keyword: str, words: Words) -> Extent | None:
    """What comes before a keyword, the keyword and what it takes: a name or something in parentheses."""
    if before is None:
        return None
    at = before[1] + 1
    if words.key(at) == "NOT":
        at += 1
    if words.key(at) != keyword:
        return None
    last = words.closing(at + 1) if words.key(at + 1) == "(" else at + 1
    return None if last is None else (before[0], last)


def _clause(node: exp.Expr, words: Words) -> Extent | None:
    """LIMIT and the number after it."""
    number = first_place(node.expression, words) if isinstance(node.expression, exp.Expr) else None
    number = number or first_place(node, words)
    if number is None:
        return None
    for at in range(number[0], max(number[0] - 4, -1), -1):
        if words.key(at) in ("LIMIT", "FETCH", "TOP", "OFFSET"):
            return at, number[1]
    return number


def _case(node: exp.Expr, words: Words) -> Extent | None:
    inner = first_place(node, words)
    if inner is None:
        return None
    depth, first = 0, inner[0]
    while first >= 0 and (words.key(first) != "CASE" or depth):
        depth += (words.key(first) == "END") - (words.key(first) == "CASE")
        first -= 1
    depth = 0
    for last in range(first, len(words.all)):
        depth += (words.key(last) == "CASE") - (words.key(last) == "END")
        if depth == 0:
            return (first, last) if first >= 0 else None
    return None


def _cast(node: exp.Expr, words: Words) -> Extent | None:
    """``x::t`` and ``CAST(x AS t)``."""
    inner = extent(node.this, words)
    if inner is None:
        return None
    if words.key(inner[1] + 1) == "::":
        last = inner[1] + 2
        if words.key(last + 1) == "(":
            last = words.closing(last + 1) or last
        return inner[0], last
    opening = words.opening(inner[0])
    closing = None if opening is None else words.closing(opening)
    if opening is None or closing is None or opening != inner[0] - 1 or not words.key(opening - 1)[:1].isalpha():
        return None
    return opening - 1, closing


def _call(node: exp.Expr, words: Words) -> Extent | None:
    """A name and its parentheses, of which a function may have two pairs."""
    first = name_of_call(node, words)
    if first is None:
        return None
    last = first
    while words.key(last + 1) == "(":
        closing = words.closing(last + 1)
        if closing is None:
            return None
        last = closing
    return first, last


def _is(node: exp.Expr, words: Words) -> Extent | None:
    left = extent(node.this, words)
    if left is None or words.key(left[1] + 1) != "IS":
        return None
    last = left[1] + 2
    return left[0], last + 1 if words.key(last) == "NOT" else last


def _binary(node: exp.Expr, words: Words) -> Extent | None:
    left = extent(node.this, words)
    if left is None:
        return None
    if not isinstance(node.expression, exp.Interval):
        right = extent(node.expression, words)
        return None if right is None or right[0] < left[0] else (left[0], right[1])
    at = left[1] + 2
    if words.key(at) != "INTERVAL":
        return None
    last = words.closing(at + 1) if words.key(at + 1) == "(" else at + 1
    if last is None:
        return None
    return left[0], last + 1 if words.key(last + 1).rstrip("S") in _UNITS else last


def _negated(node: exp.Expr, words: Words) -> Extent | None:
    inner = extent(node.this, words)
    if inner is None or words.key(inner[0] - 1) in ("NOT", "-"):
        return None if inner is None else (inner[0] - 1, inner[1])
    return inner if isinstance(node.this, exp.Is | exp.In | exp.Between) else None


_UNITS = frozenset(
    {"MICROSECOND", "MILLISECOND", "SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"}
)
_EXTENTS: tuple[tuple[tuple[type[exp.Expr], ...], Callable[[exp.Expr, Words], Extent | None]], ...] = (
    ((exp.Column,), _column),
    ((exp.Paren, exp.Subquery, exp.Exists, exp.Select), _enclosed),
    ((exp.Window,), _window),
    ((exp.Limit, exp.Fetch, exp.Offset), _clause),
    ((exp.Filter,), lambda node, words: _followed(extent(node.this, words), "FILTER", words)),
    ((exp.IgnoreNulls, exp.RespectNulls), _nulls),
    ((exp.Between,), lambda node, words: _around([node.this, node.args["low"], node.args["high"]], words)),
    ((exp.In,), lambda node, words: _followed(extent(node.this, words), "IN", words)),
    ((exp.Not, exp.Neg), _negated),
    ((exp.Case,), _case),
    ((exp.Cast,), _cast),
    ((exp.AtTimeZone,), lambda node, words: _around([node.this, node.args["zone"]], words)),
    ((exp.Connector,), _binary),
    ((exp.Func,), _call),
    ((exp.Is,), _is),
    ((exp.Binary,), _binary),
    ((exp.Alias, exp.Ordered), lambda node, words: extent(node.this, words)),
)
"""What kinds of nodes extend over, the first kind that fits."""
