"""What a view was defined as when a table was built of it, or when a manifest was written: enough to say what has changed.

It is taken from the same parts as the fingerprint. Texts that are long are digests, since only whether they differ matters.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields

from sqlglot import exp

from featurec.analysis.fingerprint import TIMES, Part, declared_parts, digest, of_source, source_parts, tokens
from featurec.analysis.model import AnalyzedProject, AnalyzedView
from featurec.analysis.windowed import windowed
from featurec.spec import Aggregation, FeatureView

Definition = Mapping[str, Mapping[str, str]]
"""Section -> name -> text. Sections:

``query``: ``rules``, ``dialect``, and as of ``query_digests``; ``header``: its keys; ``aggregations``:
windowed feature -> how it is computed; ``defaults``: of features; ``features``: name -> type; ``keys``: join key -> type;
``entities``; ``parents``: relation -> fingerprint; ``columns``: column of a source that is read -> type; ``sources``: the rest
of its declaration; ``told``: what describes the view or says how it runs, and changes no value.
"""

_SEVERAL = (exp.UDTF, exp.GenerateSeries, exp.Anonymous)
"""Functions that may make several rows of one."""


def definition(view: AnalyzedView, analyzed: AnalyzedProject) -> Definition:
    """What gives a view its meaning, and what describes it, part by part."""
    project, spec = analyzed.project, view.spec
    assert isinstance(spec, FeatureView)
    parents = [(key, _fingerprint(key, analyzed)) for key in view.relations]
    parts = declared_parts(spec, project.entities, parents)
    read = [project.sources[key] for key in view.relations if key in project.sources]
    types = {f.name: f.type for f in spec.features} | {w.name: w.type or "" for w in windowed(view).values()}
    return {
        "query": {"rules": _text(parts["rules"]), "dialect": spec.dialect, **view.digests},
        "header": {name: _text(getattr(spec, name)) for name in (*TIMES, "row_key")}
        | {"inputs": _text([[i.name, i.type] for i in spec.inputs])},
        "aggregations": {
            w.name: _text([w.aggregation.function, w.aggregation.column, w.window.length, *_rest(w.aggregation)])
            for w in windowed(view).values()
        },
        "defaults": {f.name: _text(f.default) for f in spec.features if f.default is not None},
        "features": types,
        "keys": {
            k.name: k.type or "" for e in spec.entities if e in project.entities for k in project.entities[e].join_keys
        },
        "entities": {"entities": _text(spec.entities), "parts": _text(parts["entities"])},
        "parents": dict(parents),
        "columns": {f"{t.source}.{t.name}.{c.name}": c.type or "" for t in read for c in t.columns},
        "sources": {f"{t.source}.{t.name}": digest({**source_parts(t), "columns": None}) for t in read},
        "told": _told(spec),
    }


def query_digests(tree: exp.Expr | None, text: str, sql: str, dialect: str, outputs: Sequence[str]) -> dict[str, str]:
    """Digests of the SQL's tokens (``sql``), of the query with its stars written out (``whole``), of each output column
    (``column amount``), and of all else (``rest``).

    While ``rest`` is the same, the query has the same rows whatever is added to its outputs. It is missing where that cannot be
    said: for set operations, DISTINCT, and what names outputs by their position. So is ``whole`` where the text does not show
    which columns matter.

    Args:
        tree: the qualified query; None where it could not be qualified. It is left as it is.
        text: of the tree.
        sql: rendered.
        outputs: names of the output columns.
    """
    found = {"sql": _short(tokens(sql, dialect))}
    if tree is None or _by_names(tree):
        return found
    found["whole"] = _short(text)
    if not isinstance(tree, exp.Select) or len(tree.expressions) != len(outputs) or _by_outputs(tree):
        return found
    projections = tree.expressions
    texts = [e.unalias().sql(dialect=dialect, comments=False, copy=False) for e in projections]
    found |= {f"column {name}": _short(text) for name, text in zip(outputs, texts, strict=True)}
    # An aggregate without GROUP BY makes one row of all, and what unfolds a list makes several of one.
    making = [t for e, t in zip(projections, texts, strict=True) if e.find(*_SEVERAL)]
    aggregated = not tree.args.get("group") and any(e.find(exp.AggFunc) for e in projections)
    tree.set("expressions", [])
    rest = tree.sql(dialect=dialect, comments=False, copy=False)
    tree.set("expressions", projections)
    found["rest"] = _short([rest, sorted(making), aggregated])
    return found


def _by_names(tree: exp.Expr) -> bool:
    """Whether columns that are named nowhere matter: those that two relations share, or all that are left."""
    return any(join.args.get("method") == "NATURAL" for join in tree.find_all(exp.Join)) or bool(tree.find(exp.Pivot))


def _by_outputs(tree: exp.Select) -> bool:
    """Whether rows, or their order, depend on the list of outputs itself."""
    group, order = tree.args.get("group"), tree.args.get("order")
    named = [*(group.expressions if group else ()), *(o.this for o in (order.expressions if order else ()))]
    by_all = bool(group and group.args.get("all")) or any(
        isinstance(n, exp.Column) and n.name.upper() == "ALL" for n in named
    )
    return bool(tree.args.get("distinct")) or by_all or any(isinstance(n, exp.Literal) for n in named)


def _rest(aggregation: Aggregation) -> list[Part]:
    return [aggregation.filter, aggregation.offset, aggregation.n]


def _told(spec: FeatureView) -> dict[str, str]:
    """What the fingerprint does not cover."""
    told: dict[str, object] = {
        "description": spec.description,
        "owner": spec.owner,
        "tags": list(spec.tags),
        "deprecated": spec.deprecated,
        "meta": dict(spec.meta),
        "tests": [[getattr(test, f.name) for f in fields(test) if f.compare] for test in spec.tests],
        "freshness": None if spec.freshness is None else [spec.freshness.warn_after, spec.freshness.error_after],
        "schedule": spec.schedule,
        "online": spec.online,
        "interval": spec.interval,
        "max_lateness": spec.max_lateness,
        "window_strategy": spec.window_strategy,
    }
    told |= {f"feature {f.name}": [f.description, f.unit, list(f.tags)] for f in spec.features}
    return {name: _short(_text(value)) if len(_text(value)) > 40 else _text(value) for name, value in told.items()}


def _fingerprint(key: str, analyzed: AnalyzedProject) -> str:
    if key in analyzed.project.sources:
        return of_source(analyzed.project.sources[key])
    return analyzed.views[key.removeprefix("view.")].fingerprint


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


def _short(part: Part) -> str:
    """A digest that is long enough to be compared with the one before."""
    return digest(part)[:16]
