"""A transaction pooler in miniature, and a connection that breaks in the middle: PostgreSQL's protocol between client and server.

``Pooler`` does what pgbouncer does with ``pool_mode = transaction``, and is stricter: it lends a server connection for the
length of a transaction, refuses what it does not know at a session's start, and after each transaction makes the server
forget all that was set (``DISCARD ALL``). What a pooler cannot keep is noted in ``violations``.
"""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

_KNOWN = {
    "user",
    "database",
    "client_encoding",
    "datestyle",
    "timezone",
    "standard_conforming_strings",
    "application_name",
}
_SSL, _GSS = 80877103, 80877104
_VERSION = 196608


def message(kind: bytes, body: bytes = b"") -> bytes:
    return kind + (len(body) + 4).to_bytes(4) + body


async def received(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The next message: its kind, and what is in it."""
    head = await reader.readexactly(5)
    return head[:1], await reader.readexactly(int.from_bytes(head[1:]) - 4)


async def startup(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> dict[str, str] | None:
    """What a client asks for at its start; None where it does not want a session."""
    while True:
        size = int.from_bytes(await reader.readexactly(4))
        body = await reader.readexactly(size - 4)
        code = int.from_bytes(body[:4])
        if code in (_SSL, _GSS):
            writer.write(b"N")
            continue
        if code != _VERSION and code >> 16 != 3:
            return None
        texts = [text.decode() for text in body[4:].split(b"\0")]
        return dict(zip(texts[::2], texts[1::2], strict=False)) if code >> 16 == 3 else None


@dataclass(eq=False)
class Server:
    """A connection of the pool: what it says of itself, and its two ends."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    statuses: list[bytes] = field(default_factory=list)

    async def ready(self) -> None:
        """Read until it waits for the next statement."""
        while True:
            kind, body = await received(self.reader)
            if kind == b"S":
                self.statuses.append(message(kind, body))
            if kind == b"E":
                raise ConnectionError(body)
            if kind == b"Z":
                return


@dataclass(eq=False)
class _Client:
    """A client's side: the server connection that it has for now, and how many answers it waits for."""

    writer: asyncio.StreamWriter
    server: Server | None = None
    pending: int = 0
    last: bytes = b""


class _Listening:
    """An asyncio server on a port of this machine, in a thread of its own."""

    def __init__(self, socket_folder: str) -> None:
        self._server = f"{socket_folder}/.s.PGSQL.5432"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()

        async def listen() -> int:
            self._listener = await asyncio.start_server(self._serve, "127.0.0.1", 0)
            port: int = self._listener.sockets[0].getsockname()[1]
            return port

        self.port = asyncio.run_coroutine_threadsafe(listen(), self._loop).result()
        return self

    def __exit__(self, *_: object) -> None:
        async def stop() -> None:
            self._listener.close()
            tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._session(reader, writer)
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            return
        finally:
            writer.close()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise NotImplementedError

    async def _connected(self, parameters: dict[str, str]) -> Server:
        reader, writer = await asyncio.open_unix_connection(self._server)
        body = _VERSION.to_bytes(4)
        for name, value in parameters.items():
            body += name.encode() + b"\0" + value.encode() + b"\0"
        writer.write((len(body) + 5).to_bytes(4) + body + b"\0")
        return Server(reader, writer)


class Pooler(_Listening):
    """Server connections, ``size`` of them for each database."""

    def __init__(self, socket_folder: str, size: int) -> None:
        super().__init__(socket_folder)
        self.violations: list[str] = []
        self._size = size
        self._pools: dict[str, asyncio.Queue[Server]] = {}
        self._answering: set[asyncio.Future[None]] = set()
        self._keys = 0
        self.lent = 0

    async def _pool(self, database: str) -> asyncio.Queue[Server]:
        if database not in self._pools:
            self._pools[database] = asyncio.Queue()
            for _ in range(self._size):
                self._pools[database].put_nowait(await self._opened(database))
        return self._pools[database]

    async def _opened(self, database: str) -> Server:
        server = await self._connected({"user": "postgres", "database": database})
        await server.ready()
        return server

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await startup(reader, writer)
        if asked is None:
            return
        unknown = [name for name in asked if name and name.lower() not in _KNOWN]
        if unknown:
            text = f"unsupported startup parameter: {unknown[0]}"
            writer.write(message(b"E", b"SFATAL\0C08P01\0M" + text.encode() + b"\0\0"))
            return
        pool = await self._pool(asked["database"])
        server = await pool.get()
        pool.put_nowait(server)
        self._keys += 1
        key = self._keys.to_bytes(4) + bytes(4)
        writer.write(message(b"R", bytes(4)) + b"".join(server.statuses) + message(b"K", key) + message(b"Z", b"I"))
        client = _Client(writer)
        try:
            while True:
                kind, body = await received(reader)
                if kind == b"X":
                    return
                self._look(kind, body)
                if client.server is None:
                    client.server = await pool.get()
                    self.lent += 1
                    task = asyncio.ensure_future(self._answers(client, client.server, pool))
                    self._answering.add(task)
                    task.add_done_callback(self._answering.discard)
                client.pending += kind in b"QSF"
                client.last = kind
                client.server.writer.write(message(kind, body))
                await client.server.writer.drain()
        finally:
            if client.server is not None:  # in the middle of a transaction: it ends with its connection
                client.server.writer.close()
                client.server = None
                pool.put_nowait(await self._opened(asked["database"]))

    def _look(self, kind: bytes, body: bytes) -> None:
        """Note what would need a session."""
        if kind == b"P" and not body.startswith(b"\0"):
            self.violations.append(f"prepared statement {body[:60]!r}")
        if kind in b"QP" and b"pg_advisory_lock(" in body:
            self.violations.append(f"advisory lock of a session {body[:200]!r}")

    async def _answers(self, client: _Client, server: Server, pool: asyncio.Queue[Server]) -> None:
        """Hand on what the server says until its transaction is over; then the next client may have it."""
        try:
            while True:
                kind, body = await received(server.reader)
                if kind == b"G" and client.last == b"S":  # while rows come in, the server does not heed a Sync
                    client.pending -= 1
                client.pending -= kind == b"Z"
                over = kind == b"Z" and client.pending <= 0 and body == b"I"
                if over:
                    client.server, client.pending = None, 0
                client.writer.write(message(kind, body))
                if over:
                    break
            server.writer.write(message(b"Q", b"DISCARD ALL\0"))
            await server.ready()
            pool.put_nowait(server)
        except (asyncio.IncompleteReadError, ConnectionError):
            return


class Breaking(_Listening):
    """A connection that breaks when ``when`` says so of what a client sends: the server still gets that and answers it."""

    def __init__(self, socket_folder: str, when: Callable[[bytes], bool]) -> None:
        super().__init__(socket_folder)
        self._when = when
        self.broken = 0

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await startup(reader, writer)
        if asked is None:
            return
        server = await self._connected({name: value for name, value in asked.items() if name})
        breaking = asyncio.Event()

        async def answers() -> None:
            while True:
                kind, body = await received(server.reader)
                if breaking.is_set() and kind == b"Z":
                    writer.close()
                    return
                if not breaking.is_set():
                    writer.write(message(kind, body))

        answering = asyncio.ensure_future(answers())
        try:
            while True:
                kind, body = await received(reader)
                if self._when(body):
                    self.broken += 1
                    breaking.set()
                server.writer.write(message(kind, body))
                await server.writer.drain()
        finally:
            if breaking.is_set():
                await asyncio.wait([answering])
            answering.cancel()
            server.writer.close()


def only_after(first: bytes, then: bytes) -> Callable[[bytes], bool]:
    """Whether a message holds ``then`` where one with ``first`` came before it; true once."""
    seen: list[bytes] = []

    def when(body: bytes) -> bool:
        if first in body and first not in seen:
            seen.append(first)
        if then in body and seen == [first]:
            seen.append(then)
            return True
        return False

    return when
