"""What a project declares, as a list."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from featurec.analysis.model import AnalyzedProject
from featurec.analysis.windowed import relation_columns
from featurec.report.json import Json
from featurec.report.line import Line
from featurec.report.table import table
from featurec.source import Span
from featurec.spec import FeatureView, Project, Spine


@dataclass(frozen=True)
class Resource:
    """One declaration.

    Attributes:
        about: entities of a view or spine, join keys of an entity, views of a service, time of a source.
        columns: output columns and windowed features, or columns, with types where they are known.
        reads: names of what it reads, as a user writes them.
    """

    kind: Literal["entity", "source", "view", "spine", "service"]
    name: str
    about: str
    columns: tuple[tuple[str, str | None], ...] = ()
    reads: tuple[str, ...] = ()
    description: str = ""
    owner: str | None = None
    tags: tuple[str, ...] = ()
    span: Span | None = None


def resources(project: Project, analyzed: AnalyzedProject) -> Iterator[Resource]:
    """Everything that is declared, by kind and name; a view that could not be analyzed has no columns."""
    for entity in sorted(project.entities.values(), key=lambda e: e.name):
        keys = tuple((c.name, c.type) for c in entity.join_keys)
        about = ", ".join(name for name, _ in keys)
        yield Resource(
            "entity", entity.name, about, keys, (), entity.description, entity.owner, entity.tags, entity.span
        )
    for key, source in sorted(project.sources.items()):
        name = key.partition(".")[2]
        time = source.timestamp or ("static" if source.static else "mutable")
        columns = tuple((c.name, c.type) for c in source.columns)
        yield Resource("source", name, time, columns, (), source.description, source.owner, source.tags, source.span)
    for view in sorted(project.views.values(), key=lambda v: v.name):
        yield _query(view, analyzed)
    for spine in sorted(project.spines.values(), key=lambda s: s.name):
        yield _query(spine, analyzed)
    for service in sorted(project.services.values(), key=lambda s: s.name):
        views = tuple(dict.fromkeys(f.view for f in service.features))
        yield Resource(
            "service", service.name, "", (), views, service.description, service.owner, service.tags, service.span
        )


def _query(spec: FeatureView | Spine, analyzed: AnalyzedProject) -> Resource:
    found = (analyzed.views if isinstance(spec, FeatureView) else analyzed.spines).get(spec.name)
    columns = tuple((c.name, c.type) for c in relation_columns(found)) if found else ()
    reads = tuple(key.partition(".")[2] for key in found.relations) if found else ()
    tags = spec.tags if isinstance(spec, FeatureView) else ()
    kind: Literal["view", "spine"] = "view" if isinstance(spec, FeatureView) else "spine"
    place = spec.span or spec.file.span(0, 0)
    about = ", ".join(spec.entities)
    return Resource(kind, spec.name, about, columns, reads, spec.description, spec.owner, tags, place)


def as_lines(items: Sequence[Resource]) -> list[Line]:
    """A table: kind, name, what it is about, what it reads, where it stands."""
    rows = [[i.kind, i.name, i.about, ", ".join(i.reads), i.span.path if i.span else ""] for i in items]
    return table(["kind", "name", "about", "reads", "file"], rows)


def as_json(item: Resource) -> dict[str, Json]:
    """All of it, every key always present."""
    return {
        "kind": item.kind,
        "name": item.name,
        "about": item.about,
        "columns": [{"name": name, "type": kind} for name, kind in item.columns],
        "reads": list(item.reads),
        "description": item.description,
        "owner": item.owner,
        "tags": list(item.tags),
        "path": item.span.path if item.span else None,
        "line": item.span.line if item.span else None,
    }
