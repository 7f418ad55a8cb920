"""What a rule file may hold beside its page, and where rules are found."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from importlib.resources import files
from pkgutil import iter_modules
from types import ModuleType
from typing import Protocol, cast

from featurec.analysis.model import AnalyzedProject
from featurec.diagnostic import Diagnostic, Severity
from featurec.lint import rules

GROUP = "featurec.rules"
"""Entry points of other packages: each names a module like those of ``featurec/lint/rules``."""


class Rule(Protocol):
    """What the module of a rule holds. ``CODE`` is letters and three digits; ``FC`` is for rules of this package.

    A rule that the compiler checks is a page only. Any other has a function ``check`` too, called by ``featurec lint``.
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
def rule_names() -> Mapping[str, str]:
    """Code -> name of every rule, in order of codes; rules of this package are named by their files."""
    own = (module.partition("_") for module in _modules())
    names = {code.upper(): name.replace("_", "-") for code, _, name in own}
    names |= {rule.CODE: rule.NAME for rule in _foreign()}
    return dict(sorted(names.items()))


def severity_of(code: str) -> Severity:
    """How much the findings of a rule weigh if nobody says otherwise. Raises KeyError for an unknown code."""
    found = {rule.CODE: rule for rule in _foreign()}
    found |= {module[:5].upper(): _rule(module) for module in _modules() if module.startswith(code.lower())}
    return found[code].SEVERITY


def checked_rules() -> list[CheckedRule]:
    """The rules that have something to check, by code. Pages are not imported: there are many of them."""
    home = files(rules)
    own = [_rule(module) for module in _modules() if _has_check(str(home / f"{module}.py"))]
    foreign = [rule for rule in _foreign() if hasattr(rule, "check")]
    return [cast(CheckedRule, rule) for rule in sorted([*own, *foreign], key=lambda rule: rule.CODE)]


@cache
def _modules() -> tuple[str, ...]:
    return tuple(sorted(info.name for info in iter_modules(rules.__path__) if info.name.startswith("fc")))


@cache
def _foreign() -> tuple[Rule, ...]:
    return tuple(cast(Rule, cast(ModuleType, point.load())) for point in entry_points(group=GROUP))


def _rule(module: str) -> Rule:
    return cast(Rule, import_module(f"{rules.__name__}.{module}"))


def _has_check(path: str) -> bool:
    source = getattr(rules.__loader__, "get_data", None)
    return source is None or b"\ndef check(" in source(path)
