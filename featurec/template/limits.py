"""What a template may use up, and the operations that could exceed it, bounded before they run."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from jinja2 import Undefined
from jinja2.filters import FILTERS as JINJA_FILTERS

from featurec.diagnostic import Diagnostic

MAX_TEXT = 1_000_000
"""Characters of any text, the rendered SQL included."""
MAX_ITEMS = 100_000
"""Entries of any list."""
MAX_RANGE = 10_000
MAX_LOOPS = 100_000
"""Rounds of all loops of one rendering together."""
MAX_CALLS = 100_000
MAX_BITS = 512
"""Of a whole number."""


class TemplateProblem(Exception):
    """A template asked for something that it does not get. The finding lacks its place, which the traceback knows."""

    def __init__(self, finding: Diagnostic) -> None:
        self.finding = finding
        super().__init__(finding.claim)


def over_limit(claim: str, cause: str) -> TemplateProblem:
    """FC153."""
    return TemplateProblem(Diagnostic("FC153", claim, None, cause, "write the SQL with fewer or smaller steps"))


def misuse(claim: str, cause: str, fix: str) -> TemplateProblem:
    """FC156."""
    return TemplateProblem(Diagnostic("FC156", claim, None, cause, fix))


def check_text(length: int) -> None:
    """Raises TemplateProblem for a text longer than the limit."""
    if length > MAX_TEXT:
        raise over_limit("the template writes too much", f"a text has more than {MAX_TEXT:,} characters")


def check_items(length: int) -> None:
    """Raises TemplateProblem for a list longer than the limit."""
    if length > MAX_ITEMS:
        raise over_limit("the template makes a list too long", f"it has more than {MAX_ITEMS:,} entries")


def check_operation(operator: str, left: Any, right: Any) -> None:
    """Raises TemplateProblem where the result of ``left operator right`` would be too large."""
    if operator == "%" and isinstance(left, str):
        raise misuse("the template formats text with `%`", "the width is not bounded", "join texts with `~`")
    if operator == "**" and (_bits(left) * abs(right) > 4 * MAX_BITS if isinstance(right, int | float) else False):
        raise over_limit("the template makes a number too large", "the exponent is too great")
    if operator == "*":
        for value, times in ((left, right), (right, left)):
            if isinstance(value, str | list | tuple) and isinstance(times, int):
                check_length(value, len(value) * max(times, 0))
    if operator == "+" and isinstance(left, str | list | tuple) and isinstance(right, str | list | tuple):
        check_length(left, len(left) + len(right))


def check_length(value: object, length: int) -> None:
    """Raises TemplateProblem where ``length`` is too much for what ``value`` is, a text or a list."""
    if isinstance(value, str):
        check_text(length)
    else:
        check_items(length)


def check_number(value: object) -> None:
    """Raises TemplateProblem for a whole number of more bits than the limit."""
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        raise over_limit("the template makes a number too large", f"it has more than {MAX_BITS} bits")


def _bits(value: object) -> int:
    return value.bit_length() if isinstance(value, int) else 64


def as_text(value: object) -> str:
    """A value as it is written into SQL. Raises TemplateProblem for what is no text, number, true or false."""
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, Undefined):
        return str(value)
    if value is None:
        raise misuse(
            "the template writes `none` into the SQL", "it would read `None`", "write NULL, or `| default('…', true)`"
        )
    if isinstance(value, list | tuple | dict):
        kind = "a mapping" if isinstance(value, dict) else "a list"
        raise misuse(
            f"the template writes {kind} into the SQL", "only single values can be written", "use `| join(', ')`"
        )
    called = getattr(value, "name", None) or getattr(value, "__name__", "it")
    raise misuse("the template writes a function into the SQL", "it is not called", f"write `{called}(…)`")


def bounded_range(*bounds: int) -> range:
    """Python's ``range``, at most MAX_RANGE long."""
    numbers = range(*bounds)
    if len(numbers) > MAX_RANGE:
        raise over_limit("the template counts too far", f"`range` gives at most {MAX_RANGE:,} numbers")
    return numbers


def bounded_list(value: Iterable[Any]) -> list[Any]:
    """Python's ``list``, at most MAX_ITEMS long."""
    found = []
    for item in value:
        found.append(item)
        check_items(len(found))
    return found


def bounded_replace(text: str, old: str, new: str, count: int | None = None) -> str:
    """``str.replace``."""
    text, old, new = as_text(text), as_text(old), as_text(new)
    times = len(text) + 1 if not old else text.count(old)
    check_text(len(text) + times * len(new))
    return text.replace(old, new, -1 if count is None else count)


def bounded_join(values: Iterable[Any], separator: str = "", attribute: str | None = None) -> str:
    """``str.join`` over single values."""
    if attribute is not None:
        raise misuse("`join` takes no attribute here", "", "use `| map(attribute='…') | join(', ')`")
    texts = [as_text(value) for value in bounded_list(values)]
    check_text(sum(map(len, texts)) + len(separator) * len(texts))
    return as_text(separator).join(texts)


def join_texts(*values: Any) -> str:
    """What ``~`` does."""
    texts = [as_text(value) for value in values]
    check_text(sum(map(len, texts)))
    return "".join(texts)


def _sum(values: Iterable[Any]) -> float:
    total: float = 0
    for value in bounded_list(values):
        if not isinstance(value, int | float):
            raise misuse("`sum` adds numbers only", f"`{as_text(value)}` is none", "use `| join` for text")
        total += value
    return total


def _indent(text: str, width: int = 4, first: bool = False, blank: bool = False) -> str:
    space = " " * max(0, min(width, 100))
    lines = as_text(text).split("\n")
    check_text(sum(map(len, lines)) + len(space) * len(lines))
    kept = (space + line if (line or blank) and (first or number) else line for number, line in enumerate(lines))
    return "\n".join(kept)


FILTERS: dict[str, Callable[..., Any]] = {
    **{
        name: JINJA_FILTERS[name]
        for name in (
            "abs", "capitalize", "count", "d", "default", "dictsort", "first", "float", "groupby", "int", "items",
            "last", "length", "lower", "map", "max", "min", "reject", "rejectattr", "reverse", "round", "select",
            "selectattr", "sort", "title", "trim", "unique", "upper", "wordcount",
        )
    },
    "indent": _indent,
    "join": bounded_join,
    "list": bounded_list,
    "replace": bounded_replace,
    "string": as_text,
    "sum": _sum,
}  # fmt: skip
"""Filters whose results are no longer than what goes in, or bounded here. Others are refused."""

TEXT_METHODS: Sequence[str] = (
    "capitalize", "count", "endswith", "find", "index", "isalnum", "isalpha", "isdigit", "islower", "isnumeric",
    "isupper", "join", "lower", "lstrip", "partition", "removeprefix", "removesuffix", "replace", "rfind", "rpartition",
    "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "swapcase", "title", "upper",
)  # fmt: skip
