"""Linting on one screen: files → analysis and rules → findings, less what is answered or was not asked for."""

from collections.abc import Collection

from featurec.analysis.analyze import analyze
from featurec.analysis.model import AnalyzedProject
from featurec.diagnostic import Diagnostic, Suppression
from featurec.leakage import file_dialects
from featurec.lint.judge import Evidence, judge
from featurec.lint.result import LintReport
from featurec.lint.rule import checked_rules
from featurec.lint.selection import Selection
from featurec.loading import Loaded
from featurec.project import PROJECT_FILE
from featurec.spec import Project
from featurec.suppress import suppressions


def lint(loaded: Loaded, selection: Selection, paths: Collection[str] | None = None) -> LintReport:
    """Check a project.

    Args:
        loaded: the project; views that its cache knows are not analyzed again.
        selection: which rules, and how much they weigh.
        paths: the files whose findings are wanted, as ``project.files`` names them; None for all.
    """
    project = loaded.project
    names = None if paths is None else _names(project, paths)
    analyzed, findings = analyze(project, loaded.context, names, loaded.cache)
    checks = [rule for rule in checked_rules() if selection.holds(rule.CODE)]
    found = [*loaded.diagnostics, *findings, *(f for rule in checks for f in rule.check(analyzed))]
    comments, malformed = _comments(project)
    return judge(
        Evidence(
            findings=found,
            suppressions=comments,
            malformed=malformed,
            settings_file=project.files.get(PROJECT_FILE),
            unheard=_unheard(analyzed, found, names),
            elsewhere=frozenset() if names is None else _elsewhere(analyzed, names),
        ),
        selection,
        project.files if paths is None else paths,
        paths,
    )


def understood(loaded: Loaded, names: Collection[str] | None = None) -> tuple[AnalyzedProject, list[Diagnostic]]:
    """Views and spines as far as they are understood, and all that is found on the way, comments or not.

    Those called ``names``, and what they read; None for all.
    """
    analyzed, findings = analyze(loaded.project, loaded.context, names, loaded.cache)
    return analyzed, [*loaded.diagnostics, *findings]


def _names(project: Project, paths: Collection[str]) -> list[str] | None:
    """The views and spines of these files; None for all, where a file may have a part in any."""
    units = {unit.file.path: unit.name for unit in project.units}
    return None if any(path not in units for path in paths) else [units[path] for path in paths]


def _comments(project: Project) -> tuple[list[Suppression], list[Diagnostic]]:
    dialects = file_dialects(project)
    comments: list[Suppression] = []
    malformed: list[Diagnostic] = []
    for path, file in project.files.items():
        found, problems = suppressions(file, dialects.get(path, project.dialect))
        comments += found
        malformed += problems
    return comments, malformed


def _unheard(analyzed: AnalyzedProject, findings: Collection[Diagnostic], names: Collection[str] | None) -> set[str]:
    """Files in which a comment may answer what has not been looked for."""
    project = analyzed.project
    understood = {view.spec.file.path for view in (*analyzed.views.values(), *analyzed.spines.values())}
    unheard = {path for path in project.files if path.startswith(("features/", "spines/"))} - understood
    unheard |= {f.span.path for f in findings if f.span and f.code.startswith(("FC1", "FC8"))}
    if names is not None or unheard:
        unheard |= {file.path for file in project.macros}
    return unheard


def _elsewhere(analyzed: AnalyzedProject, names: Collection[str]) -> frozenset[Diagnostic]:
    """Findings of the wanted views and spines whose place is in another file: the macro that wrote the SQL."""
    keys = [unit.key for unit in analyzed.project.units if unit.name in names]
    return frozenset(finding for key in keys for finding in analyzed.findings.get(key, ()))
