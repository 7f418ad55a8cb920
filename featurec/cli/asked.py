"""What a user asks for by name: features of a service or a list, a spine, a strategy."""

from collections.abc import Sequence
from pathlib import Path

from featurec.cli.arguments import feature_requests
from featurec.cli.opening import need
from featurec.diagnostic import Diagnostic
from featurec.dialects.dialect import get
from featurec.errors import CannotOperate
from featurec.spec import FeatureRequest, Project


def asked_features(project: Project, service: str | None, features: Sequence[str] | None) -> tuple[FeatureRequest, ...]:
    """The requests of a service, of a list, or of both in this order."""
    if service is None and not features:
        fix = "name a service (--service NAME) or features (--features view:feature,view)"
        raise CannotOperate([Diagnostic("FC951", "no features are asked for", fix=fix)])
    requests: tuple[FeatureRequest, ...] = ()
    if service is not None:
        need([service], project.services, "service")
        requests = project.services[service].features
    return requests + feature_requests(features or ())


def asked_spine(project: Project, name: str, timestamp: str | None) -> str | Path | tuple[str, ...]:
    """A spine of the project, a file, or else the name parts of a table.

    Args:
        timestamp: as-of column that was asked for, which a spine of the project declares itself.
    """
    if name in project.spines:
        spine = project.spines[name]
        if timestamp not in (None, spine.timestamp):
            claim = f"spine `{name}` declares its own as-of column, `{spine.timestamp}`"
            raise CannotOperate(
                [
                    Diagnostic(
                        "FC951",
                        claim,
                        spine.spans.get("timestamp", spine.span),
                        fix="leave out --timestamp, or change the spine's header",
                    )
                ]
            )
        return name
    if name.lower().endswith((".parquet", ".csv")) or "/" in name or Path(name).is_file():
        return Path(name)
    return tuple(name.split("."))


def asked_window_strategy(name: str | None, engine: str) -> str | None:
    """A window strategy that the engine has; None where none is asked for."""
    if name is not None:
        need([name], get(engine).windows, "window strategy")
    return name


def asked_strategy(name: str | None, engine: str) -> str | None:
    """An as-of strategy that the engine has; None where none is asked for."""
    if name is not None:
        need([name], get(engine).asof, "as-of strategy")
    return name
