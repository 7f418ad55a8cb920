"""The page of each finding: the docstring and constants of its file in ``lint/rules``."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

from featurec.diagnostic import Severity
from featurec.lint import rules
from featurec.report.line import Line, line


@dataclass(frozen=True)
class Page:
    """What ``explain`` shows of a code. ``body`` is Markdown that begins with the first ``##`` heading."""

    code: str
    name: str
    severity: Severity
    since: str
    summary: str
    body: str


def pages() -> list[Page]:
    """All pages, by code."""
    return [_read(name) for name in _modules()]


def find_page(code: str) -> Page | None:
    """The page of a code (any case) or name; imports only that one."""
    word = code.strip().lower().replace("-", "_")
    for name in _modules():
        number, _, rest = name.partition("_")
        if word in {number, rest, name}:
            return _read(name)
    return None


def page_lines(page: Page) -> Iterable[Line]:
    """The page for a reader."""
    yield line((f"{page.code} {page.name}", "bold"), (f"  ({page.severity}, since {page.since})", "dim"))
    yield line()
    yield line(page.summary)
    yield line()
    fenced = False
    for text in page.body.splitlines():
        if text.startswith("```"):
            fenced = not fenced
            where = text.removeprefix("```").partition(" ")[2]
            if fenced and where:
                yield line((f"    -- {where}", "dim"))
        elif fenced:
            yield line("    ", (text, "note"))
        elif text.startswith("## "):
            yield line((text.removeprefix("## "), "bold"))
        else:
            yield line(text)


def _modules() -> list[str]:
    return sorted(info.name for info in iter_modules(rules.__path__) if info.name.startswith("fc"))


def _read(name: str) -> Page:
    module = import_module(f"{rules.__name__}.{name}")
    summary, _, body = (module.__doc__ or "").partition("\n")
    return Page(module.CODE, module.NAME, module.SEVERITY, module.SINCE, summary, body.strip("\n"))
