"""Which findings ``noqa`` comments answer, and what is wrong with the comments themselves."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from featurec.diagnostic import Diagnostic, Severity, Suppression, did_you_mean
from featurec.lint.result import Suppressed

TIME = "FC3"
"""The family whose findings nobody answers without saying why."""


def answered(
    findings: Iterable[Diagnostic], suppressions: Sequence[Suppression]
) -> tuple[list[Diagnostic], list[Suppressed]]:
    """Part findings into those that stand and those that a comment answers.

    An error that leaves its view without meaning cannot be answered: there would be nothing to compile.
    """
    standing: list[Diagnostic] = []
    silent: list[Suppressed] = []
    by_place: dict[tuple[str, str], list[Suppression]] = {}
    for suppression in suppressions:
        by_place.setdefault((suppression.by.path, suppression.code), []).append(suppression)
    for finding in findings:
        near = by_place.get((finding.span.path, finding.code), ()) if finding.span else ()
        comment = next((s for s in near if s.answers(finding)), None)
        if comment is None or not answerable(finding):
            standing.append(finding)
        else:
            silent.append(Suppressed(finding, comment.reason, comment.by))
    return standing, silent


def answerable(finding: Diagnostic) -> bool:
    """Whether a comment can answer it: a warning, or an error of a view that is understood all the same."""
    return finding.severity is Severity.WARNING or not finding.code.startswith(("FC1", "FC2", "FC8", "FC9"))


def about_comments(
    suppressions: Iterable[Suppression],
    findings: Sequence[Diagnostic],
    known: Mapping[str, str],
    judged: Callable[[Suppression], bool],
) -> list[Diagnostic]:
    """FC123 for what answers nothing, FC124 for what cannot, FC125 for what does so without a reason.

    Args:
        suppressions: of the files in question.
        findings: all that was found, answered or not.
        known: code -> name of every rule.
        judged: whether everything that the comment could answer has been looked for.
    """
    found = []
    by_place: dict[tuple[str, str], list[Diagnostic]] = {}
    for finding in findings:
        if finding.span:
            by_place.setdefault((finding.span.path, finding.code), []).append(finding)
    unexplained: set[tuple[str, int]] = set()
    for suppression in suppressions:
        if suppression.code not in known:
            found.append(_unknown(suppression, known))
            continue
        nearby = by_place.get((suppression.by.path, suppression.code), [])
        here = [f for f in nearby if suppression.answers(f)]
        if not here:
            if judged(suppression):
                found.append(_unused(suppression, nearby))
        elif not any(answerable(f) for f in here):
            found.append(_powerless(suppression))
        elif suppression.code.startswith(TIME) and not suppression.explained:
            place = (suppression.by.path, suppression.by.start)
            if place not in unexplained:
                found.append(_unexplained(suppression))
            unexplained.add(place)
    return found


def _unknown(suppression: Suppression, known: Mapping[str, str]) -> Diagnostic:
    names = {name: code for code, name in known.items()}
    named = names.get(suppression.code.lower())
    near = did_you_mean(suppression.code.upper(), known)
    fix = (
        f"write its code, `{named}`"
        if named
        else near
        if near.startswith("did")
        else "`featurec explain` lists all codes"
    )
    claim = f"there is no code `{suppression.code}`"
    return Diagnostic("FC124", claim, suppression.at, "so the comment answers nothing", fix, severity=Severity.WARNING)


def _unused(suppression: Suppression, nearby: Sequence[Diagnostic]) -> Diagnostic:
    where = "between its two comments" if suppression.first != suppression.last else "on this line"
    cause, fix = f"there is no such finding {where}", "remove it"
    lines = sorted((abs(f.span.line - suppression.first), f.span.line) for f in nearby if f.span)
    if lines:
        cause, fix = f"{cause}; there is one on line {lines[0][1]}", "write it there, or remove it"
    elif suppression.by.path.startswith("macros/"):
        cause, fix = f"{cause}: what a macro does is found where it is called", "write it at the call, or remove it"
    claim = f"`noqa: {suppression.code}` answers nothing"
    return Diagnostic("FC123", claim, suppression.at, cause, fix, severity=Severity.WARNING)


def _powerless(suppression: Suppression) -> Diagnostic:
    claim = f"`{suppression.code}` cannot be answered by a comment"
    cause = "the view has no meaning until it is mended"
    return Diagnostic(
        "FC124", claim, suppression.at, cause, "mend it, and remove the comment", severity=Severity.WARNING
    )


def _unexplained(suppression: Suppression) -> Diagnostic:
    claim = f"nobody has said why `{suppression.code}` is no leak here"
    cause = "a reviewer sees that the checker was overruled, but not on what grounds"
    fix = f"write how the value is known in time: `noqa: {suppression.code} -- reason`"
    return Diagnostic("FC125", claim, suppression.by, cause, fix, severity=Severity.WARNING)
