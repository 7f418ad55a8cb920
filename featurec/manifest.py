"""What was compiled, as files: one SELECT per view and service, and ``manifest.json`` that describes them.

The same project gives the same bytes: nothing here depends on a clock, a machine or an order of hashing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import orjson

from featurec import __version__
from featurec.analysis.definition import definition
from featurec.analysis.model import AnalyzedProject, AnalyzedView, LineageEdge
from featurec.analysis.on_demand import is_on_demand
from featurec.analysis.windowed import windowed, windowed_lineage
from featurec.compiler import (
    Compilation,
    Compiled,
    Physical,
    SpineTable,
    TrainingRequest,
    build_query,
    on_demand_query,
    training_query,
)
from featurec.diagnostic import Diagnostic, has_errors
from featurec.dialects.dialect import Dialect
from featurec.plan.on_demand import needs
from featurec.plan.rows import feature_view, join_keys
from featurec.resources import release
from featurec.spec import Column, FeatureView, Service

SCHEMA_VERSION = "featurec/manifest/v1"


@dataclass(frozen=True)
class Artifacts:
    """Files to write below the project's ``target/`` folder: relative path -> text, in order of path."""

    files: Mapping[str, str]
    views: int
    services: int


def artifacts(compilation: Compilation, dialect: Dialect, target: str) -> tuple[Artifacts, list[Diagnostic]]:
    """Compile every analyzed view and service for a dialect.

    A view that reads another holds that one's SQL as a common table expression, so that every file is a
    query of its own that can be run from the project's folder. ``target`` names the folder in ``compiled/``.
    """
    analyzed, cache = compilation.analyzed, compilation.cache
    findings: list[Diagnostic] = []
    files: dict[str, str] = {}
    paths: dict[str, str] = {}
    # A plan is no part of what a view means, so that its fingerprint does not tell.
    planned = [f"{v.name}={v.window_strategy}" for v in compilation.project.views.values() if v.window_strategy]

    def add(key: str, views: Iterable[str], path: str, query: Callable[[], Compiled]) -> None:
        known = " ".join([dialect.name, key, *(analyzed.views[view].fingerprint for view in views), *planned])
        sql = cache.query(known) if cache else None
        if sql is None:
            compiled, found = query()
            findings.extend(found)
            sql = compiled.sql if compiled else None
            if cache and sql is not None and not found:
                cache.keep_query(known, sql)
        if sql is not None:
            paths[key], files[path] = path, sql

    for name in analyzed.order:
        path = f"compiled/{target}/features/{name}.sql"
        if is_on_demand(analyzed.views[name]):
            add(f"view.{name}", [name], path, partial(on_demand_query, analyzed, name))
        else:
            add(f"view.{name}", [name], path, partial(build_query, analyzed, name, dialect, Physical()))
    for service in compilation.project.services.values():
        views = [request.view for request in service.features]
        if all(view in analyzed.views for view in views):
            path = f"compiled/{target}/services/{service.name}.sql"
            add(f"service.{service.name}", views, path, partial(_service_query, service, analyzed, dialect))
    counts = len([p for p in paths if p.startswith("view.")]), len([p for p in paths if p.startswith("service.")])
    if not has_errors(compilation.diagnostics):
        document = manifest(compilation, dialect, target, paths)
        files["manifest.json"] = orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n"
    return Artifacts(dict(sorted(files.items())), *counts), findings


def manifest(compilation: Compilation, dialect: Dialect, target: str, paths: Mapping[str, str]) -> dict[str, Any]:
    """The manifest as plain data; every key is there on every node, null where it does not apply."""
    project, analyzed = compilation.project, compilation.analyzed
    parents = {f"view.{v.name}": sorted(v.relations) for v in analyzed.views.values()}
    parents |= {f"spine.{v.name}": sorted(v.relations) for v in analyzed.spines.values()}
    parents |= {f"service.{s.name}": sorted({f"view.{r.view}" for r in s.features}) for s in project.services.values()}
    children: dict[str, list[str]] = {key: [] for key in [*project.sources, *parents]}
    for child, keys in parents.items():
        for key in keys:
            children.setdefault(key, []).append(child)
    return {
        "metadata": {
            "schema_version": SCHEMA_VERSION,
            "featurec_version": __version__,
            "sqlglot_version": release("sqlglot"),
            "project": project.name,
            "target": target,
            "dialect": dialect.name,
        },
        "entities": {
            e.name: {
                "join_keys": _columns(e.join_keys),
                "description": e.description,
                "owner": e.owner,
                "tags": list(e.tags),
            }
            for e in project.entities.values()
        },
        "sources": {
            key: {
                "table": s.table,
                "schema": s.schema,
                "path": s.path,
                "columns": _columns(s.columns),
                "timestamp": s.timestamp,
                "available_at": s.available_at,
                "static": s.static,
                "mutable": list(s.mutable) if isinstance(s.mutable, tuple) else s.mutable,
                "valid_to": s.valid_to,
                "unique": list(s.unique),
                "labels": list(s.labels) if isinstance(s.labels, tuple) else s.labels,
                "timezone": s.timezone,
                "description": s.description,
                "owner": s.owner,
                "tags": list(s.tags),
                "meta": dict(s.meta),
            }
            for key, s in sorted(project.sources.items())
        },
        "views": {name: _view(analyzed.views[name], compilation, paths) for name in sorted(analyzed.views)},
        "spines": {
            name: {
                "path": v.spec.file.path,
                "columns": _columns(v.columns),
                "depends_on": sorted(v.relations),
                "fingerprint": v.fingerprint,
                "time": _time(v),
                "leakage": _leakage(compilation, f"spine.{name}"),
            }
            for name, v in sorted(analyzed.spines.items())
        },
        "services": {
            s.name: {
                "description": s.description,
                "owner": s.owner,
                "tags": list(s.tags),
                "features": [
                    {
                        "view": r.view,
                        "as": r.prefix,
                        "join_keys": dict(r.join_keys),
                        "features": None if r.features is None else list(r.features),
                    }
                    for r in s.features
                ],
                "compiled_path": paths.get(f"service.{s.name}"),
            }
            for s in sorted(project.services.values(), key=lambda s: s.name)
        },
        "parent_map": dict(sorted(parents.items())),
        "child_map": {key: sorted(set(names)) for key, names in sorted(children.items())},
    }


def _view(view: AnalyzedView, compilation: Compilation, paths: Mapping[str, str]) -> dict[str, Any]:
    spec, analyzed = view.spec, compilation.analyzed
    assert isinstance(spec, FeatureView)
    lineage = {**view.lineage.columns, **windowed_lineage(view, analyzed.project.entities)}
    return {
        "path": spec.file.path,
        "description": spec.description,
        "owner": spec.owner,
        "tags": list(spec.tags),
        "entities": list(spec.entities),
        "join_keys": [] if is_on_demand(view) else _columns(join_keys(view, analyzed)),
        "timestamp": spec.timestamp,
        "available_at": spec.available_at,
        "created_timestamp": spec.created_timestamp,
        "delay_microseconds": spec.delay,
        "ttl_microseconds": spec.ttl,
        "online": spec.online,
        "window_strategy": spec.window_strategy,
        "dialect": spec.dialect,
        "deprecated": spec.deprecated,
        "features": [
            {
                "name": f.name,
                "type": f.type,
                "description": f.description,
                "unit": f.unit,
                "tags": list(f.tags),
                "default": f.default,
            }
            for f in spec.features
        ],
        "aggregations": [
            {
                "name": w.name,
                "type": w.type,
                "function": w.aggregation.function,
                "column": w.aggregation.column,
                "n": w.aggregation.n,
                "window": w.window.text,
                "window_microseconds": w.window.length,
                "offset_microseconds": w.aggregation.offset,
                "filter": w.aggregation.filter,
            }
            for w in windowed(view).values()
        ],
        "inputs": [{"name": i.name, "type": i.type} for i in spec.inputs],
        "columns": _columns(view.columns),
        "depends_on": sorted(view.relations),
        "lineage": {
            "columns": {name: _edges(edges) for name, edges in lineage.items()},
            "rows": _edges(view.lineage.rows),
        },
        "fingerprint": view.fingerprint,
        "definition": {section: dict(parts) for section, parts in definition(view, analyzed).items()},
        "time": _time(view),
        "leakage": _leakage(compilation, f"view.{view.name}"),
        "compiled_path": paths.get(f"view.{view.name}"),
        "meta": dict(spec.meta),
    }


def _time(view: AnalyzedView) -> dict[str, Any] | None:
    """What the time checker says of the rows and of each column, and why."""
    if view.time is None:
        return None
    columns = {name: {"verdict": v.verdict, "because": list(v.because)} for name, v in view.time.columns.items()}
    return {"rows": {"verdict": view.time.rows.verdict, "because": list(view.time.rows.because)}, "columns": columns}


def _leakage(compilation: Compilation, key: str) -> list[dict[str, Any]]:
    """What the checker found in a view or spine and somebody accepted."""
    return [asdict(accepted) for accepted in compilation.accepted.get(key, ())]


def _columns(columns: tuple[Column, ...]) -> list[dict[str, str | None]]:
    return [{"name": c.name, "type": c.type} for c in columns]


def _edges(edges: tuple[LineageEdge, ...]) -> list[dict[str, str]]:
    return [{"relation": e.relation, "column": e.column, "kind": e.kind} for e in edges]


def _service_query(service: Service, analyzed: AnalyzedProject, dialect: Dialect) -> Compiled:
    # Two roles of one view share their names; the flag of `train` is the one spelling that never clashes.
    request = TrainingRequest(_spine_of(service, analyzed), service.features, full_feature_names=True)
    compiled, findings = training_query(analyzed, request, dialect, Physical())
    if compiled is None or compiled.after is None:
        return compiled, findings
    then = "-- DuckDB then computes, of the rows of this query, called __fc_read:\n"
    then += "".join(f"--   {line}\n" for line in compiled.after.splitlines())
    return replace(compiled, sql=compiled.sql + then), findings


def _spine_of(service: Service, analyzed: AnalyzedProject) -> SpineTable:
    """A spine with just what the service needs: its keys, the inputs of on-demand views and the as-of time."""
    keys: dict[str, Column] = {}
    needed = needs(service.features, analyzed)
    for request in needed.lookups:
        for key in join_keys(analyzed.views[request.view], analyzed):
            name = request.join_keys.get(key.name, key.name)
            keys.setdefault(name, Column(name, key.type))
    for wanted in needed.wanted:
        for given in feature_view(wanted.view).inputs:
            keys.setdefault(given.name, Column(given.name, given.type))
    time = Column("event_timestamp", "timestamptz")
    return SpineTable(("spine",), (*keys.values(), time), time.name)
