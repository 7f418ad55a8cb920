"""What a project declares, as a list."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Literal

from featurec.analysis.model import AnalyzedProject
from featurec.analysis.windowed import relation_columns
from featurec.duration import written_duration
from featurec.report.json import Json
from featurec.report.line import Line
from featurec.report.table import table
from featurec.source import Span
from featurec.spec import FeatureView, Project, Spine

SCHEMA_VERSION = 1
"""Of the entries of ``featurec ls --output json``; a new key does not change it."""


@dataclass(frozen=True)
class Resource:
    """One declaration.

    Attributes:
        about: entities of a view or spine, join keys of an entity, views of a service, time of a source.
        columns: output columns and windowed features, or columns, with types where they are known.
        reads: keys of the views and source tables that it reads (``view.arrivals``, ``source.nyc.flights``); None for what
            reads nothing by its kind, and for a query that could not be analyzed.
        entities: of a view or spine.
    """

    kind: Literal["entity", "source", "view", "spine", "service"]
    name: str
    about: str
    columns: tuple[tuple[str, str | None], ...] = ()
    reads: tuple[str, ...] | None = None
    entities: tuple[str, ...] | None = None
    view: FeatureView | None = None
    description: str = ""
    owner: str | None = None
    tags: tuple[str, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)
    span: Span | None = None


def resources(project: Project, analyzed: AnalyzedProject) -> Iterator[Resource]:
    """Everything that is declared, by kind and name; a view that could not be analyzed has no columns."""
    for entity in sorted(project.entities.values(), key=lambda e: e.name):
        keys = tuple((c.name, c.type) for c in entity.join_keys)
        about = ", ".join(name for name, _ in keys)
        yield Resource(
            "entity",
            entity.name,
            about,
            keys,
            description=entity.description,
            owner=entity.owner,
            tags=entity.tags,
            span=entity.span,
        )
    for key, source in sorted(project.sources.items()):
        yield Resource(
            "source",
            _name(key),
            source.timestamp or ("static" if source.static else "mutable"),
            tuple((c.name, c.type) for c in source.columns),
            description=source.description,
            owner=source.owner,
            tags=source.tags,
            meta=source.meta,
            span=source.span,
        )
    for view in sorted(project.views.values(), key=lambda v: v.name):
        yield _query(view, analyzed)
    for spine in sorted(project.spines.values(), key=lambda s: s.name):
        yield _query(spine, analyzed)
    for service in sorted(project.services.values(), key=lambda s: s.name):
        yield Resource(
            "service",
            service.name,
            "",
            reads=tuple(dict.fromkeys(f"view.{f.view}" for f in service.features)),
            description=service.description,
            owner=service.owner,
            tags=service.tags,
            span=service.span,
        )


def _query(spec: FeatureView | Spine, analyzed: AnalyzedProject) -> Resource:
    view = spec if isinstance(spec, FeatureView) else None
    found = (analyzed.views if view else analyzed.spines).get(spec.name)
    return Resource(
        "view" if view else "spine",
        spec.name,
        ", ".join(spec.entities),
        tuple((c.name, c.type) for c in relation_columns(found)) if found else (),
        found.relations if found else None,
        spec.entities,
        view,
        spec.description,
        spec.owner,
        view.tags if view else (),
        spec.meta,
        spec.span or spec.file.span(0, 0),
    )


def as_lines(items: Sequence[Resource]) -> list[Line]:
    """A table: kind, name, what it is about, what it reads, where it stands."""
    rows = [[i.kind, i.name, i.about, ", ".join(_names(i.reads or ())), i.span.path if i.span else ""] for i in items]
    return table(["kind", "name", "about", "reads", "file"], rows)


def as_json(item: Resource) -> dict[str, Json]:
    """All of it. Every key is always present, and null where it does not apply to what is declared."""
    view, reads = item.view, item.reads
    return {
        "schema_version": SCHEMA_VERSION,
        "unique_id": f"{item.kind}.{item.name}",
        "kind": item.kind,
        "name": item.name,
        "about": item.about,
        "columns": [{"name": name, "type": kind} for name, kind in item.columns],
        "reads": [*_names(reads or ())],
        "depends_on": None
        if reads is None
        else {
            "views": [*_names(key for key in reads if key.startswith("view."))],
            "sources": [*_names(key for key in reads if key.startswith("source."))],
        },
        "entities": None if item.entities is None else list(item.entities),
        "online": view.online and not view.inputs if view else None,
        "on_demand": bool(view.inputs) if view else None,
        "schedule": view.schedule if view else None,
        "interval": written_duration(view.interval) if view and view.interval is not None else None,
        "description": item.description,
        "owner": item.owner,
        "tags": list(item.tags),
        "meta": _plain(item.meta),
        "path": item.span.path if item.span else None,
        "line": item.span.line if item.span else None,
    }


def _names(keys: Iterable[str]) -> list[str]:
    return [_name(key) for key in keys]


def _name(key: str) -> str:
    """As a user writes it: ``nyc.flights``, ``arrivals``."""
    return key.partition(".")[2]


def _plain(value: object) -> Json:
    """What YAML holds as JSON: dates become text, as do keys and numbers that JSON has not."""
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if value is None or isinstance(value, str | int) or (isinstance(value, float) and isfinite(value)):
        return value
    return str(value)
