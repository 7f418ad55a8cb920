"""Compiles a project the way `compile` does, files and cache included, for the commands that go on from there."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from featurec.cli.sharing import share
from featurec.cli.writing import write_artifacts, write_cache
from featurec.compiler import Compilation, Loaded, analyze_project
from featurec.diagnostic import Diagnostic, has_errors
from featurec.dialects.dialect import Dialect
from featurec.manifest import artifacts


@dataclass(frozen=True)
class CompiledProject:
    """A compilation, and the artifacts of it below ``target/``: path -> text."""

    compilation: Compilation
    files: Mapping[str, str]
    findings: tuple[Diagnostic, ...]


def compile_loaded(loaded: Loaded, dialect: Dialect, folder: str, *, allow_leakage: bool = False) -> CompiledProject:
    """Analyze a project and render its SQL, with the cache and, where it pays, a second process."""
    share(loaded, lambda names: artifacts(analyze_project(loaded, names), dialect, ""))
    compilation = analyze_project(loaded, allow_leakage=allow_leakage)
    built, refused = artifacts(compilation, dialect, folder)
    return CompiledProject(compilation, built.files, (*compilation.diagnostics, *refused))


def write(compiled: CompiledProject, folder: str, wanted: Collection[str] | None = None) -> Mapping[str, str]:
    """Write the artifacts, those of the wanted names alone where there are such, and keep the cache."""
    chosen = {p: t for p, t in compiled.files.items() if wanted is None or Path(p).stem in {"manifest", *wanted}}
    root = Path(compiled.compilation.project.root)
    write_artifacts(root, chosen, folder, whole=wanted is None and not has_errors(compiled.findings))
    if compiled.compilation.cache:
        write_cache(compiled.compilation.cache)
    return chosen
