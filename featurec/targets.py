"""A target's settings with its environment variables filled in: the only place where templates see the environment."""

import getpass
import re
from collections.abc import Mapping

from featurec.diagnostic import Diagnostic, did_you_mean
from featurec.source import Span
from featurec.spec import Project, Scalar, Target

EMBEDDED = "embedded"
"""The URL that stands for a private PostgreSQL on this machine."""


def resolve_target(
    project: Project, name: str | None, environ: Mapping[str, str]
) -> tuple[Target | None, list[Diagnostic]]:
    """The chosen target, ``{{ env_var('X', 'default') }}`` and ``{user}`` filled in; the others are left alone.

    Args:
        name: None for the project's default.
        environ: the process's environment.

    Returns:
        The target, or None with findings: FC121 where there is no such target, FC122 for a variable that is
        not set or a template that cannot be read. The findings never hold a variable's value.
    """
    chosen = name or project.default_target
    target = project.targets.get(chosen) if chosen else None
    if target is None:
        return None, [_missing(project, chosen)]
    findings: list[Diagnostic] = []

    def resolved(settings: Mapping[str, Scalar | tuple[str, ...]]) -> dict[str, Scalar | tuple[str, ...]]:
        return {
            key: tuple(_text(v, target, key, environ, findings) for v in value)
            if isinstance(value, tuple)
            else _text(value, target, key, environ, findings)
            if isinstance(value, str)
            else value
            for key, value in settings.items()
        }

    offline = resolved(target.offline)
    online = resolved(target.online) if target.online is not None else None
    if findings:
        return None, list(dict.fromkeys(findings))
    stores = {k: v for k, v in (online or {}).items() if not isinstance(v, tuple)}
    return Target(target.name, offline, stores if online is not None else None, target.span), []


def resolve_setting(
    text: str, where: str, span: Span | None, environ: Mapping[str, str]
) -> tuple[str, list[Diagnostic]]:
    """A setting outside of targets with ``{{ env_var('X') }}`` filled in; FC122 as for targets.

    Args:
        where: names the setting in findings.
    """
    findings: list[Diagnostic] = []
    return _filled(text, where, span, environ, findings), findings


def _missing(project: Project, name: str | None) -> Diagnostic:
    if name is None and not project.targets:
        cause = "the project has no `targets`"
        fix = (
            "add to featurec.yml: `targets: {dev: {offline: {type: duckdb}, online: {type: postgres, url: embedded}}}`"
        )
        return Diagnostic("FC121", "there is no target to run on", None, cause, fix)
    if name is None:
        cause = "the project has several targets and no `default_target`"
        fix = "name one with --target: " + ", ".join(project.targets)
        return Diagnostic("FC121", "no target is chosen", None, cause, fix)
    return Diagnostic("FC121", f"there is no target `{name}`", None, "", did_you_mean(name, project.targets))


_TEMPLATE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_CALL = re.compile(
    r"""\s*env_var\(\s*(?P<quote>['"])(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P=quote)\s*"""
    r"""(?:,\s*(?:default\s*=\s*)?(?P<mark>['"])(?P<default>[^'"\\]*)(?P=mark)\s*)?,?\s*\)\s*""",
    re.ASCII,
)


def _text(text: str, target: Target, key: str, environ: Mapping[str, str], findings: list[Diagnostic]) -> str:
    where = f"`{key}` of target `{target.name}`"
    pieces = _filled(text, where, target.span, environ, findings)
    if key in ("schema", "path") and "{user}" in pieces:
        user = _user(environ)
        if user is None:
            findings.append(
                Diagnostic(
                    "FC122",
                    f"{where} holds `{{user}}`, and this machine has no user name",
                    target.span,
                    "",
                    "export USER=…",
                )
            )
        pieces = pieces.replace("{user}", user or "")
    return pieces


def _filled(text: str, where: str, span: Span | None, environ: Mapping[str, str], findings: list[Diagnostic]) -> str:
    def value(match: re.Match[str]) -> str:
        call = _CALL.fullmatch(match[1])
        if call is None:
            claim = f"the template in {where} cannot be read"
            cause = "settings know `env_var` only, with one or two quoted texts"
            fix = "write `{{ env_var('NAME') }}` or `{{ env_var('NAME', 'default') }}`"
            findings.append(Diagnostic("FC122", claim, span, cause, fix))
            return ""
        found = environ.get(call["name"], call["default"])
        if found is None:
            claim = f"environment variable `{call['name']}` is not set"
            fix = f"export {call['name']}=…, or give a default: `env_var('{call['name']}', '…')`"
            findings.append(Diagnostic("FC122", claim, span, f"{where} reads it", fix))
            return ""
        return found

    return _TEMPLATE.sub(value, text)


def _user(environ: Mapping[str, str]) -> str | None:
    """The user's name as part of an identifier; None where there is none."""
    name = next((environ[v] for v in ("FEATUREC_USER", "USER", "LOGNAME", "USERNAME") if environ.get(v)), None)
    if name is None:
        try:
            name = getpass.getuser()
        except (OSError, KeyError, ImportError):
            return None
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or None
