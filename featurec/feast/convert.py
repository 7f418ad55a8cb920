"""A Feast repository as the files of a featurec project."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from featurec.diagnostic import Diagnostic, Severity
from featurec.feast.reading import Repository
from featurec.feast.types import feast_type
from featurec.feast.unconverted import UNCONVERTED
from featurec.feast.values import Made, Named, Projected, Unknown, Value
from featurec.naming import check_name
from featurec.source import SourceFile, Span

Schema = Callable[[Path], Mapping[str, str] | None]
"""Columns and DuckDB-spelled types of a data file; None where there is none that can be read."""

_TIMES = ("date", "timestamp", "timestamptz", "timestamp_s", "timestamp_ms", "timestamp_ns", "timestamptz_ns")
_AS_TIMES = {
    "timestamp_ns": "timestamp",
    "timestamp_s": "timestamp",
    "timestamp_ms": "timestamp",
    "timestamptz_ns": "timestamptz",
}
_VIEWS = ("FeatureView", "BatchFeatureView", "StreamFeatureView")


@dataclass
class Field:
    """A feature or key of a view; ``type`` is None where Feast does not say enough."""

    name: str
    type: str | None
    description: str = ""
    tags: tuple[str, ...] = ()


@dataclass
class Source:
    """A data file, by the name that it has in the project.

    Attributes:
        columns: as they are declared in the project.
        renamed: column of the file -> its name in Feast.
        there: whether the file could be read.
    """

    name: str
    path: str
    columns: dict[str, str]
    timestamp: str
    created: str | None
    renamed: dict[str, str]
    description: str
    there: bool


@dataclass
class View:
    """A feature view that has a place in the project."""

    name: str
    entities: list[str]
    keys: list[str]
    source: Source
    fields: list[Field]
    ttl: int | None
    online: bool
    description: str
    owner: str | None
    tags: tuple[str, ...]


@dataclass
class Role:
    """What a service asks of a view."""

    view: str
    name: str | None
    features: tuple[str, ...] | None
    join_keys: Mapping[str, str]


@dataclass
class Converted:
    """A repository, as far as it has a place in a project, and what has none (FC963)."""

    project: str
    entities: dict[str, tuple[Field, tuple[str, ...], str | None]] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    services: dict[str, tuple[list[Role], str, str | None, tuple[str, ...]]] = field(default_factory=dict)
    findings: list[Diagnostic] = field(default_factory=list)


def convert(repository: Repository, settings: SourceFile | None, project: str, schema: Schema) -> Converted:
    """Read what the repository declares.

    Args:
        settings: its ``feature_store.yaml``.
        project: name of the project, where no file says one.
        schema: tells what is in a data file.
    """
    return _Conversion(repository, schema, Converted(_project(settings) or project)).run()


def _project(settings: SourceFile | None) -> str | None:
    from featurec.yaml_reader import read

    node, _ = read(settings) if settings else (None, [])
    found = node.value.get("project") if node and isinstance(node.value, dict) else None
    return found if isinstance(found, str) and not check_name(found, "project", None) else None


class _Conversion:
    def __init__(self, repository: Repository, schema: Schema, found: Converted) -> None:
        self._repository = repository
        self._schema = schema
        self._found = found
        self._views: dict[int, str] = {}
        self._sources: dict[int, Source | None] = {}
        self._keys: dict[str, Field] = {}

    def run(self) -> Converted:
        self._found.findings += self._repository.findings
        made = self._repository.made
        for one in made:
            if one.kind == "Entity":
                self._entity(one)
        for one in made:
            if one.kind in _VIEWS:
                self._view(one)
            elif one.kind in UNCONVERTED:
                name = self._text(one, "name") or one.decorated or one.kind
                self._not(one.span, f"`{name}`", *(told.replace("NAME", name) for told in UNCONVERTED[one.kind]))
        for one in made:
            if one.kind == "FeatureService":
                self._service(one)
        for name, key in self._keys.items():
            kind, tags, owner = self._found.entities[name]
            self._found.entities[name] = (replace(kind, type=key.type or kind.type), tags, owner)
        self._typed_entities(made)
        self._found.findings = list(dict.fromkeys(self._found.findings))
        return self._found

    def _typed_entities(self, made: list[Made]) -> None:
        spans = {self._text(one, "name", at=0): one.span for one in made if one.kind == "Entity"}
        for name, (key, tags, owner) in self._found.entities.items():
            if key.type is None:
                self._guess(spans.get(name), f"the join key `{key.name}`", "no file and no declaration tells its type")
                self._found.entities[name] = (replace(key, type="varchar"), tags, owner)

    def _not(self, span: Span | None, what: str, cause: str, fix: str = "") -> None:
        claim = f"{what} is not converted"
        self._found.findings.append(Diagnostic("FC963", claim, span, cause, fix, severity=Severity.WARNING))

    def _guess(self, span: Span | None, what: str, cause: str) -> None:
        claim = f"{what} is taken to be a varchar"
        fix = "mend it in the project that was written"
        self._found.findings.append(Diagnostic("FC963", claim, span, cause, fix, severity=Severity.WARNING))

    # Arguments

    def _text(self, made: Made, *names: str, at: int | None = None) -> str:
        value = made.get(*names, at=at)
        if isinstance(value, Unknown):
            self._not(value.span, f"`{names[0]}` of a {made.kind}", f"it {value.why}", "write a literal")
        return value if isinstance(value, str) else ""

    def _tags(self, made: Made) -> tuple[str, ...]:
        value = made.get("tags", "labels")
        if not isinstance(value, dict):
            return ()
        return tuple(f"{key}={text}" if text != "" else key for key, text in value.items() if isinstance(text, str))

    def _named(self, made: Made, name: str, kind: str) -> str | None:
        """The name, where a project may have it."""
        wrong = check_name(name, kind, made.span) if name else [Diagnostic("", "", cause="its name is not told")]
        if wrong:
            self._not(made.span, f"the {kind} `{name}`", wrong[0].cause, wrong[0].fix)
            return None
        return name

    # Entities and sources

    def _entity(self, made: Made) -> None:
        name = self._named(made, self._text(made, "name", at=0), "entity")
        if name is None:
            return
        keys = made.get("join_keys", "join_key")
        keys = [keys] if isinstance(keys, str) else keys
        texts = [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else []
        if isinstance(keys, Unknown) or len(texts) > 1:
            self._not(made.span, f"the entity `{name}`", "its join key is not told", 'write join_keys=["…"]')
            return
        key = Field(
            texts[0] if texts else name, feast_type(made.get("value_type", at=1)), self._text(made, "description")
        )
        self._found.entities[name] = (key, self._tags(made), self._text(made, "owner") or None)

    def _source(self, value: Value, view: str) -> Source | None:
        """The file behind a source; None, and a finding, where there is none."""
        if not isinstance(value, Made):
            why = f"it {value.why}" if isinstance(value, Unknown) else "there is none"
            self._not(getattr(value, "span", None), f"the source of `{view}`", why, "name a FileSource")
            return None
        if id(value) in self._sources:
            return self._sources[id(value)]
        batch = value.get("batch_source")
        if value.kind != "FileSource" and isinstance(batch, Made):
            found = self._source(batch, view)
        elif value.kind == "FileSource":
            found = self._file(value, view)
        else:
            cause = f"a {value.kind} is no file"
            self._not(
                value.span,
                f"the source of `{view}`",
                cause,
                "declare its table in sources.yml, and the view in features/",
            )
            found = None
        self._sources[id(value)] = found
        return found

    def _file(self, made: Made, view: str) -> Source | None:
        path = self._text(made, "path", "file_url")
        stamp = self._text(made, "timestamp_field", "event_timestamp_column")
        if not path or not stamp:
            missing = "path" if not path else "timestamp_field"
            self._not(made.span, f"the source of `{view}`", f"`{missing}` is not told", "write it as a literal")
            return None
        if "://" in path.removeprefix("file://"):
            self._not(made.span, f"the source of `{view}`", f"`{path}` is no file of this machine", "copy it here")
            return None
        place = Path(os.path.normpath(self._repository.root / path.removeprefix("file://")))
        if place.is_dir():
            place /= "*.parquet"
        columns = self._schema(place)
        created = self._text(made, "created_timestamp_column") or None
        mapping = made.get("field_mapping")
        renamed = {k: v for k, v in mapping.items() if isinstance(v, str)} if isinstance(mapping, dict) else {}
        stated = self._text(made, "name", at=None) or place.stem
        name = stated if not check_name(stated, "source", None) else f"{view}_source"
        while name in self._found.sources and self._found.sources[name].path != str(place):
            name += "_2"
        found = Source(
            name, str(place), {n: _declared(k) for n, k in (columns or {}).items()}, stamp, created, renamed,
            self._text(made, "description"), columns is not None,
        )  # fmt: skip
        for column in (stamp, created):
            if column and columns is None:
                found.columns.setdefault(column, "timestamptz")
        self._found.sources[name] = found
        return found

    # Views

    def _view(self, made: Made) -> None:
        name = self._named(made, self._text(made, "name", at=0), "feature view")
        source = self._source(made.get("source", "batch_source", "input"), name or "a view")
        if name is None or source is None:
            if name is not None:
                self._not(made.span, f"the feature view `{name}`", "its source is not converted")
            return
        entities = self._entities(made, name)
        if not entities:
            return
        self._views[id(made)] = name
        keys = [self._found.entities[entity][0].name for entity in entities]
        declared = self._fields(made)
        inverse = {new: old for old, new in source.renamed.items()}
        times = {source.timestamp, source.created}
        apart = {*keys, *(source.renamed.get(t, t) for t in times if t), *(t for t in times if t)}
        given = {source.renamed.get(column, column): kind for column, kind in source.columns.items()}
        for entity, key in zip(entities, keys, strict=True):
            told = next((one.type for one in declared if one.name == key), None)
            kind = given.get(key) if source.there else None
            self._keys.setdefault(entity, Field(key, None))
            self._keys[entity] = replace(self._keys[entity], type=self._keys[entity].type or kind or told)
        fields = [one for one in declared if one.name not in apart]
        if not declared:
            fields = [Field(column, kind) for column, kind in given.items() if column not in apart]
        for one in fields:
            if one.type is None:
                one.type = given.get(one.name) if source.there else None
            if one.type is None:
                self._guess(made.span, f"`{name}:{one.name}`", "neither its type nor a file tells what it is")
                one.type = "varchar"
            source.columns.setdefault(inverse.get(one.name, one.name), one.type)
        for entity, key in zip(entities, keys, strict=True):
            kind = self._keys[entity].type or self._found.entities[entity][0].type or "varchar"
            source.columns.setdefault(inverse.get(key, key), kind)
        for column in (source.timestamp, source.created):
            if source.there and column and source.columns.get(column) not in _TIMES:
                self._not(made.span, f"the feature view `{name}`", f"the file has no time `{column}`")
                return
        online = made.get("online")
        self._found.views[name] = View(
            name, entities, keys, source, fields, self._ttl(made, name), online is not False,
            self._text(made, "description"), self._text(made, "owner") or None, self._tags(made),
        )  # fmt: skip

    def _entities(self, made: Made, view: str) -> list[str]:
        listed = made.get("entities", at=None)
        names = []
        for one in listed if isinstance(listed, list) else []:
            name = self._text(one, "name", at=0) if isinstance(one, Made) else one
            if not isinstance(name, str) or name not in self._found.entities:
                told = f"`{name}`" if isinstance(name, str) else "one of them"
                self._not(made.span, f"the feature view `{view}`", f"of its entities {told} is not known")
                return []
            names.append(name)
        if not names:
            self._not(
                made.span, f"the feature view `{view}`", "it has no entity, and a row without a key belongs to nobody"
            )
        return names

    def _fields(self, made: Made) -> list[Field]:
        listed = made.get("schema", "features")
        if isinstance(listed, Unknown):
            self._not(listed.span, "the schema of a view", f"it {listed.why}", "write a list")
        found = []
        for one in listed if isinstance(listed, list) else []:
            if isinstance(one, Made):
                kind = feast_type(one.get("dtype", at=1))
                found.append(
                    Field(self._text(one, "name", at=0), kind, self._text(one, "description"), self._tags(one))
                )
            elif isinstance(one, Unknown):
                self._not(one.span, "a field", f"it {one.why}", "write Field(name=…, dtype=…)")
        return [one for one in found if one.name]

    def _ttl(self, made: Made, view: str) -> int | None:
        value = made.get("ttl")
        if isinstance(value, timedelta):
            return value // timedelta(microseconds=1) or None
        if isinstance(value, Unknown) or (value is not None and value != 0):
            cause = f"it {value.why}" if isinstance(value, Unknown) else "it is no timedelta"
            self._not(
                getattr(value, "span", made.span), f"the ttl of `{view}`", cause, "write `ttl:` in the view's header"
            )
        return None

    # Services

    def _service(self, made: Made) -> None:
        name = self._named(made, self._text(made, "name", at=0), "service")
        listed = made.get("features", at=1)
        if name is None or not isinstance(listed, list):
            if name is not None:
                self._not(made.span, f"the service `{name}`", "its features are not told", "write a list of views")
            return
        roles = []
        for one in listed:
            asked = one if isinstance(one, Projected) else Projected(one)
            view = self._views.get(id(asked.view)) if isinstance(asked.view, Made) else None
            if view is None or view not in self._found.views:
                self._not(
                    made.span,
                    f"a part of the service `{name}`",
                    f"{_told(asked.view)} is not converted",
                    "write it, then add it to the service in services.yml",
                )
                continue
            roles.append(Role(view, asked.name, asked.features, asked.join_keys))
        if not roles:
            self._not(made.span, f"the service `{name}`", "nothing is left of it")
            return
        owner = self._text(made, "owner") or None
        self._found.services[name] = (roles, self._text(made, "description"), owner, self._tags(made))


def _told(value: Value) -> str:
    if isinstance(value, Made):
        name = value.get("name", at=0)
        return f"`{name if isinstance(name, str) else value.decorated or value.kind}`"
    return f"`{value.last}`" if isinstance(value, Named) else "a view that only running the file would tell"


def _declared(kind: str) -> str:
    """The type that a file's column is declared to have: times are microseconds, as featurec reads them."""
    item = kind.rstrip("[]")
    return _AS_TIMES.get(item, item) + kind[len(item) :]
