"""Where every command begins: a project's declarations, and what its templates see and its cache knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from featurec.cache import Cache, open_cache
from featurec.diagnostic import Diagnostic
from featurec.project import load
from featurec.spec import Project
from featurec.template import TemplateContext


@dataclass(frozen=True)
class Loaded:
    """A project's declarations, before any SQL is looked at.

    Attributes:
        context: what templates see.
        cache: None where it was not asked for.
    """

    project: Project
    context: TemplateContext
    cache: Cache | None
    diagnostics: tuple[Diagnostic, ...]


def load_project(
    root: Path,
    *,
    target: str | None = None,
    vars: Mapping[str, object] | None = None,
    cached: bool = False,
    overlay: Mapping[str, str] | None = None,
) -> Loaded:
    """Load a project.

    Args:
        root: folder with featurec.yml.
        target: what templates see as ``target.name``; default: the project's default target.
        vars: override the project's.
        cached: take unchanged views from ``.featurec/cache``, as they were analyzed before.
        overlay: project-relative path -> text that stands in for the file's.
    """
    project, findings = load(root, vars or {}, overlay)
    name = target or project.default_target or ""
    chosen = project.targets.get(name)
    engine = chosen.type if chosen else "duckdb"
    path = root / ".featurec" / "cache" / f"{name or 'default'}.json"
    cache = open_cache(path, project, name, engine) if cached else None
    return Loaded(project, TemplateContext(project, name, engine), cache, tuple(findings))
