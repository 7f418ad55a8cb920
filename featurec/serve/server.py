"""Running a server: it listens, watches its clients, and ends when it is told to, after what it has begun."""

import asyncio
import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import uvicorn

from featurec.diagnostic import Diagnostic
from featurec.errors import CannotOperate
from featurec.serve.app import App
from featurec.serve.connection import Connection

LISTEN_BACKLOG = 2048
_UNREADY_SECONDS = 1.0
"""How long the server answers as ever once it says that it is not ready, so that who asks can look elsewhere first."""
_SWEEP_SECONDS = 0.25


@dataclass(frozen=True)
class Running:
    """What runs in one process.

    Attributes:
        reload: what SIGHUP asks for.
        stop: set by whoever wants it to end, as a signal does.
    """

    app: App
    reload: Callable[[], None]
    stop: threading.Event = field(default_factory=threading.Event)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 for any that is free. Raises CannotOperate (FC972) where it is not to be had."""
    try:
        (family, kind, protocol, _, address), *_ = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        opened = socket.socket(family, kind, protocol)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
        opened.listen(LISTEN_BACKLOG)
    except (OSError, OverflowError) as error:
        cause = getattr(error, "strerror", None) or str(error)
        fix = "choose another with --host and --port, or end what listens there"
        raise CannotOperate(
            [Diagnostic("FC972", f"{host}:{port} cannot be listened at", cause=cause, fix=fix)]
        ) from None
    opened.setblocking(False)
    return opened


def run(running: Running, listening: socket.socket, started: Callable[[], None]) -> bool:
    """Serve until a signal says otherwise; whether all requests were answered that had begun.

    Args:
        started: called once the server answers.
    """
    limits = running.app.reads.limits
    protocol = type("LimitedConnection", (Connection,), {"limits": limits})
    config = uvicorn.Config(
        running.app.asgi,
        http=protocol,
        ws="none",
        lifespan="on",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=int(limits.idle),
        timeout_graceful_shutdown=int(limits.drain),
        backlog=LISTEN_BACKLOG,
    )
    # What they would say is said in the words of this package, once.
    for name in ("uvicorn", "psycopg.pool"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        return runner.run(_serve(_Server(config), running, listening, started))


class _Server(uvicorn.Server):
    """uvicorn's server, which leaves signals to others."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve(server: _Server, running: Running, listening: socket.socket, started: Callable[[], None]) -> bool:
    loop = asyncio.get_running_loop()
    tasks: set[asyncio.Task[None]] = set()

    def end(number: int) -> None:
        if running.app.draining:
            server.should_exit = server.force_exit = True
            return
        running.app.draining = True
        wait = _UNREADY_SECONDS if number == signal.SIGTERM else 0.0
        loop.call_later(wait, lambda: setattr(server, "should_exit", True))

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, end, number)
        loop.add_signal_handler(signal.SIGHUP, running.reload)
    try:
        tasks.add(asyncio.create_task(_sweep(server, running.stop)))
        tasks.add(asyncio.create_task(_announce(server, started)))
        await server.serve(sockets=[listening])
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return not server.force_exit


async def _announce(server: _Server, started: Callable[[], None]) -> None:
    while not server.started:
        await asyncio.sleep(0.01)
    started()


async def _sweep(server: _Server, stop: threading.Event) -> None:
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(_SWEEP_SECONDS)
        server.should_exit |= stop.is_set()
        for connection in list(server.server_state.connections):
            if isinstance(connection, Connection):
                connection.sweep(loop.time())
