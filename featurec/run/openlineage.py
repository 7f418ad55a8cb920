"""Sends the lineage of a run to an OpenLineage server, as it goes on. Whatever that server does, the run does not notice."""

import logging
import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property, partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

from featurec import clock
from featurec.compiler import AnalyzedProject
from featurec.errors import CannotOperate, FeaturecError
from featurec.run.events import Event, Reporter, RunFinished, RunStarted, Step, StepFinished, StepStarted
from featurec.spec import Project, Target
from featurec.targets import resolve_setting

if TYPE_CHECKING:
    from featurec.run.lineage_events import Lineage, RunEvent, State

PATIENCE = 5.0
"""Seconds for which the end of a run waits for events that are still on their way."""

_ENVIRONMENT = ("OPENLINEAGE_URL", "OPENLINEAGE_CONFIG", "OPENLINEAGE__TRANSPORT__TYPE", "OPENLINEAGE__TRANSPORT")
_TIMEOUT = 5.0
_RETRY = {"total": 2, "backoff_factor": 0.2, "status_forcelist": [500, 502, 503, 504], "allowed_methods": ["POST"]}


class _Client(Protocol):
    def emit(self, event: "RunEvent") -> None: ...

    def close(self, timeout: float) -> bool: ...


def _claims(error: Exception) -> str:
    """What went wrong, without causes, which may quote rows."""
    return (
        "; ".join(f"{d.code}: {d.claim}" for d in error.diagnostics) if isinstance(error, FeaturecError) else str(error)
    )


@contextmanager
def reporting(
    project: Project,
    target: Target,
    analyzed: AnalyzedProject,
    compiled: Mapping[str, str],
    reporter: Reporter,
    environment: Mapping[str, str],
    warn: Callable[[str], None],
    *,
    patience: float = PATIENCE,
) -> Iterator[Reporter]:
    """A reporter that passes every event on, and sends it as lineage where the project or the environment asks for that.

    Leaving the context waits for what is still to be sent, and says once what could not be. An exception that leaves it
    ends the steps that are open: by FAIL, or by ABORT where it is an interrupt.

    Args:
        target: with its settings filled in.
        compiled: artifacts of the compilation below ``target/``: path -> SQL.
        environment: of the process; the client of openlineage reads that, too.
        warn: told in one sentence what was not sent.
        patience: seconds.

    Raises CannotOperate (FC122) for a setting that cannot be filled in, before anything is run.
    """
    url, namespace = _settings(project, environment)
    if not _wanted(url, environment):
        yield reporter
        return
    if find_spec("openlineage") is None:
        warn("no lineage is sent: openlineage-python is not installed (pip install 'featurec[openlineage]')")
        yield reporter
        return
    sql = {view: text for view in analyzed.views if (text := compiled.get(_path(target, view))) is not None}
    sender = _Sender(partial(_client, url, environment))
    parent = environment.get("OPENLINEAGE_PARENT_ID", "")
    telling = _Telling(analyzed, target, sql, namespace, parent, reporter, sender)
    try:
        yield telling
    except Exception as error:
        telling.end("FAIL", _claims(error))
        raise
    except BaseException:
        telling.end("ABORT", "interrupted")
        raise
    finally:
        complaint = sender.close(patience)
        if complaint:
            warn(_without_password(complaint, url or environment.get("OPENLINEAGE_URL", "")))


def _without_password(text: str, url: str) -> str:
    """Errors of the client quote the URL."""
    secret = url.partition("://")[2].rpartition("@")[0].partition(":")[2]
    return text.replace(secret, "*****") if secret else text


def _path(target: Target, view: str) -> str:
    return f"compiled/{target.name}/features/{view}.sql"


def _settings(project: Project, environment: Mapping[str, str]) -> tuple[str | None, str]:
    """URL and namespace; the environment's word counts more than the file's. The URL is None where only the environment knows."""
    written = project.openlineage
    filled: dict[str, str] = {}
    for key, text in (("url", written and written.url), ("namespace", written and written.namespace)):
        if written and text:
            filled[key], findings = resolve_setting(text, f"`{key}` of `openlineage`", written.span, environment)
            if findings:
                raise CannotOperate(findings)
    namespace = environment.get("OPENLINEAGE_NAMESPACE") or filled.get("namespace") or project.name
    return (None if _says_where(environment) else filled.get("url") or None), namespace


def _says_where(environment: Mapping[str, str]) -> bool:
    return any(environment.get(name) for name in _ENVIRONMENT)


def _wanted(url: str | None, environment: Mapping[str, str]) -> bool:
    disabled = environment.get("OPENLINEAGE_DISABLED", "").strip().lower() == "true"
    return not disabled and (url is not None or _says_where(environment))


def _client(url: str | None, environment: Mapping[str, str]) -> _Client:
    """The client as its users know it from the environment, or one of the URL in featurec.yml."""
    from openlineage.client import OpenLineageClient

    # Without a handler of its own, what the client logs would end up on standard error.
    logging.getLogger("openlineage").addHandler(logging.NullHandler())
    if url is None:
        return OpenLineageClient()
    transport: dict[str, object] = {"type": "http", "url": url, "timeout": _TIMEOUT, "retry": _RETRY}
    if key := environment.get("OPENLINEAGE_API_KEY"):
        transport["auth"] = {"type": "api_key", "apiKey": key}
    if endpoint := environment.get("OPENLINEAGE_ENDPOINT"):
        transport["endpoint"] = endpoint
    return OpenLineageClient(config={"transport": transport})


class _Telling:
    """The reporter: passes events on, and turns them into lineage."""

    def __init__(
        self,
        analyzed: AnalyzedProject,
        target: Target,
        sql: Mapping[str, str],
        namespace: str,
        parent: str,
        reporter: Reporter,
        sender: "_Sender",
    ) -> None:
        self.sender = sender
        self._about = (analyzed, target, sql, namespace)
        self._parent = parent
        self._reporter = reporter
        self._run_id = ""
        self._running = False
        self._open: dict[tuple[str, Step], None] = {}

    def __call__(self, event: Event) -> None:
        self._reporter(event)
        send = self.sender.send
        match event:
            case RunStarted():
                self._run_id, self._running = event.run_id, True
                send(lambda: self._lineage.run_event("START", event.started_at))
            case StepStarted():
                self._open[event.view, event.step] = None
                send(lambda: self._lineage.step_event("START", event.started_at, event.view, event.step))
            case StepFinished() if (event.result.view, event.result.step) in self._open:
                del self._open[event.result.view, event.result.step]
                send(lambda: self._lineage.step_finished(event.result))
            case RunFinished():
                self._running = False
                send(lambda: self._lineage.run_finished(event.result))

    def end(self, state: "State", message: str) -> None:
        """End what is still open."""
        now = clock.now()
        for view, step in self._open:
            self.sender.send(partial(self._ended, state, now, view, step, message))
        if self._running:
            self.sender.send(lambda: self._lineage.run_event(state, now, message))
        self._open, self._running = {}, False

    def _ended(self, state: "State", now: datetime, view: str, step: Step, message: str) -> "RunEvent":
        return self._lineage.step_event(state, now, view, step, message)

    @cached_property
    def _lineage(self) -> "Lineage":
        """Made in the sender's thread, since importing openlineage takes its time."""
        from featurec.run.lineage_events import Lineage, ParentRun

        return Lineage(*self._about, self._run_id, ParentRun.parse(self._parent))


class _Sender:
    """Makes and sends events one after the other in a thread of its own, which ends with the process at the latest."""

    def __init__(self, connect: Callable[[], _Client]) -> None:
        self._connect = connect
        self._waiting: queue.SimpleQueue[Callable[[], RunEvent] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="openlineage", daemon=True)
        self._client: _Client | None = None
        self._asked = 0
        self._sent = 0
        self._failing = False
        self._closing = False
        self._why = ""

    def send(self, event: "Callable[[], RunEvent]") -> None:
        if not self._asked:
            self._thread.start()
        self._asked += 1
        self._waiting.put(event)

    def close(self, patience: float) -> str:
        """Wait for what is on its way, and say what was not sent; nothing where all was."""
        if not self._asked:
            return ""
        self._closing = True
        self._waiting.put(None)
        self._thread.join(patience)
        lost, why = self._asked - self._sent, self._why
        if self._thread.is_alive():
            why = why or f"the server did not answer within {patience:g}s"
        return f"{lost} of {self._asked} events of lineage were not sent: {why}" if lost else ""

    def _work(self) -> None:
        while (make := self._waiting.get()) is not None:
            # A server that was down a moment ago is asked again while the run goes on, but the run's end does not wait for it.
            if not (self._failing and self._closing):
                self._failing = not self._tried(partial(self._emit, make))
        if self._client is not None and not self._failing:
            self._tried(partial(self._client.close, PATIENCE))

    def _emit(self, make: "Callable[[], RunEvent]") -> None:
        self._client = self._client or self._connect()
        self._client.emit(make())
        self._sent += 1

    def _tried(self, work: Callable[[], object]) -> bool:
        try:
            work()
        except Exception as error:  # noqa: BLE001 -- lineage must not end a run; the first reason is told at the end
            self._why = self._why or f"{type(error).__name__}: {error}".partition("\n")[0]
            return False
        return True
