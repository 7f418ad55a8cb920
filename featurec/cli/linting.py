"""What `featurec lint` is asked about: the project of the paths, the files that they mean, the text from stdin."""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from featurec.analysis.changes import states
from featurec.cli.arguments import variables
from featurec.cli.root import need_target, project_root
from featurec.cli.stored import stored_manifest
from featurec.compiler import analyze_project
from featurec.diagnostic import Diagnostic, did_you_mean
from featurec.errors import CannotOperate
from featurec.lint.result import LintReport, Suppressed
from featurec.lint.rule import rule_names as known_rules
from featurec.lint.selection import unknown_rules
from featurec.loading import Loaded, load_project
from featurec.project import PROJECT_FILE, find_root
from featurec.source import SourceFile, Span
from featurec.spec import FeatureView, Project, Spine


@dataclass(frozen=True)
class Asked:
    """The project, and what of it is asked about.

    Attributes:
        paths: files and folders relative to the root; None for the whole project.
        overlay: project-relative path -> text that stands in for the file's.
    """

    root: Path
    paths: tuple[str, ...] | None
    overlay: Mapping[str, str]


def asked(
    words: Sequence[str], project_dir: Path | None, stdin_filename: Path | None, stdin: TextIO | None, *, writing: bool
) -> Asked:
    """What the paths of the command line mean.

    Args:
        words: paths, absolute or relative to the present folder, or the one word ``-``.
        project_dir: folder of the project; None for the nearest at or above the first path.
        stdin_filename: the place of the text that is read for ``-``.
        stdin: what to read it from; None where the words do not ask for it.
        writing: whether files are to be changed.
    """
    if stdin is not None and writing:
        raise _usage("FC952", "comments cannot be added to standard input", "name the file instead of `-`")
    if (stdin is None) != (stdin_filename is None) or (stdin is not None and len(words) > 1):
        fix = "featurec lint - --stdin-filename features/view.sql"
        raise _usage("FC952", "`-` reads one file, and `--stdin-filename` says which", fix)
    paths = [Path.cwd() / (stdin_filename or word) for word in words]
    missing = [word for word, path in zip(words, paths, strict=True) if stdin is None and not path.exists()]
    if missing:
        raise _usage("FC953", f"there is no file or folder `{missing[0]}`", "name files and folders of the project")
    start = None if not paths else paths[0] if paths[0].is_dir() else paths[0].parent
    root = project_root(project_dir, start)
    relative = tuple(_relative(path, root) for path in paths)
    if stdin is not None:
        return Asked(root, relative, {relative[0]: stdin.read()})
    return Asked(root, relative or None, {})


def load_asked(
    place: Asked,
    target: str | None,
    vars: str | None,
    *,
    cached: bool = False,
    overlay: Mapping[str, str] | None = None,
) -> Loaded:
    """The project's declarations, with ``overlay`` in the place of what was asked; an undeclared target is refused."""
    texts = place.overlay if overlay is None else overlay
    found = load_project(place.root, target=target, vars=variables(vars), cached=cached, overlay=texts)
    need_target(found.project, target)
    return found


def _relative(path: Path, root: Path) -> str:
    """The path below the root; links in it stay as they are written."""
    for written, base in ((Path(os.path.normpath(path)), root), (path.resolve(), root.resolve())):
        if written.is_relative_to(base):
            return written.relative_to(base).as_posix()
    other = find_root(path if path.is_dir() else path.parent)
    fix = "lint one project at a time" if other else f"lint files below {root}"
    raise _usage("FC953", f"`{path}` is no part of the project in {root}", fix)


def files(project: Project, paths: Sequence[str] | None) -> frozenset[str] | None:
    """The files of the project that the paths mean: themselves, and all below a folder; None for all."""
    if paths is None or "." in paths:
        return None
    found: set[str] = set()
    for path in paths:
        here = {file for file in project.files if file == path or file.startswith(path + "/")}
        if not here and not _is_empty_folder(project, path):
            fix = (
                "featurec reads "
                + PROJECT_FILE
                + ", entities.yml, sources.yml, services.yml, and what is below features/,"
            )
            raise _usage("FC953", f"`{path}` is no file of the project", fix + " spines/, macros/ and tests/")
        found |= here
    return frozenset(found)


def modified_files(loaded: Loaded, state: Path, among: Collection[str] | None) -> frozenset[str]:
    """The files of views and spines that are not as they were in a stored manifest."""
    project = loaded.project
    stored = stored_manifest(state, Path(project.root))
    changed = states(analyze_project(loaded).analyzed, stored.views, stored.spines)
    units: list[FeatureView | Spine] = [*project.views.values(), *project.spines.values()]
    return frozenset(u.file.path for u in units if u.key in changed and (among is None or u.file.path in among))


def _is_empty_folder(project: Project, path: str) -> bool:
    return (Path(project.root) / path).is_dir() and path.split("/", maxsplit=1)[0] in (
        "features",
        "spines",
        "macros",
        "tests",
    )


def rule_names(texts: Sequence[str] | None) -> tuple[str, ...] | None:
    """Codes and families, separated by commas, that there are; None where the option was not given."""
    if texts is None:
        return None
    names = tuple(name.strip().upper() for text in texts for name in text.split(","))
    known = known_rules()
    unknown = unknown_rules(names, known)
    if unknown:
        families = {code[:3] for code in known}
        named = next((code for code, name in known.items() if name == unknown[0].lower()), None)
        fix = f"write its code, `{named}`" if named else did_you_mean(unknown[0], [*known, *families])
        raise _usage("FC953", f"there is no rule `{unknown[0]}`", fix)
    return names


def relocated(report: LintReport, root: Path, base: Path) -> LintReport:
    """The report with paths relative to a folder above the project; as it is where the folder is not."""
    if not root.is_relative_to(base) or root == base:
        return report
    prefix = root.relative_to(base).as_posix()
    moved: dict[SourceFile, SourceFile] = {}

    def span(old: Span) -> Span:
        file = moved.setdefault(old.file, SourceFile(f"{prefix}/{old.path}", old.file.text))
        return file.span(old.start, old.end)

    def finding(old: Diagnostic) -> Diagnostic:
        labels = tuple(replace(label, span=span(label.span)) for label in old.labels)
        return replace(old, span=span(old.span) if old.span else None, labels=labels)

    return LintReport(
        tuple(finding(f) for f in report.findings),
        tuple(Suppressed(finding(s.finding), s.reason, span(s.by)) for s in report.suppressed),
        tuple(f"{prefix}/{path}" for path in report.files),
    )


def _usage(code: str, claim: str, fix: str) -> CannotOperate:
    return CannotOperate([Diagnostic(code, claim, fix=fix)])
