"""Derived facts of views as one JSON file, keyed by content: an unchanged view is neither rendered nor parsed again.

The file is good for one context: the installed featurec, sqlglot and Jinja, the target, and every declaration that any
view may depend on. When the context differs, the file is ignored and written anew. A view's own entry is keyed by its
text, and holds as long as the fingerprints of what it reads are the same.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from featurec import __version__
from featurec.analysis.memory import Remembered
from featurec.analysis.model import AnalyzedView, Lineage, LineageEdge, TimeVerdict, TimeVerdicts
from featurec.diagnostic import Diagnostic, Label, Severity
from featurec.resources import release, template_root
from featurec.source import LineMap, SourceFile, Span
from featurec.spec import Column, FeatureView, Project, Spine


class Cache:
    """The facts of one project and target. Satisfies ``featurec.analysis.memory.Memory``."""

    def __init__(self, path: Path, context: str, files: Mapping[str, SourceFile]) -> None:
        """Read ``path`` where it was written in the same context; otherwise begin empty.

        ``files`` are those that the context speaks of, by path: the only ones beside a view's own that the findings of
        an entry can point at.
        """
        self._path = path
        self._context = context
        self._files = files
        self._views: dict[str, Any] = {}
        self._queries: dict[str, str] = {}
        self._kept_views: dict[str, Any] = {}
        self._kept_queries: dict[str, str] = {}
        self._changed = False
        stored = _read(path)
        if stored.get("context") == context:
            self._views, self._queries = stored["views"], stored["queries"]

    def recall(self, spec: FeatureView | Spine) -> Remembered | None:
        """The view as it was analyzed from the same text."""
        entry = self._kept_views.get(spec.key) or self._views.get(spec.key)
        if entry is None or entry["text"] != _digest(spec.file.text):
            return None
        self._kept_views[spec.key] = entry
        files = {**self._files, spec.file.path: spec.file}
        findings = tuple(_finding(stored, files) for stored in entry["findings"])
        return Remembered(_view(entry, spec), entry["parents"], findings)

    def remember(self, known: Remembered) -> None:
        """Keep a view, unless a finding points at another view's file, which may change without this entry's knowing."""
        places = {span.path for finding in known.findings for span in _spans(finding)}
        if not places <= {known.view.spec.file.path, *self._files}:
            return
        self._changed = True
        self._kept_views[known.view.spec.key] = _entry(known)

    def query(self, key: str) -> str | None:
        """A compiled query; the key says everything that it depends on beside the context."""
        sql = self._kept_queries.get(key) or self._queries.get(key)
        if sql is not None:
            self._kept_queries[key] = sql
        return sql

    def keep_query(self, key: str, sql: str) -> None:
        """Keep a compiled query."""
        self._changed = True
        self._kept_queries[key] = sql

    def holds(self, spec: FeatureView | Spine) -> bool:
        """Whether there is an entry made from the same text."""
        entry = self._views.get(spec.key)
        return entry is not None and bool(entry["text"] == _digest(spec.file.text))

    def dump(self) -> bytes:
        """What was recalled or added so far, for ``merge`` in another process."""
        return orjson.dumps({"views": self._kept_views, "queries": self._kept_queries})

    def merge(self, dumped: bytes) -> None:
        """Add what another process found out about the same project in the same context."""
        document = orjson.loads(dumped)
        self._changed = True
        self._kept_views = document["views"] | self._kept_views
        self._kept_queries = document["queries"] | self._kept_queries

    def save(self, *, complete: bool) -> None:
        """Write what was recalled or added, in one step. After a ``complete`` run what nobody asked for is forgotten."""
        views = self._kept_views if complete else self._views | self._kept_views
        queries = self._kept_queries if complete else self._queries | self._kept_queries
        if not self._changed and len(views) == len(self._views) and len(queries) == len(self._queries):
            return
        document = {"context": self._context, "views": views, "queries": queries}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        temporary.write_bytes(orjson.dumps(document))
        temporary.replace(self._path)


def open_cache(path: Path, project: Project, target_name: str, target_type: str) -> Cache:
    """The cache of a project and target, whose context is everything but the views' own files that matters to them."""
    declared = {path: file for path, file in project.files.items() if not path.endswith(".sql")}
    macros = {file.path: file for file in project.macros}
    return Cache(path, _context_of(project, target_name, target_type, declared, macros), declared | macros)


def _context_of(
    project: Project,
    target_name: str,
    target_type: str,
    declared: Mapping[str, SourceFile],
    macros: Mapping[str, SourceFile],
) -> str:
    """Digest of everything but the views' own files that their analysis and SQL may depend on."""
    texts = [{path: file.text for path, file in files.items()} for files in (declared, macros)]
    names = sorted([*project.sources, *project.views, *project.spines])
    parts = [_installed(), target_name, target_type, *texts, names, dict(project.vars)]
    return _digest(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS, default=str).decode())


@cache
def _installed() -> tuple[object, ...]:
    """What makes SQL of files: versions, and the name, size and time of featurec's own files.

    The files differ between two checkouts of one version. A process looks at them once, as it goes on with the code that
    it began with.
    """
    found: list[tuple[str, int, int]] = []
    for folder in (Path(__file__).parent, template_root()):
        for where, _, names in os.walk(folder):
            for name in names:
                if name.endswith((".py", ".sql")):
                    status = os.stat(f"{where}/{name}")
                    found.append((name, status.st_size, status.st_mtime_ns))
    return (__version__, release("sqlglot"), release("jinja2"), *sorted(found))


def _read(path: Path) -> Mapping[str, Any]:
    """The stored document; empty where there is none or it cannot be read, since all of it can be made again."""
    try:
        document = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return document if isinstance(document, dict) else {}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _entry(known: Remembered) -> dict[str, Any]:
    view = known.view
    return {
        "text": _digest(view.spec.file.text),
        "parents": dict(known.parents),
        "rendered": view.rendered,
        "resolved": view.resolved_sql,
        "qualified": view.qualified_sql,
        "columns": [[c.name, c.type] for c in view.columns],
        "inferred": dict(view.inferred),
        "relations": list(view.relations),
        "lineage": {name: _edges(edges) for name, edges in view.lineage.columns.items()},
        "rows": _edges(view.lineage.rows),
        "zones": dict(view.zones),
        "fingerprint": view.fingerprint,
        "time": None
        if view.time is None
        else [_said(view.time.rows), {n: _said(v) for n, v in view.time.columns.items()}],
        "filters": dict(view.filters),
        "conditions": dict(view.conditions),
        "digests": dict(view.digests),
        "findings": [_stored(finding) for finding in known.findings],
    }


def _view(entry: Mapping[str, Any], spec: FeatureView | Spine) -> AnalyzedView:
    lineage = {name: tuple(LineageEdge(*edge) for edge in edges) for name, edges in entry["lineage"].items()}
    return AnalyzedView(
        spec=spec,
        rendered=entry["rendered"],
        map=LineMap(spec.file, exact=False),
        resolved_sql=entry["resolved"],
        qualified_sql=entry["qualified"],
        columns=tuple(Column(name, type_) for name, type_ in entry["columns"]),
        inferred=entry["inferred"],
        relations=tuple(entry["relations"]),
        lineage=Lineage(lineage, tuple(LineageEdge(*edge) for edge in entry["rows"])),
        zones=entry["zones"],
        fingerprint=entry["fingerprint"],
        time=None if entry["time"] is None else _verdicts(*entry["time"]),
        filters=entry["filters"],
        conditions=entry["conditions"],
        digests=entry["digests"],
    )


def _spans(finding: Diagnostic) -> list[Span]:
    return [*((finding.span,) if finding.span else ()), *(label.span for label in finding.labels)]


def _stored(finding: Diagnostic) -> dict[str, Any]:
    return {
        "code": finding.code,
        "claim": finding.claim,
        "span": _place(finding.span) if finding.span else None,
        "cause": finding.cause,
        "fix": finding.fix,
        "labels": [[_place(label.span), label.text] for label in finding.labels],
        "severity": finding.severity,
        "approximate": finding.approximate,
    }


def _finding(stored: Mapping[str, Any], files: Mapping[str, SourceFile]) -> Diagnostic:
    def span(place: tuple[str, int, int]) -> Span:
        path, start, end = place
        return files[path].span(start, end)

    return Diagnostic(
        code=stored["code"],
        claim=stored["claim"],
        span=span(stored["span"]) if stored["span"] else None,
        cause=stored["cause"],
        fix=stored["fix"],
        labels=tuple(Label(span(place), text) for place, text in stored["labels"]),
        severity=Severity(stored["severity"]),
        approximate=stored["approximate"],
    )


def _place(span: Span) -> list[object]:
    return [span.path, span.start, span.end]


def _said(verdict: TimeVerdict) -> list[Any]:
    return [verdict.verdict, list(verdict.because)]


def _verdicts(rows: Sequence[Any], columns: Mapping[str, Sequence[Any]]) -> TimeVerdicts:
    said = {name: TimeVerdict(verdict, tuple(because)) for name, (verdict, because) in columns.items()}
    return TimeVerdicts(TimeVerdict(rows[0], tuple(rows[1])), said)


def _edges(edges: tuple[LineageEdge, ...]) -> list[list[str]]:
    return [[e.relation, e.column, e.kind] for e in edges]
