"""Which names a project may give: to views, entities, services and roles, and to columns."""

import re
from collections.abc import Iterable

from featurec.diagnostic import Diagnostic, Label
from featurec.source import Span

NAME = r"^[a-z](_?[a-z0-9])*_?$"
MAX_NAME = 48
RESERVED_PREFIX = "__fc_"
"""Names that begin so belong to the compiler."""

_NAME = re.compile(NAME, re.ASCII)


def check_name(name: str, kind: str, span: Span | None) -> list[Diagnostic]:
    """FC105 unless the name is ``[a-z][a-z0-9_]*`` without ``__`` and at most 48 long."""
    if _NAME.fullmatch(name) and len(name) <= MAX_NAME:
        return []
    if len(name) > MAX_NAME:
        cause = f"it has {len(name)} characters; the limit is {MAX_NAME}, so that names derived from it fit everywhere"
        return [Diagnostic("FC105", f"`{name[:MAX_NAME]}…` is too long for a {kind}", span, cause, "shorten it")]
    cause = "names are lower-case letters, digits and single underscores, beginning with a letter"
    mended = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()).strip("_")[:MAX_NAME]
    fix = f"call it `{mended}`" if _NAME.fullmatch(mended) else "give it another name"
    return [Diagnostic("FC105", f"`{name}` cannot be the name of a {kind}", span, cause, fix)]


def check_columns(names: Iterable[tuple[str, Span | None]], kind: str = "column") -> list[Diagnostic]:
    """FC105 for names that belong to the compiler or hold control characters, FC112 for names equal without case."""
    found: list[Diagnostic] = []
    seen: dict[str, tuple[str, Span | None]] = {}
    for name, span in names:
        if name.lower().startswith(RESERVED_PREFIX):
            cause = f"names that begin with `{RESERVED_PREFIX}` belong to featurec"
            found.append(Diagnostic("FC105", f"`{name}` cannot be the name of a {kind}", span, cause, "rename it"))
        elif not name.isprintable():
            cause = "it holds a character that cannot be seen"
            found.append(Diagnostic("FC105", f"{name!r} cannot be the name of a {kind}", span, cause, "rename it"))
        first, where = seen.setdefault(name.casefold(), (name, span))
        if where is not span:
            cause = "names that differ only in case are one name to most databases" if first != name else ""
            labels = (Label(where, "first written here"),) if where else ()
            claim = f"`{name}` is the name of two {kind}s" if first == name else f"`{name}` and `{first}` are one name"
            found.append(Diagnostic("FC112", claim, span, cause, "rename or remove one of them", labels))
    return found
