"""What a run tells while it goes on, and what it leaves behind: events, results per view, run_results.json."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import featurec
from featurec.diagnostic import Diagnostic

Step = Literal["build", "export"]
Status = Literal["success", "error", "skipped"]

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class StepResult:
    """One step of one view.

    Attributes:
        rows: written: rows of the offline table, or entities written online. None where the step did not finish.
        dropped: rows left out as their times are NULL (build), or put aside (export).
        table: what was written.
        message: one line for people: the reason of an error or a skip, or a remark.
    """

    view: str
    step: Step
    status: Status
    started_at: datetime
    completed_at: datetime
    seconds: float
    rows: int | None = None
    dropped: int | None = None
    table: str | None = None
    message: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def interrupted(self) -> bool:
        """Whether a signal stopped it: an error that is no finding."""
        return self.status == "error" and not self.diagnostics


@dataclass(frozen=True)
class RunStarted:
    """The first event: which views, in the order in which they are planned."""

    run_id: str
    target: str
    views: tuple[str, ...]
    started_at: datetime


@dataclass(frozen=True)
class StepStarted:
    """A step begins. ``number`` of ``total`` counts steps of all views."""

    view: str
    step: Step
    number: int
    total: int
    started_at: datetime


@dataclass(frozen=True)
class StepFinished:
    """A step ended well (``success``), badly (``error``), or was not begun (``skipped``)."""

    result: StepResult
    number: int
    total: int


@dataclass(frozen=True)
class RunFinished:
    """The last event."""

    result: "RunResult"


Event = RunStarted | StepStarted | StepFinished | RunFinished

Reporter = Callable[[Event], None]
"""Receives the events in order, one at a time, possibly from different threads."""


@dataclass(frozen=True)
class RunResult:
    """A whole run.

    Attributes:
        run_id: unique per run.
        target: name.
        steps: in the order in which they ended.
        cannot_operate: whether a database or lock was lost, so that nothing more could be done.
        interrupted: the exit code that a signal means; None where there was none.
        notes: what was done beside the steps, for people.
    """

    run_id: str
    target: str
    started_at: datetime
    completed_at: datetime
    seconds: float
    steps: tuple[StepResult, ...]
    cannot_operate: bool = False
    interrupted: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[StepResult, ...]:
        return tuple(s for s in self.steps if s.status == "error")

    @property
    def exit_code(self) -> int:
        """0: all done; 1: a step failed; 2: the work could not go on; 130, 143: a signal stopped it."""
        if self.interrupted is not None:
            return self.interrupted
        return 2 if self.cannot_operate else 1 if self.failed else 0

    def count(self, status: Status) -> int:
        return sum(s.status == status for s in self.steps)


def write_results(result: RunResult, path: Path, args: Mapping[str, object]) -> None:
    """Write run_results.json; every key is always present. The file appears whole or not at all."""
    data = {
        "metadata": {
            "schema_version": SCHEMA_VERSION,
            "featurec_version": featurec.__version__,
            "run_id": result.run_id,
            "target": result.target,
            "generated_at": result.completed_at.isoformat(),
        },
        "args": dict(args),
        "elapsed_time": round(result.seconds, 6),
        "exit_code": result.exit_code,
        "results": [_step(step) for step in result.steps],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{result.run_id}")
    temporary.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    temporary.replace(path)


def _step(step: StepResult) -> dict[str, object]:
    return {
        "unique_id": f"{step.step}.{step.view}",
        "view": step.view,
        "step": step.step,
        "status": step.status,
        "started_at": step.started_at.isoformat(),
        "completed_at": step.completed_at.isoformat(),
        "seconds": round(step.seconds, 6),
        "rows": step.rows,
        "dropped": step.dropped,
        "table": step.table,
        "message": step.message,
        "diagnostics": [
            {"code": d.code, "claim": d.claim, "place": str(d.span) if d.span else None, "cause": d.cause, "fix": d.fix}
            for d in step.diagnostics
        ],
    }
