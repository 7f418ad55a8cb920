"""Which rules hold where, and how much their findings weigh: settings and command line together."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from featurec.diagnostic import Diagnostic, Severity, did_you_mean
from featurec.lint.answers import TIME
from featurec.lint.rule import severity_of
from featurec.source import Span
from featurec.spec import LintSettings

SILENCED = "FC126"


@dataclass(frozen=True)
class Selection:
    """What is reported of what is found.

    Attributes:
        settings: of featurec.yml.
        rules: codes or families of the command line, which stand in the place of those of the settings; None for these.
        exclude_rules: further codes or families to leave out.
        strict: warnings are errors, whatever the settings say.
    """

    settings: LintSettings
    rules: tuple[str, ...] | None = None
    exclude_rules: tuple[str, ...] = ()
    strict: bool = False

    def holds(self, code: str, path: str | None = None) -> bool:
        """Whether findings of a code are reported, in that file."""
        chosen = self.settings.rules if self.rules is None else self.rules
        excluded = (*(self.settings.exclude_rules if self.rules is None else ()), *self.exclude_rules)
        if (chosen is not None and not code.startswith(chosen)) or (excluded and code.startswith(excluded)):
            return False
        ignored = self.settings.per_file_ignores.items() if path is not None else ()
        return not any(code.startswith(rules) and path_matches(str(path), pattern) for pattern, rules in ignored)

    def weighed(self, finding: Diagnostic) -> Diagnostic:
        """The finding with the severity that the project gives it."""
        severity = finding.severity
        fitting = [key for key in self.settings.severity if finding.code.startswith(key) and finding.code != SILENCED]
        if fitting:
            severity = Severity(self.settings.severity[max(fitting, key=len)])
        if self.strict or self.settings.strict:
            severity = Severity.ERROR
        return finding if severity is finding.severity else replace(finding, severity=severity)


def unknown_rules(names: Iterable[str], known: Iterable[str]) -> list[str]:
    """Those that neither are a code nor begin one."""
    codes = tuple(known)
    return [name for name in names if not name or not any(code.startswith(name) for code in codes)]


def about_settings(settings: LintSettings, known: Mapping[str, str], fallback: Span | None) -> list[Diagnostic]:
    """FC104 for rules in featurec.yml that there are none of, FC126 for all that keeps a time rule from being heard.

    Args:
        fallback: the place in featurec.yml, should a setting have none of its own.
    """
    named = {f"rules.{i}": rule for i, rule in enumerate(settings.rules or ())}
    named |= {f"exclude_rules.{i}": rule for i, rule in enumerate(settings.exclude_rules)}
    named |= {f"severity.{rule}": rule for rule in settings.severity}
    per_file = settings.per_file_ignores.items()
    named |= {f"per_file_ignores.{pattern}.{i}": rule for pattern, rules in per_file for i, rule in enumerate(rules)}
    found = []
    for key, rule in named.items():
        place = settings.spans.get(key, fallback)
        if unknown_rules([rule], known):
            near = did_you_mean(rule.upper(), [*known, *{code[:3] for code in known}])
            found.append(Diagnostic("FC104", f"there is no rule `{rule}`", place, "rules go by their codes", near))
            continue
        silenced = [code for code in known if code.startswith(TIME) and code.startswith(rule)]
        kind = key.partition(".")[0]
        if kind == "severity":
            lowered = settings.severity[rule] == "warning"
            silenced = [code for code in silenced if lowered and severity_of(code) is Severity.ERROR]
        if silenced and kind != "rules":
            found.append(
                _silenced(_SILENCING[kind].format(rule=rule, path=key.split(".", 1)[1].rpartition(".")[0]), place)
            )
    if settings.rules is not None:
        left = [code for code in known if code.startswith(TIME) and not code.startswith(settings.rules)]
        if left:
            found.append(_silenced("`rules` leaves out time rules", settings.spans.get("rules", fallback)))
    return found


_SILENCING = {
    "exclude_rules": "`{rule}` leaves out time rules",
    "severity": "`{rule}: warning` lets leaks pass",
    "per_file_ignores": "`{rule}` leaves out time rules in `{path}`",
}


def _silenced(claim: str, place: Span | None) -> Diagnostic:
    cause = "a change of this file decides which leaks are heard; whoever reviews it must see that"
    fix = "answer single findings where they are: `-- noqa: FC305 -- reason`"
    return Diagnostic(SILENCED, claim, place, cause, fix, severity=Severity.WARNING)


@lru_cache
def _pattern(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern.removeprefix("./").rstrip("/"))
    meant = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(meant.get(part) or re.escape(part) for part in parts) + "(?:/.*)?")


def path_matches(path: str, pattern: str) -> bool:
    """Whether a project-relative path, or a folder above it, is what the pattern says; ``**`` stands for any folders."""
    return _pattern(pattern).fullmatch(path) is not None
