"""What templates can call: ``source``, ``ref``, ``var``, ``input``, ``feature``; and why they cannot call the rest."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from sqlglot import exp

from featurec.diagnostic import Diagnostic, did_you_mean
from featurec.spec import FeatureView, Project
from featurec.template.sandbox import Unavailable, current

RELATION_DB = "__fc"
"""Schema of the names that ``source`` and ``ref`` write; analysis replaces them."""
INPUT_TABLE = "__fc_input"
FEATURE_TABLE = "__fc_feature"

ELSEWHERE: Mapping[str, tuple[str, str]] = {
    "config": ("settings stand in the header", "move them into the header between `/*---` and `---*/`"),
    "this": ("a view does not read itself", "featurec adds rows to what is built; select all of them"),
    "is_incremental": ("the SELECT is the same in every run", "featurec limits it to the interval that is built"),
    "env_var": ("only targets in featurec.yml read the environment", "add the value to `vars` and use `var('name')`"),
    "run_query": ("templates do not run SQL", "read the table in the SELECT"),
    "adapter": ("templates do not reach databases", "write the SELECT for one dialect; featurec renders it for others"),
    "modules": ("templates do not reach Python", "compute it in SQL"),
    "execute": ("there is one rendering, and it runs nothing", "remove the condition"),
    "log": ("templates have no output but the SQL", "remove it"),
}
"""Names that authors know from dbt -> why they are not here, and what to do."""


def functions(project: Project) -> dict[str, Callable[..., Any]]:
    """The functions of a project's templates, by name."""

    def var(name: Any, default: Any = _NO_DEFAULT) -> Any:
        if not isinstance(name, str):
            return _misused("var", "`var` takes the name of a variable as text", "write `var('name')`")
        current.get().vars.add(name)
        if name in project.vars:
            return project.vars[name]
        if default is not _NO_DEFAULT:
            return default
        near = f"{did_you_mean(name, project.vars)}; or " if project.vars else ""
        fix = f"{near}add it to `vars` in featurec.yml, or give a default: `var('{name}', …)`"
        return Unavailable(
            Diagnostic("FC155", f"there is no variable `{name}`", None, "`vars` in featurec.yml does not have it", fix)
        )

    return {"source": _source, "ref": _ref, "var": var, "input": _input, "feature": _feature}


class _NoDefault:
    """Tells a missing default from ``none``."""


_NO_DEFAULT = _NoDefault()


def _source(*names: Any) -> Any:
    if len(names) != 2 or not all(isinstance(n, str) and n for n in names):
        return _misused(
            "source",
            "`source` takes the names of a source and of one of its tables",
            "write `source('shop', 'orders')`",
        )
    return relation(f"source.{names[0]}.{names[1]}", current.get().dialect)


def _ref(*names: Any) -> Any:
    if len(names) != 1 or not isinstance(names[0], str) or not names[0]:
        return _misused("ref", "`ref` takes the name of one feature view", "write `ref('view')`")
    return relation(f"view.{names[0]}", current.get().dialect)


def _input(*names: Any) -> Any:
    spec = current.get().spec
    if len(names) != 1 or not isinstance(names[0], str):
        return _misused("input", "`input` takes the name of one request-time field", "write `input('amount')`")
    declared = [i.name for i in spec.inputs] if isinstance(spec, FeatureView) else []
    if names[0] not in declared:
        cause = "fields of a request are declared under `inputs` of the header"
        fix = did_you_mean(names[0], declared) if declared else f"add `inputs: {{{names[0]}: double}}` to the header"
        return Unavailable(Diagnostic("FC157", f"there is no input `{names[0]}`", None, cause, fix))
    return column(INPUT_TABLE, names[0], current.get().dialect)


def _feature(*names: Any) -> Any:
    spec = current.get().spec
    view, _, name = names[0].partition(":") if len(names) == 1 and isinstance(names[0], str) else ("", "", "")
    if not view or not name:
        return _misused("feature", "`feature` takes one `view:feature`", "write `feature('view:feature')`")
    if not isinstance(spec, FeatureView) or not spec.inputs:
        cause = "only a view with `inputs` is computed from other views' features"
        fix = f"read the view's rows with `ref('{view}')`, or declare `inputs` in the header"
        return Unavailable(Diagnostic("FC157", "`feature` is used outside of an on-demand view", None, cause, fix))
    return column(FEATURE_TABLE, names[0], current.get().dialect)


def _misused(name: str, cause: str, fix: str) -> Unavailable:
    return Unavailable(Diagnostic("FC156", f"`{name}` is not called as it should be", None, cause, fix))


@lru_cache(maxsize=16384)
def relation(key: str, dialect: str) -> str:
    """The stand-in of a relation, quoted as the dialect quotes: ``"__fc"."source.nyc.arrivals"``."""
    name = exp.to_identifier(key, quoted=True)
    return exp.Table(this=name, db=exp.to_identifier(RELATION_DB, quoted=True)).sql(dialect=dialect)


@lru_cache(maxsize=16384)
def column(table: str, name: str, dialect: str) -> str:
    """A quoted column: ``"__fc_input"."amount"``."""
    return exp.column(name, table=table, quoted=True).sql(dialect=dialect)
