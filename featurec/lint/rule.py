"""What a rule file may hold beside its page, and where rules are found."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from typing import Protocol, cast

from featurec.analysis.model import AnalyzedProject
from featurec.diagnostic import Diagnostic, Severity
from featurec.lint import rules


class Rule(Protocol):
    """A module of ``featurec/lint/rules``, or one that another package offers as an entry point ``featurec.rules``.

    ``CODE`` is ``FC`` and three digits, for rules of other packages letters of their own and digits. A rule that the
    compiler checks is a page only; any other has a function ``check`` too, which only ``featurec lint`` calls.
    """

    CODE: str
    NAME: str
    SEVERITY: Severity
    SINCE: str


class CheckedRule(Rule, Protocol):
    """A rule that looks at the project itself."""

    @staticmethod
    def check(project: AnalyzedProject) -> Iterable[Diagnostic]:
        """Its findings, all with the rule's code. Views with errors are declared in ``project.project`` only."""


@cache
def all_rules() -> Mapping[str, Rule]:
    """Every rule by its code."""
    own = [import_module(f"{rules.__name__}.{info.name}") for info in iter_modules(rules.__path__)]
    found = [cast(Rule, module) for module in [*own, *(point.load() for point in entry_points(group="featurec.rules"))]]
    return {rule.CODE: rule for rule in sorted(found, key=lambda rule: rule.CODE)}


def checked_rules() -> list[CheckedRule]:
    """The rules that have something to check, by code."""
    return [cast(CheckedRule, rule) for rule in all_rules().values() if hasattr(rule, "check")]
