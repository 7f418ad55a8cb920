"""The Jinja environment that project files are rendered in: plain values, few functions, hard limits.

Templates come from pull requests, so they must end, stay small, and reach nothing but what they are given.
"""

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from jinja2 import StrictUndefined, Undefined
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

from featurec.diagnostic import Diagnostic
from featurec.spec import FeatureView, Spine
from featurec.template import limits
from featurec.template.limits import TemplateProblem, over_limit
from featurec.template.traced import OffsetLexer, Traced, join


@dataclass
class Rendering:
    """What one rendering reads, and what it has used up so far.

    Attributes:
        dialect: of the SQL that is written.
        spec: what is rendered; None while macro files are loaded.
        vars: names of the variables read.
        problems: what could not be had, with the offsets of the tag that asked; the rest was rendered all the same.
    """

    dialect: str
    spec: FeatureView | Spine | None = None
    vars: set[str] = field(default_factory=set)
    problems: list[tuple[Exception, int, int]] = field(default_factory=list)
    loops: int = 0
    calls: int = 0


current: ContextVar[Rendering] = ContextVar("rendering")
"""The rendering under way. Macros are compiled once, but what they write depends on who calls."""


class Unavailable(StrictUndefined):
    """Stands for a value that could not be had; whatever is done with it raises the reason."""

    def __init__(self, finding: Diagnostic) -> None:
        def reason(_: str) -> TemplateProblem:
            return TemplateProblem(finding)

        super().__init__(finding.claim, exc=reason)  # type: ignore[arg-type]  # called as a class is


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja within the limits; positions of nodes are offsets, and output can be traced."""

    intercepted_binops = frozenset({"*", "**", "+", "%"})

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False, optimized=False)
        self.offsets = OffsetLexer(self)
        self.globals.clear()
        self.globals |= {"range": limits.bounded_range, "namespace": Namespace, "dict": dict}
        self.filters.clear()
        self.filters |= limits.FILTERS
        self.concat = _concatenate  # type: ignore[method-assign]  # an attribute of Jinja's class, typed as a method
        # What ``instrument`` makes templates call.
        self.trace_text = Traced.written
        self.trace_value = _trace_value
        self.join_texts = limits.join_texts
        self.loop_over = _loop_over

    @property
    def lexer(self) -> OffsetLexer:
        return self.offsets

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, str):
            return attr in limits.TEXT_METHODS
        return not isinstance(obj, int | float) and super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        if isinstance(getattr(value, "__self__", None), str) and value.__name__ in ("format", "format_map"):
            raise SecurityError("`format` is not available; join texts with `~`")
        return None

    def call(self, context: Context, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        rendering = current.get()
        rendering.calls += 1
        if rendering.calls > limits.MAX_CALLS:
            raise over_limit("the template does not come to an end", f"it makes more than {limits.MAX_CALLS:,} calls")
        if isinstance(function, Undefined):
            return function
        owner = getattr(function, "__self__", None)
        if isinstance(owner, str) and function.__name__ == "replace":
            return limits.bounded_replace(owner, *args, **kwargs)
        if isinstance(owner, str) and function.__name__ == "join":
            return limits.bounded_join(args[0], owner) if len(args) == 1 and not kwargs else owner.join(*args, **kwargs)
        return super().call(context, function, *args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        limits.check_operation(operator, left, right)
        result = super().call_binop(context, operator, left, right)
        limits.check_number(result)
        return result


def _concatenate(parts: Iterable[str]) -> str:
    """What a template, macro or block has put out, as one text."""
    texts = list(parts)
    limits.check_text(sum(map(len, texts)))
    return join(texts)


def _trace_value(value: object, start: int, end: int) -> str:
    """The text of ``{{ … }}``. In a view (``start`` ≥ 0) a value that could not be had is noted, and the rest goes on."""
    if isinstance(value, Traced):
        return value.at(start, end) if start >= 0 else value
    if start < 0:
        return limits.as_text(value)
    try:
        return Traced.computed(limits.as_text(value), start, end)
    except Exception as error:  # noqa: BLE001 -- the reason, whatever it is, becomes a finding
        current.get().problems.append((error, start, end))
        return Traced.computed("NULL", start, end)


def _loop_over(values: Iterable[Any]) -> list[Any]:
    """The values of a loop; its rounds are drawn from the budget before the first."""
    found = limits.bounded_list(values)
    rendering = current.get()
    rendering.loops += len(found)
    if rendering.loops > limits.MAX_LOOPS:
        raise over_limit(
            "the template does not come to an end", f"its loops make more than {limits.MAX_LOOPS:,} rounds"
        )
    return found
