"""What `serve` does: put a server together and run it, or make a token for one."""

import importlib.util
import ipaddress
import logging
import os
import signal
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from featurec import __version__
from featurec.cli.opening import loaded, need, opened_target
from featurec.diagnostic import Diagnostic
from featurec.errors import CannotOperate, FeaturecError
from featurec.report.console import Console
from featurec.report.line import line
from featurec.spec import FeatureRequest, Project

if TYPE_CHECKING:
    from featurec.serve.app import App
    from featurec.serve.assembly import Offer

_AT_ONCE = 143
_NO_TOKENS = "tokens:\n"
_PACKAGES = ("httptools", "prometheus_client", "psycopg_pool", "starlette", "uvicorn")


@dataclass(frozen=True)
class Asked:
    """What was asked for on the command line."""

    project_dir: Path | None
    target: str | None
    host: str
    port: int
    services: tuple[str, ...]
    tokens: Path | None
    audit_log: Path | None
    log_features: Path | None
    log_share: float
    workers: int = 1


def serve(console: Console, asked: Asked) -> int:
    """Serve until a signal; 143 where a second one ended it before its requests were answered."""
    _need_packages()
    from featurec.serve.workers import counting

    with counting(asked.workers):
        return _serve(console, asked)


def _serve(console: Console, asked: Asked) -> int:
    from featurec.compiler import analyze_project
    from featurec.online.on_demand import Prepared
    from featurec.online.postgres import store_address
    from featurec.serve.assembly import Offer
    from featurec.serve.feature_log import FeatureLogSettings
    from featurec.serve.server import listen
    from featurec.serve.tokens import load
    from featurec.serve.workers import serve_in

    console.log_is_product = True
    found = loaded(asked.project_dir, asked.target, None)
    project = found.project
    need(asked.services, project.services, "service")
    loopback = _is_loopback(asked.host)
    if not loopback and asked.tokens is None:
        raise CannotOperate([_exposed(asked.host)])
    tokens = load(asked.tokens) if asked.tokens else None
    chosen = opened_target(console, project, asked.target)
    listening = listen(asked.host, asked.port)
    address = _url(asked.host, listening.getsockname()[1])
    services = {name: found.features for name, found in project.services.items() if _wanted(name, asked.services)}
    views = [name for name, view in project.views.items() if view.online and not view.inputs]
    store = store_address(chosen, Path(project.root))
    on_demand = {name: [f.name for f in view.features] for name, view in project.views.items() if view.inputs}
    analyzed = analyze_project(found).analyzed if on_demand else None

    def prepare(requests: tuple[FeatureRequest, ...], full: bool) -> tuple[Prepared | None, list[Diagnostic]]:
        return Prepared.of(analyzed, requests, full) if analyzed else (None, [])

    computed = {name: analyzed.views[name].fingerprint for name in on_demand if analyzed and name in analyzed.views}
    log = FeatureLogSettings(asked.log_features, asked.log_share, computed) if asked.log_features else None
    shown = not asked.services
    offer = Offer(
        *store, views, services, shown, tokens, loopback, asked.audit_log, on_demand, prepare, log, asked.workers
    )

    unsaid = _one_turn()

    def started() -> None:
        """Say where the server is, in the first of its processes that answers."""
        if not unsaid():
            return
        console.note(("serving ", "success"), f"{project.name} at {address}", url=address, services=list(services))
        for token in tokens or ():
            if unknown := sorted((token.services or frozenset()) - services.keys()):
                console.note(f"token {token.name} is for what is not served here: {', '.join(unknown)}")
        if services:
            console.note(_example(address, project, next(iter(services)), tokens is not None))

    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    logging.getLogger("featurec").addHandler(_ToConsole(console))
    work = partial(_work, console, asked, offer, address, listening, started)
    code = serve_in(
        asked.workers, work if asked.workers == 1 else partial(_reported, console, work), partial(_died, console)
    )
    console.note("ended" if code != _AT_ONCE else "ended at once")
    return code


def _one_turn() -> Callable[[], bool]:
    """A question that is answered by yes once, whichever of the processes forked from this one asks."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.write(writing, b"\0")

    def taken() -> bool:
        try:
            return bool(os.read(reading, 1))
        except BlockingIOError:
            return False

    return taken


def _work(
    console: Console,
    asked: Asked,
    offer: "Offer",
    address: str,
    listening: socket.socket,
    started: Callable[[], None],
) -> int:
    """Serve in this process; the exit code."""
    from featurec.serve.assembly import assemble
    from featurec.serve.server import Running, run

    app = assemble(offer, __version__, address)
    finished = run(Running(app, partial(_reload, console, app, asked.tokens)), listening, started)
    for written in (app.audit, app.reads.endpoints.log):
        if written is not None:
            written.close()
    return 0 if finished else _AT_ONCE


def _reported(console: Console, work: Callable[[], int]) -> int:
    """The exit code of a process among several, which has said itself why it cannot work."""
    try:
        return work()
    except CannotOperate as refused:
        console.report(refused.diagnostics)
        return 2


def make_token(console: Console, asked: Asked, name: str) -> int:
    """Print a new token; its digest goes into the file of tokens, or is printed beside it."""
    from json import dumps

    from featurec.serve.tokens import load, new_token

    if not name:
        fix = "say who it is for: featurec serve token NAME"
        raise CannotOperate([Diagnostic("FC952", "the name of a token is empty", fix=fix)])
    token, digest = new_token()
    services = dumps(list(asked.services)) if set(asked.services) - {"*"} else '"*"'
    entry = f"- {{name: {dumps(name)}, sha256: {digest}, services: {services}}}\n"
    if asked.tokens is None:
        console.note("add to the file of --tokens, below `tokens:`: ", entry.rstrip(), entry=entry)
    else:
        try:
            before = asked.tokens.read_text("utf-8")
        except FileNotFoundError:
            before = _NO_TOKENS
        except (OSError, ValueError) as error:
            cause = getattr(error, "strerror", None) or str(error)
            raise CannotOperate([Diagnostic("FC970", f"{asked.tokens} is not a file of tokens", cause=cause)]) from None
        beside = asked.tokens.with_name(f"{asked.tokens.name}.new")
        try:
            if before != _NO_TOKENS:
                _need_new(asked.tokens, name)
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(before if before.endswith("\n") else f"{before}\n")
                file.write(entry)
            load(beside)
            beside.replace(asked.tokens)
        except OSError as error:
            raise CannotOperate(
                [Diagnostic("FC957", f"cannot write `{asked.tokens}`", cause=str(error.strerror))]
            ) from None
        finally:
            beside.unlink(missing_ok=True)
        console.note(f"added {name} to {asked.tokens}; this is the only time that the token is shown")
    console.result(token)
    return 0


def _need_new(tokens: Path, name: str) -> None:
    """Raises CannotOperate: FC970 where the file is not as it must be, or has a token of that name."""
    from featurec.serve.tokens import load

    if any(token.name == name for token in load(tokens)):
        fix = "choose another name, or take the old entry out of the file first"
        claim = f"{tokens} has a token `{name}` already"
        raise CannotOperate([Diagnostic("FC970", claim, cause="a name is one token's", fix=fix)])


def _reload(console: Console, app: "App", tokens: Path | None) -> None:
    """Open the audit log and read the tokens anew; what cannot be read stays as it was."""
    from featurec.serve.tokens import load

    try:
        if app.audit is not None:
            app.audit.reopen()
    except FeaturecError as error:
        console.report(error.diagnostics)
    try:
        if tokens is not None:
            app.reads.tokens = load(tokens)
    except FeaturecError as error:
        console.report(error.diagnostics)
        console.note("the tokens stay as they were")


def _died(console: Console, process: int, code: int) -> None:
    from featurec.serve.metrics import forget

    forget(process)
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    console.note(f"a worker ended by {how}; another takes its place")


class _ToConsole(logging.Handler):
    """What the server logs, as the rest of the command's words."""

    def __init__(self, console: Console) -> None:
        super().__init__(logging.WARNING)
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.exc_info and self._console.debug:
            text = f"{text}\n{logging.Formatter().formatException(record.exc_info)}"
        elif record.exc_info and record.exc_info[1] is not None:
            text = f"{text}: {type(record.exc_info[1]).__name__}: {record.exc_info[1]}"
        if self._console.format == "json":
            self._console.event("log", level=record.levelname.lower(), text=text)
        else:
            self._console.problem([line(part) for part in text.splitlines()])


def _need_packages() -> None:
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise CannotOperate(
            [
                Diagnostic(
                    "FC901",
                    "`featurec serve` needs packages that are not installed",
                    cause=f"there is no {', '.join(missing)}",
                    fix="pip install 'featurec[server]'",
                )
            ]
        )


def _wanted(name: str, services: tuple[str, ...]) -> bool:
    return not services or name in services


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _exposed(host: str) -> Diagnostic:
    return Diagnostic(
        "FC973",
        f"the server would answer whoever reaches {host}",
        cause="it listens beyond this machine, and no tokens say who may ask",
        fix="name a file of tokens (--tokens FILE; featurec serve token NAME --tokens FILE), or leave out --host",
    )


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _example(address: str, project: Project, service: str, token: bool) -> str:
    """A request that can be sent as it stands, of an entity that may not be there."""
    from json import dumps

    entity: dict[str, object] = {}
    for request in project.services[service].features:
        view = project.views.get(request.view)
        for key in (key for name in (view.entities if view else ()) for key in project.entities[name].join_keys):
            entity.setdefault(request.join_keys.get(key.name, key.name), _SAMPLES.get(key.type or "", "1"))
        entity |= {one.name: None for one in (view.inputs if view else ())}
    bearer = " -H 'Authorization: Bearer TOKEN'" if token else ""
    body = dumps({"entities": [entity]})
    return f"try: curl {address}/v1/features/{service}{bearer} -H 'Content-Type: application/json' -d '{body}'"


_SAMPLES: Mapping[str, object] = {
    **dict.fromkeys(("bigint", "integer", "smallint", "tinyint", "ubigint", "uinteger", "hugeint"), 1),
    "boolean": True,
    "date": "2024-01-31",
    "timestamp": "2024-01-31T12:00:00",
    "timestamptz": "2024-01-31T12:00:00Z",
    "uuid": "00000000-0000-0000-0000-000000000001",
}
