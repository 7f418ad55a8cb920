"""What most commands begin with: find the project, compile it, choose names and a target."""

import os
from collections.abc import Collection, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from featurec.analysis.changes import states
from featurec.analysis.selection import Graph, select
from featurec.cli.arguments import variables
from featurec.cli.root import need_target, project_root
from featurec.cli.stored import stored_manifest
from featurec.compiler import Compilation, Compiled, CompiledQuery, Loaded, analyze_project, load_project
from featurec.diagnostic import Diagnostic, did_you_mean, has_errors
from featurec.errors import CannotOperate, FeaturecError
from featurec.project import resolve_target
from featurec.report.console import Console
from featurec.spec import Project, Target


def compiled(
    project_dir: Path | None, target: str | None, vars: str | None, names: Collection[str] | None = None
) -> Compilation:
    """The compiled project; a target that it does not declare is refused."""
    return analyze_project(loaded(project_dir, target, vars), names)


def loaded(project_dir: Path | None, target: str | None, vars: str | None, *, cached: bool = False) -> Loaded:
    """The project's declarations; a target that it does not declare is refused."""
    found = load_project(project_root(project_dir), target=target, vars=variables(vars), cached=cached)
    need_target(found.project, target)
    return found


def chosen_names(
    compilation: Compilation,
    selectors: Sequence[str] | None,
    exclude: Sequence[str] | None,
    state: Path | None = None,
) -> list[str] | None:
    """Names of views and spines that the selectors mean; None where neither option was given.

    Args:
        state: the manifest, or its folder, that ``state:`` compares with. Raises CannotOperate where it cannot be read.
    """
    stored = stored_manifest(state, Path(compilation.project.root)) if state is not None else None
    if not selectors and not exclude:
        return None
    graph = Graph.of(
        compilation.analyzed, states(compilation.analyzed, stored.views, stored.spines) if stored else None
    )
    chosen, findings = select(graph, selectors or (), exclude or ())
    if has_errors(findings):
        raise CannotOperate(findings)
    return chosen


def opened_target(console: Console, project: Project, name: str | None) -> Target:
    """The target with its settings filled in from the environment, which the console will not print."""
    target, findings = resolve_target(project, name, os.environ)
    if target is None:
        raise CannotOperate(findings)
    console.report(findings)
    console.hide(secrets(target))
    return target


def secrets(target: Target) -> list[str]:
    """Passwords in a target's settings and URLs, as written and decoded."""
    found: list[str] = []
    for settings in (target.offline, target.online or {}):
        for key, value in settings.items():
            if not isinstance(value, str):
                continue
            if any(word in key.lower() for word in ("password", "token", "secret")):
                found.append(value)
            elif "://" in value:
                password = urlsplit(value).password or ""
                found += [password, unquote(password)]
    return found


def wanting(compiled: Compiled) -> CompiledQuery:
    """The query. Raises FeaturecError with the findings where there is none."""
    query, findings = compiled
    if query is None:
        raise FeaturecError(findings)
    return query


def need(names: Sequence[str], known: Collection[str], kind: str) -> None:
    """Refuse names that the project does not declare."""
    findings = [
        Diagnostic("FC953", f"the project has no {kind} `{name}`", fix=did_you_mean(name, known))
        for name in names
        if name not in known
    ]
    if findings:
        raise CannotOperate(findings)
