"""A run, or a training set, as it goes on: spinners on a terminal, a line per finished step elsewhere, JSON lines for programs."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from featurec.report.console import Console
from featurec.report.json import Json, finding
from featurec.report.line import Line, Style, line
from featurec.report.text import count
from featurec.run.events import (
    Event,
    Reporter,
    RunFinished,
    RunResult,
    RunStarted,
    Status,
    StepFinished,
    StepResult,
    StepStarted,
)
from featurec.run.watch import Progress

WORDS: dict[Status, tuple[str, Style]] = {
    "success": ("OK   ", "success"),
    "error": ("ERROR", "error"),
    "skipped": ("SKIP ", "warning"),
}
KINDS = {"build": "view  ", "export": "online"}
ROWS = {"build": "row", "export": "entity"}


@contextmanager
def reporting(console: Console) -> Iterator[Reporter]:
    """A reporter for the events of one run, for as long as the context lasts."""
    if console.format == "json":
        yield _Events(console)
        return
    with ExitStack() as stack:
        live = stack.enter_context(console.running()) if console.live else None

        def tell(event: Event) -> None:
            if isinstance(event, StepStarted) and live:
                live.start(f"{event.step} {event.view}", _begun(event))
            elif isinstance(event, StepFinished):
                done = console.scrubbed(finished(event))
                if live:
                    live.finish(f"{event.result.step} {event.result.view}", done)
                elif event.result.status == "error" or not console.quiet:
                    console.say(done)

        yield tell


@contextmanager
def training(console: Console) -> Iterator[Progress]:
    """Shows how much of a training set is done, for as long as the context lasts: a bar on a terminal, events for programs.

    A training set that is written before anybody could look shows no bar.
    """
    if console.format == "json" and not console.quiet:
        yield lambda fraction: _tell(console, fraction)
    elif console.live:
        with console.bar() as bar:
            yield lambda fraction: None if fraction in (0.0, 1.0) else bar.show(line("training set"), fraction)
    else:
        yield lambda _: None


def _tell(console: Console, fraction: float | None) -> None:
    if fraction is not None:
        console.event("training_progress", fraction=round(fraction, 4))


def _begun(event: StepStarted) -> Line:
    return line((f"{event.number} of {event.total} ", "dim"), f"{KINDS[event.step].strip()} {event.view}")


def finished(event: StepFinished) -> Line:
    """``1 of 6 OK view arrivals  336,776 rows in 1.2s``."""
    step = event.result
    number = f"{event.number:>{len(str(event.total))}} of {event.total} "
    return line(
        (number, "dim"), WORDS[step.status], f" {KINDS[step.step]} ", (step.view, "bold"), f"  {_outcome(step)}"
    )


def _outcome(step: StepResult) -> str:
    if step.status != "success":
        return step.message.partition("\n")[0]
    rows = "" if step.rows is None else f"{count(step.rows, ROWS[step.step])} in "
    dropped = f", {count(step.dropped, 'row')} left out (no time)" if step.dropped and step.step == "build" else ""
    aside = f", {count(step.dropped, 'row')} put aside" if step.dropped and step.step == "export" else ""
    remark = f"  {step.message}" if step.message else ""
    return f"{rows}{seconds(step.seconds)}{dropped}{aside}{remark}"


def seconds(value: float) -> str:
    """``0.03s``, ``1.2s``, ``75s``."""
    return f"{value:.2f}s" if value < 1 else f"{value:.1f}s" if value < 60 else f"{value:.0f}s"


def summary(result: RunResult) -> Line:
    """How many steps went how, and how long it took."""
    parts = [f"{result.count('success')} done"]
    parts += [f"{result.count('error')} failed"] if result.failed else []
    parts += [f"{result.count('skipped')} skipped"] if result.count("skipped") else []
    style: Style = "error" if result.failed else "success"
    rows = sum(s.rows or 0 for s in result.steps if s.step == "build")
    entities = sum(s.rows or 0 for s in result.steps if s.step == "export")
    written = [count(rows, "row")] if any(s.step == "build" for s in result.steps) else []
    written += [f"{count(entities, 'entity')} online"] if any(s.step == "export" for s in result.steps) else []
    detail = f": {', '.join(written)}" if written else ""
    return line((", ".join(parts), style), f"{detail} in {seconds(result.seconds)}")


@dataclass
class _Events:
    """Tells a run as JSON lines. Every event has the same keys, null where it does not know them.

    ``unique_id`` is the node: ``build.arrivals``, ``export.arrivals``, or ``run`` for the whole. What only one kind of event has
    (``views``, counts, ``exit_code``) stands after the keys of all.
    """

    console: Console
    run_id: str = ""
    target: str = ""

    def __call__(self, event: Event) -> None:
        match event:
            case RunStarted():
                self.run_id, self.target = event.run_id, event.target
                started: Json = event.started_at.isoformat()
                self._tell("run_started", status="running", started_at=started, views=list(event.views))
            case StepStarted():
                started = event.started_at.isoformat()
                self._tell("step_started", **_node(event), status="running", started_at=started)
            case StepFinished():
                self._tell("step_finished", **_node(event), **_step(event.result))
            case RunFinished():
                self._tell("run_finished", **_run(event.result))

    def _tell(self, name: str, **known: Json) -> None:
        self.console.event(name, **{**_KEYS, "run_id": self.run_id, "target": self.target, **known})


_KEYS: dict[str, Json] = {
    "run_id": None,
    "target": None,
    "unique_id": "run",
    "view": None,
    "step": None,
    "number": None,
    "total": None,
    "status": None,
    "started_at": None,
    "completed_at": None,
    "seconds": None,
    "rows": None,
    "dropped": None,
    "table": None,
    "message": "",
    "diagnostics": [],
}
"""What every event of a run has beside ``event``, in this order."""


def _node(event: StepStarted | StepFinished) -> dict[str, Json]:
    of = event if isinstance(event, StepStarted) else event.result
    node: dict[str, Json] = {"unique_id": f"{of.step}.{of.view}", "view": of.view, "step": of.step}
    return {**node, "number": event.number, "total": event.total}


def _step(step: StepResult) -> dict[str, Json]:
    return {
        "status": step.status,
        "started_at": step.started_at.isoformat(),
        "completed_at": step.completed_at.isoformat(),
        "seconds": round(step.seconds, 6),
        "rows": step.rows,
        "dropped": step.dropped,
        "table": step.table,
        "message": step.message,
        "diagnostics": [finding(d) for d in step.diagnostics],
    }


def _run(run: RunResult) -> dict[str, Json]:
    return {
        "status": "error" if run.exit_code else "success",
        "started_at": run.started_at.isoformat(),
        "completed_at": run.completed_at.isoformat(),
        "seconds": round(run.seconds, 6),
        "success": run.count("success"),
        "error": run.count("error"),
        "skipped": run.count("skipped"),
        "exit_code": run.exit_code,
    }
