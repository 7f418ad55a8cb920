"""Prints the report of `featurec lint` in the form that was asked for."""

from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from featurec.cli.linting import relocated
from featurec.cli.writing import writable
from featurec.diagnostic import Diagnostic, Severity, did_you_mean
from featurec.errors import CannotOperate
from featurec.lint.result import LintReport
from featurec.report import json
from featurec.report.console import Console

PACKAGE = "featurec.report.formats"


def chosen_format(name: str | None, environment: Mapping[str, str]) -> str:
    """The format that was named; of its own accord ``github`` on GitHub, else ``text``."""
    if name is None:
        return "github" if environment.get("GITHUB_ACTIONS") == "true" else "text"
    if not name.isidentifier() or find_spec(f"{PACKAGE}.{name}") is None:
        from featurec.registry import members

        known = members(PACKAGE, "featurec.formats")
        if name not in known:
            fix = did_you_mean(name, known)
            raise CannotOperate([Diagnostic("FC953", f"no report format is called `{name}`", fix=fix)])
    return name


def print_report(
    console: Console, report: LintReport, name: str, root: Path, environment: Mapping[str, str], *, statistics: bool
) -> None:
    """Write the report to standard output, and on GitHub the summary of the job.

    Args:
        name: of the format.
        root: folder of the project. GitHub wants paths as they are in the repository: below GITHUB_WORKSPACE, or the
            present folder.
    """
    if name == "text":
        _print_text(console, report)
    else:
        if name in ("github", "sarif"):
            report = relocated(report, root, Path(environment.get("GITHUB_WORKSPACE") or Path.cwd()).resolve())
        form = _format(name)
        content = form.render(report)
        if content:
            console.result(content)
        page = environment.get("GITHUB_STEP_SUMMARY")
        if name == "github" and page:
            with writable(page), open(page, "a", encoding="utf-8") as file:
                file.write(form.summary(report))
        if name == "github":
            from featurec.report.formats.text import total

            console.note(*total(report))
    if statistics:
        from featurec.report.formats.text import statistics as counted

        for counts in counted(report):
            console.say(counts)


def _format(name: str) -> ModuleType:
    if find_spec(f"{PACKAGE}.{name}") is not None:
        from importlib import import_module

        return import_module(f"{PACKAGE}.{name}")
    from featurec.registry import members

    return members(PACKAGE, "featurec.formats")[name]


def _print_text(console: Console, report: LintReport) -> None:
    if console.quiet:
        report = replace(report, findings=tuple(f for f in report.findings if f.severity is Severity.ERROR))
    if console.format == "json":
        for finding in report.findings:
            console.event("diagnostic", **json.finding(finding))
        for answered in report.suppressed:
            console.event("suppressed", **json.finding(answered.finding), reason=answered.reason)
        return
    from featurec.report.formats.text import lines

    if report.findings or not console.quiet:
        console.show(lines(report))
