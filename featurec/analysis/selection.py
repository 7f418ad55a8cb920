"""Selectors in dbt's grammar: which views and spines ``--select`` and ``--exclude`` mean."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

from featurec.analysis.graph import children_of, reach
from featurec.analysis.model import AnalyzedProject
from featurec.diagnostic import Diagnostic, Severity, did_you_mean
from featurec.spec import FeatureView, SourceTable, Spine

Item = FeatureView | Spine | SourceTable

_PART = re.compile(r"(?P<at>@)?(?P<up>\d*\+)?(?:(?P<method>[a-z_]+):)?(?P<value>[^+@]+?)(?P<down>\+\d*)?", re.ASCII)


@dataclass(frozen=True, eq=False)
class Graph:
    """What can be selected, and what reads what.

    Attributes:
        items: relation key -> view, spine or source table, broken ones included.
        order: keys of views and spines, parents first.
        parents: key -> keys that it reads.
        states: key -> what ``state:`` calls it, as of ``changes.states``; None where it is compared with nothing.
    """

    items: Mapping[str, Item]
    order: tuple[str, ...]
    parents: Mapping[str, Sequence[str]]
    states: Mapping[str, frozenset[str]] | None = None

    @classmethod
    def of(cls, analyzed: AnalyzedProject, states: Mapping[str, frozenset[str]] | None = None) -> "Graph":
        """The graph of a project; a view that could not be analyzed is in it, but reads nothing."""
        project = analyzed.project
        known = [*(f"view.{name}" for name in analyzed.order), *(f"spine.{name}" for name in analyzed.spines)]
        every = [*(v.key for v in project.views.values()), *(s.key for s in project.spines.values())]
        items: dict[str, Item] = dict(project.sources)
        items |= {view.key: view for view in project.views.values()}
        items |= {spine.key: spine for spine in project.spines.values()}
        parents = {f"view.{name}": view.relations for name, view in analyzed.views.items()}
        parents |= {f"spine.{name}": spine.relations for name, spine in analyzed.spines.items()}
        return cls(items, (*known, *sorted(set(every) - set(known))), parents, states)

    @cached_property
    def children(self) -> Mapping[str, Sequence[str]]:
        """Key -> keys that read it."""
        return children_of(self.parents)


def select(
    graph: Graph | AnalyzedProject, select: Sequence[str], exclude: Sequence[str]
) -> tuple[list[str], list[Diagnostic]]:
    """Names of the views and spines that selectors mean, parents first.

    Args:
        graph: where to select from.
        select: selectors; none means everything. A space or a further selector is a union, a comma an
            intersection; ``+a`` adds what a reads, ``a+`` what reads it, ``2+a+1`` so many steps, ``@a`` what reads
            it and all that those read. ``tag:``, ``path:``, ``file:``, ``source:`` and ``state:`` say by what; ``*`` is a wildcard.
        exclude: selectors to leave out.

    Returns:
        FC956 where a selector matches nothing or is none (an error), or nothing is left (a warning).
    """
    graph = graph if isinstance(graph, Graph) else Graph.of(graph)
    findings: list[Diagnostic] = []
    chosen = _union(graph, select, findings, Severity.ERROR) if _words(select) else set(graph.order)
    left_out = _union(graph, exclude, findings, Severity.WARNING)
    names = [graph.items[key].name for key in graph.order if key in chosen and key not in left_out]
    if not names and not findings and (select or exclude):
        claim = "the selection leaves nothing to do"
        cause = "all that `--select` means is left out by `--exclude`" if left_out else "there are no feature views"
        findings.append(Diagnostic("FC956", claim, None, cause, "see `featurec ls`", severity=Severity.WARNING))
    return names, findings


def _words(selectors: Sequence[str]) -> list[str]:
    return [word for selector in selectors for word in selector.split()]


def _union(graph: Graph, selectors: Sequence[str], findings: list[Diagnostic], severity: Severity) -> set[str]:
    found: set[str] = set()
    for word in _words(selectors):
        matches: set[str] | None = None
        for part in word.split(","):
            here = _part(graph, part, findings)
            if here is None:
                break
            matches = here if matches is None else matches & here
        else:
            matches = {key for key in matches or () if not isinstance(graph.items[key], SourceTable)}
            if not matches:
                findings.append(_nothing(graph, word, severity))
            found |= matches
    return found


def _part(graph: Graph, part: str, findings: list[Diagnostic]) -> set[str] | None:
    """Keys that one selector without commas means; None with a finding where it is none."""
    parsed = _PART.fullmatch(part)
    method = (parsed["method"] or _method(parsed["value"])) if parsed else ""
    if parsed is not None and method == "state":
        found = _by_state(graph, parsed["value"], findings)
        return found and _reached(graph, parsed, found)
    if parsed is None or method not in METHODS:
        claim = f"`{part}` is not a selector" if parsed is None else f"there is no selector method `{method}:`"
        fix = (
            did_you_mean(method, [*METHODS, "state"])
            if parsed
            else "write a name, `+name`, `name+`, `tag:…`, `path:…` or `source:…`"
        )
        findings.append(Diagnostic("FC956", claim, None, "", fix))
        return None
    pattern = parsed["value"]
    return _reached(graph, parsed, {key for key, item in graph.items.items() if METHODS[method](item, pattern)})


def _reached(graph: Graph, parsed: re.Match[str], start: set[str]) -> set[str]:
    """The keys, and what ``+`` and ``@`` add to them."""
    found = set(start)
    if parsed["up"]:
        found |= reach(start, graph.parents, _depth(parsed["up"]))
    if parsed["down"] or parsed["at"]:
        below = reach(start, graph.children, _depth(parsed["down"] or "+"))
        found |= below
        if parsed["at"]:
            found |= reach(start | below, graph.parents)
    return found


def _by_state(graph: Graph, value: str, findings: list[Diagnostic]) -> set[str] | None:
    """Keys of what is new or modified; None with a finding where that is not known."""
    if value not in STATES:
        findings.append(Diagnostic("FC956", f"there is no state `{value}`", fix=did_you_mean(value, STATES)))
    elif graph.states is None:
        claim, cause = f"`state:{value}` needs something to compare with", "--state is not given"
        findings.append(Diagnostic("FC951", claim, None, cause, "add --state and a folder with a stored manifest.json"))
    else:
        return {key for key, found in graph.states.items() if value in found}
    return None


def _depth(text: str) -> int | None:
    digits = text.strip("+")
    return int(digits) if digits else None


def _method(value: str) -> str:
    """How a bare word is meant: as dbt does, by path where it has a slash, by file where it ends like one."""
    if "/" in value:
        return "path"
    return "file" if value.endswith(".sql") else "name"


def _by_name(item: Item, pattern: str) -> bool:
    return not isinstance(item, SourceTable) and fnmatchcase(item.name, pattern)


def _by_tag(item: Item, pattern: str) -> bool:
    return not isinstance(item, Spine) and any(fnmatchcase(tag, pattern) for tag in item.tags)


def _by_path(item: Item, pattern: str) -> bool:
    if isinstance(item, SourceTable):
        return False
    path, pattern = item.file.path, pattern.removeprefix("./").rstrip("/")
    return fnmatchcase(path, pattern) or path.startswith(pattern + "/") or fnmatchcase(path, pattern + "/*")


def _by_file(item: Item, pattern: str) -> bool:
    if isinstance(item, SourceTable):
        return False
    name = item.file.path.rpartition("/")[2]
    return fnmatchcase(name, pattern) or fnmatchcase(name, pattern + ".sql")


def _by_source(item: Item, pattern: str) -> bool:
    """``source:nyc`` is every table of the source, ``source:nyc.arrivals`` one."""
    if not isinstance(item, SourceTable):
        return False
    return fnmatchcase(item.source, pattern) or fnmatchcase(f"{item.source}.{item.name}", pattern)


STATES = ("modified", "new")
"""What ``state:`` knows; what is new is modified too."""

METHODS: Mapping[str, Callable[[Item, str], bool]] = {
    "name": _by_name,
    "tag": _by_tag,
    "path": _by_path,
    "file": _by_file,
    "source": _by_source,
}


def _nothing(graph: Graph, word: str, severity: Severity) -> Diagnostic:
    if "," in word:
        cause = "no view or spine is meant by every part at once"
        return Diagnostic("FC956", f"`{word}` matches nothing", None, cause, "see `featurec ls`", severity=severity)
    bare = word.strip("+@0123456789")
    kind = bare.partition(":")[0] if ":" in bare else "name"
    names: set[str] = set()
    for item in graph.items.values():
        if kind == "tag" and not isinstance(item, Spine):
            names |= {f"tag:{tag}" for tag in item.tags}
        elif kind == "source" and isinstance(item, SourceTable):
            names.add(f"source:{item.source}.{item.name}")
        elif kind in ("path", "file") and not isinstance(item, SourceTable):
            names.add(f"path:{item.file.path}")
        elif kind == "name" and not isinstance(item, SourceTable):
            names.add(item.name)
    cause = "it is all as it was in the manifest of --state" if kind == "state" else ""
    if kind == "source" and "+" not in word:
        cause = "sources are not built themselves; `source:…+` means what reads them"
    return Diagnostic("FC956", f"`{word}` matches nothing", None, cause, did_you_mean(bare, names), severity=severity)
