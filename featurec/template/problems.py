"""What goes wrong in a template, as findings in the author's file or in the macro where it happened."""

import re
from collections.abc import Collection, Iterator, Mapping
from types import TracebackType

from jinja2 import Template, nodes
from jinja2.exceptions import SecurityError, TemplateError, TemplateSyntaxError, UndefinedError

from featurec.diagnostic import Diagnostic, Label, did_you_mean
from featurec.source import SourceFile, Span
from featurec.template.functions import ELSEWHERE
from featurec.template.limits import FILTERS, TemplateProblem
from featurec.template.sandbox import Sandbox

Templates = Mapping[str, tuple[SourceFile, int, Template]]
"""Path -> the file, where its template begins, and the compiled template."""

_MACRO = r"\{%[-+]?\s*macro\s+(NAME)\b"


def macro_names(text: str) -> frozenset[str]:
    """Names of the macros that a text seems to define, for files that cannot be read."""
    return frozenset(re.findall(_MACRO.replace("NAME", r"\w+"), text))


def macro_place(file: SourceFile, name: str) -> Span:
    """Where a file defines a macro."""
    match = re.search(_MACRO.replace("NAME", re.escape(name)), file.text)
    return file.span(*match.span(1)) if match else file.span(0, 1)


def refused_statements(tree: nodes.Template, environment: Sandbox, file: SourceFile, base: int) -> list[Diagnostic]:
    """FC152 for statements that would read other templates."""
    found = []
    for node in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends, nodes.Block)):
        start, end = environment.offsets.tag(node.lineno)
        word = {"FromImport": "from … import"}.get(type(node).__name__, type(node).__name__.lower())
        cause = "a template reads no other files; macros of `macros/` are known everywhere by their names"
        found.append(
            Diagnostic(
                "FC152",
                f"`{word}` is not available",
                file.span(base + start, base + end),
                cause,
                "call the macro by its name",
            )
        )
    return found


def undefined_name(error: BaseException) -> str | None:
    """The name that was used though nothing defines it; None for other errors."""
    match = re.fullmatch(r"'(\w+)' is undefined", str(error)) if isinstance(error, UndefinedError) else None
    return match[1] if match else None


def explained(error: BaseException, names: Collection[str]) -> Diagnostic:
    """The finding of an error, without its place. ``names``: what templates know, for suggestions."""
    if isinstance(error, TemplateProblem):
        return error.finding
    name = undefined_name(error)
    if name is not None and name in ELSEWHERE:
        return Diagnostic("FC151", f"`{name}` is not available", None, *ELSEWHERE[name])
    if name is not None:
        cause = "it is neither a function, a macro of `macros/`, nor set in the template"
        return Diagnostic("FC151", f"`{name}` is not defined", None, cause, did_you_mean(name, names))
    missing = re.fullmatch(r"parameter '(\w+)' was not provided", str(error))
    if isinstance(error, UndefinedError) and missing:
        claim = f"the macro is called without `{missing[1]}`"
        return Diagnostic("FC151", claim, None, "", f"hand it in: `{missing[1]}=…`; or give it a default in the macro")
    if isinstance(error, UndefinedError):
        return Diagnostic(
            "FC151",
            f"the template uses what is not there: {error}",
            None,
            "",
            "check the name, or test it with `is defined`",
        )
    if isinstance(error, SecurityError):
        return Diagnostic(
            "FC152",
            "the template reaches for what it may not",
            None,
            str(error),
            "use plain values, filters and macros",
        )
    if isinstance(error, TemplateSyntaxError):
        return _syntax(error)
    if isinstance(error, RecursionError | MemoryError | SyntaxError):
        return Diagnostic(
            "FC153",
            "the template is nested too deeply",
            None,
            "macros call themselves, or brackets or blocks are nested without end",
            "write it with a loop, or flatten it",
        )
    said = str(error) if isinstance(error, TemplateError) else f"{type(error).__name__}: {error}"
    return Diagnostic("FC156", "the template cannot be evaluated", None, said, "check the values that it computes with")


def _syntax(error: TemplateSyntaxError) -> Diagnostic:
    message = str(error.message)
    unknown = re.match(r"No (filter|test) named '(.*)'", message)
    if unknown and unknown[1] == "filter":
        return Diagnostic("FC151", f"there is no filter `{unknown[2]}`", None, "", did_you_mean(unknown[2], FILTERS))
    tag = re.match(r"Encountered unknown tag '(.*?)'", message)
    if tag:
        known = (
            "if",
            "elif",
            "else",
            "endif",
            "for",
            "endfor",
            "set",
            "endset",
            "macro",
            "endmacro",
            "call",
            "endcall",
            "raw",
            "endraw",
        )
        return Diagnostic(
            "FC150", f"`{tag[1]}` is no statement of templates", None, message, did_you_mean(tag[1], known)
        )
    fix = "close every `{{`, `{%` and `{#`, every bracket and quote, and every `if`, `for` and `macro`"
    return Diagnostic("FC150", "the template cannot be read", None, message, fix)


def placed(
    error: BaseException,
    file: SourceFile,
    base: int,
    environment: Sandbox,
    templates: Templates,
    hidden: Collection[str] = (),
) -> Diagnostic:
    """The finding of an error that ended the reading or rendering of a template.

    Args:
        file: what was read or rendered, from offset ``base`` on.
        templates: every template that may have been running, ``file`` included once it is compiled.
        hidden: names not to suggest.
    """
    finding = explained(error, sorted(set(environment.globals) - set(hidden)))
    if isinstance(error, TemplateSyntaxError):
        start, end = environment.offsets.tag(_unclosed(error, environment, file.text[base:]))
        return _at(finding, file.span(base + start, base + end))
    running = list(_running(error.__traceback__, templates))
    if not running:
        return _at(finding, file.span(base, base + 1))
    spans = [_tag(path, offset, environment, templates) for path, offset in running]
    calls = [span for span in spans[:-1] if span.file is file and span.file is not spans[-1].file]
    return _at(finding, spans[-1], (Label(calls[-1], "called here"),) if calls else ())


def _at(finding: Diagnostic, span: Span, labels: tuple[Label, ...] = ()) -> Diagnostic:
    return Diagnostic(finding.code, finding.claim, span, finding.cause, finding.fix, labels)


def _running(traceback: TracebackType | None, templates: Templates) -> Iterator[tuple[str, int]]:
    """Path and offset of each template on the stack, the outermost first."""
    while traceback is not None:
        path = traceback.tb_frame.f_code.co_filename
        if path in templates:
            yield path, templates[path][2].get_corresponding_lineno(traceback.tb_lineno)
        traceback = traceback.tb_next


def _tag(path: str, offset: int, environment: Sandbox, templates: Templates) -> Span:
    file, base, _ = templates[path]
    lexer = environment.offsets
    for _ in lexer.tokeniter(file.text[base:], path):
        continue
    start, end = lexer.tag(offset)
    return file.span(base + start, base + end)


def _unclosed(error: TemplateSyntaxError, environment: Sandbox, text: str) -> int:
    """Where to point: for a block that is never closed its opening tag, else where reading ended."""
    block = re.search(r"innermost block that needs to be closed is '(\w+)'", str(error.message))
    if block is None or "end of template" not in str(error.message):
        return error.lineno
    open_tags: list[int] = []
    for start, end in environment.offsets.tags:
        word = re.match(r"\{%[-+]?\s*(\w+)", text[start:end])
        if word and word[1] == block[1]:
            open_tags.append(start)
        elif word and word[1] == "end" + block[1] and open_tags:
            open_tags.pop()
    return open_tags[-1] if open_tags else error.lineno
