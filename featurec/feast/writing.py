"""The files of a project, by path: what was read of a Feast repository in featurec's form."""

import os
import posixpath
from collections.abc import Iterator, Mapping
from contextlib import suppress
from json import dumps
from pathlib import Path

from sqlglot.errors import TokenError
from sqlglot.tokenizer_core import TokenType
from sqlglot.tokens import Tokenizer

from featurec.cli.sources_yaml import scalar
from featurec.codegen import ident, render_sql
from featurec.dialects.dialect import get
from featurec.duration import written_duration
from featurec.feast.convert import Converted, Field, Role, View

SOURCE = "feast"
"""The name under which the repository's files are sources."""


def files(found: Converted, root: Path) -> dict[str, str]:
    """Path -> text.

    Args:
        root: the folder of the project, which paths of data files are relative to.
    """
    paths = {
        name: posixpath.normpath(Path(os.path.relpath(s.path, root)).as_posix()) for name, s in found.sources.items()
    }
    written = {
        "featurec.yml": "\n".join(_project(found, paths)) + "\n",
        "entities.yml": "\n".join(_entities(found)) + "\n",
        "sources.yml": "\n".join(_sources(found, paths)) + "\n",
        "services.yml": "\n".join(_services(found)) + "\n",
        ".gitignore": ".featurec/\ntarget/\n",
    }
    return written | {f"features/{view.name}.sql": _view(view) for view in found.views.values()}


def _project(found: Converted, paths: Mapping[str, str]) -> Iterator[str]:
    folders = sorted({posixpath.dirname(path) for path in paths.values() if path.startswith("..")})
    beside = f", data_folders: [{', '.join(map(scalar, folders))}]" if folders else ""
    yield from (
        "# yaml-language-server: $schema=.schemas/featurec.json",
        f"name: {scalar(found.project)}",
        "timezone: UTC",
        "default_target: dev",
        "",
        "targets:",
        "  dev:",
        f"    offline: {{type: duckdb{beside}}}",
        "    online: {type: postgres, url: embedded}",
    )


def _entities(found: Converted) -> Iterator[str]:
    yield "# yaml-language-server: $schema=.schemas/entities.json"
    yield "entities:" if found.entities else "entities: []"
    for name, (key, tags, owner) in found.entities.items():
        yield f"  - name: {name}"
        yield from _described(key.description, owner, tags, "    ")
        yield f"    join_keys: [{{name: {scalar(key.name)}, type: {scalar(key.type or 'varchar')}}}]"


def _described(description: str, owner: str | None, tags: tuple[str, ...], indent: str) -> Iterator[str]:
    if description:
        yield f"{indent}description: {scalar(description)}"
    if owner:
        yield f"{indent}owner: {scalar(owner)}"
    if tags:
        yield f"{indent}tags: [{', '.join(map(scalar, tags))}]"


def _sources(found: Converted, paths: Mapping[str, str]) -> Iterator[str]:
    yield "# yaml-language-server: $schema=.schemas/sources.json"
    if not found.sources:
        yield "sources: []"
        return
    yield from ("sources:", f"  {SOURCE}:", "    description: Files of a Feast repository.", "    tables:")
    for name, source in found.sources.items():
        yield f"      {name}:"
        yield from _described(source.description, None, (), "        ")
        yield f"        path: {scalar(paths[name])}"
        yield f"        timestamp: {scalar(source.timestamp)}"
        yield "        columns:"
        for column, kind in source.columns.items():
            yield f"          {scalar(column)}: {scalar(kind)}"


def _services(found: Converted) -> Iterator[str]:
    yield "# yaml-language-server: $schema=.schemas/services.json"
    yield "services:" if found.services else "services: []"
    for name, (roles, description, owner, tags) in found.services.items():
        yield f"  - name: {name}"
        yield from _described(description, owner, tags, "    ")
        yield "    features:"
        for role in roles:
            yield from _role(role)


def _role(role: Role) -> Iterator[str]:
    if role.name is None and not role.join_keys:
        for asked in [role.view] if role.features is None else [f"{role.view}:{name}" for name in role.features]:
            yield f"      - {scalar(asked) if ':' not in asked else dumps(asked)}"
        return
    parts = [f"view: {role.view}"]
    if role.name:
        parts.append(f"as: {scalar(role.name)}")
    if role.join_keys:
        parts.append(f"join_keys: {{{', '.join(f'{scalar(k)}: {scalar(v)}' for k, v in role.join_keys.items())}}}")
    if role.features is not None:
        parts.append(f"features: [{', '.join(map(scalar, role.features))}]")
    yield f"      - {{{', '.join(parts)}}}"


def _view(view: View) -> str:
    source = view.source
    stamp = source.renamed.get(source.timestamp, source.timestamp)
    created = source.renamed.get(source.created, source.created) if source.created else None
    lines = ["/*---", *_described(view.description, view.owner, view.tags, "")]
    lines += [f"entities: [{', '.join(view.entities)}]", f"timestamp: {scalar(stamp)}"]
    if created:
        lines.append(f"created_timestamp: {scalar(created)}")
    if view.ttl:
        lines.append(f"ttl: {written_duration(view.ttl)}")
    if not view.online:
        lines.append("online: false")
    lines += ["features:" if view.fields else "features: {}", *(_feature(one) for one in view.fields), "---*/"]
    inverse = {new: old for old, new in source.renamed.items()}
    columns = []
    for name, wanted in [*((key, None) for key in view.keys), (stamp, None), *([(created, None)] if created else []),
                         *((one.name, one.type) for one in view.fields)]:  # fmt: skip
        old = inverse.get(name, name)
        given = source.columns.get(old)
        cast = wanted if wanted and wanted != given else None
        columns.append({"name": _plain(name), "old": _plain(old), "cast": cast})
    select = render_sql("feast/view.sql", get("duckdb"), columns=columns, source=SOURCE, table=source.name)
    return "\n".join(lines) + "\n" + select.strip() + "\n"


def _plain(name: str) -> str:
    """A column's name in SQL, quoted only where it must be."""
    with suppress(TokenError):
        tokens = Tokenizer().tokenize(name)
        if name.islower() and len(tokens) == 1 and tokens[0].token_type is TokenType.VAR:
            return name
    return ident((name,), get("duckdb"))


def _feature(one: Field) -> str:
    parts = [f"type: {scalar(one.type or 'varchar')}"]
    if one.description:
        parts.append(f"description: {dumps(one.description, ensure_ascii=False)}")
    if one.tags:
        parts.append(f"tags: [{', '.join(map(scalar, one.tags))}]")
    return f"  {scalar(one.name)}: {{{', '.join(parts)}}}"
