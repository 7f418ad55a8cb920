"""What the last run left in target/run_results.json: what of it failed, and how it was asked for."""

import json
from pathlib import Path
from typing import Any

from featurec.cli.running import RESULTS, Invocation
from featurec.diagnostic import Diagnostic
from featurec.errors import CannotOperate
from featurec.run.events import SCHEMA_VERSION


def last_run(root: Path, target: str | None, wait: float | None, retries: int) -> tuple[set[str], Invocation]:
    """The views of which a step failed or was skipped, and what was asked for.

    Raises CannotOperate (FC939) where there is no file of a run, or one that is not as this featurec writes it.
    """
    path = root / "target" / RESULTS
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["metadata"]["schema_version"] != SCHEMA_VERSION:
            raise _unreadable(path, f"it is of schema version {data['metadata']['schema_version']}")
        views = {step["view"] for step in data["results"] if step["status"] != "success"}
        return views, _invocation(root, data["args"], target, wait, retries)
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from None
    except (ValueError, KeyError, TypeError) as error:
        raise _unreadable(path, f"{type(error).__name__}: {error}") from None


def _invocation(root: Path, args: dict[str, Any], target: str | None, wait: float | None, retries: int) -> Invocation:
    return Invocation(
        root,
        target or args["target"],
        vars=args["vars"],
        export=args["export"],
        allow_leakage=args["allow_leakage"],
        full_refresh=args["full_refresh"],
        event_time_start=args["event_time_start"],
        event_time_end=args["event_time_end"],
        warn_error=args["warn_error"],
        wait=wait,
        retries=retries,
    )


def _unreadable(path: Path, cause: str) -> CannotOperate:
    return CannotOperate(
        [
            Diagnostic(
                "FC939",
                "there is no last run that could be retried",
                cause=f"target/{path.name}: {cause}",
                fix="begin with `featurec run`",
            )
        ]
    )
