"""A client's connection: what uvicorn's has, and limits of a request's head and of how slow a client may be.

``sweep`` is called several times a second for every connection, which costs less than timers for every request.
"""

import asyncio
import re
from typing import Any

from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from featurec.serve.limits import Limits
from featurec.serve.problem import Problem, busy, problem

_UPGRADE = re.compile(rb"^upgrade(?=:)", re.IGNORECASE | re.MULTILINE)
"""A line by which a client offers a protocol that it would rather speak; it is answered in this one. The parser would take
what follows the head for that protocol. No body that is JSON has such a line."""
_BODY_GRACE = 1.0
"""Seconds after which a connection ends whose request did not come, though an answer says so first."""


class Connection(HttpToolsProtocol):
    """One connection. ``limits`` is set on a subclass for a server."""

    limits = Limits()

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._refused: Problem | None = None
        self._receiving: float | None = None
        self._in_head = True
        self._head_bytes = 0
        self._unsent: float | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._receiving = self.loop.time()
        if len(self.connections) > self.limits.connections:
            self._refused = busy("too many connections are open", f"{self.limits.connections} are taken")
            self.send_400_response("")

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._receiving is None and (self.cycle is None or self.cycle.response_complete):
            self._receiving = self.loop.time()
        if self._in_head:
            self._head_bytes += len(data)
        if b"pgrade" in data or b"PGRADE" in data:
            data = b"ignored".join(_UPGRADE.split(data))
        super().data_received(data)
        if (
            self._in_head
            and self._head_bytes > self.limits.header + self.limits.url
            and not self.transport.is_closing()
        ):
            self._refused = _head_too_large(self.limits)
            self.send_400_response("")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > self.limits.url:
            self._refuse(problem(414, "url-too-long", f"the URL has more than {self.limits.url} bytes"))

    def on_headers_complete(self) -> None:
        size = sum([len(name) + len(value) for name, value in self.headers])
        if size > self.limits.header or len(self.headers) > self.limits.headers:
            self._refuse(_head_too_large(self.limits))
        self._in_head = False
        self._head_bytes = 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._receiving = None
        super().on_message_complete()

    def _refuse(self, refused: Problem) -> None:
        """Stop the parser, which then asks for an answer that says so."""
        self._refused = refused
        raise refused

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  the parser's words are not for clients
        """Answer a request that cannot be read, or that is refused before it was, and hang up."""
        told = self._refused or problem(400, "bad-request", "this is not HTTP/1.1 as it should be")
        if self.cycle is not None and not self.cycle.response_complete:
            self.transport.abort()
            return
        lines = [STATUS_LINE[told.status], b"content-type: application/json\r\nconnection: close\r\n"]
        lines += [f"{name}: {value}\r\n".encode() for name, value in told.headers.items()]
        lines += [b"content-length: %d\r\n\r\n" % len(told.body), told.body]
        self.transport.write(b"".join(lines))
        self.transport.close()

    def sweep(self, now: float) -> None:
        """End the connection if its client is too slow to send a request, or to take an answer."""
        if self._receiving is not None:
            late = now - self._receiving - self.limits.reading
            answering = self.cycle is not None and not self.cycle.response_complete
            if late > 0 and not answering and not self.transport.is_closing():
                claim = f"the request did not come within {self.limits.reading:g} s"
                self._refused = problem(408, "too-slow", claim)
                self.send_400_response("")
            elif late > _BODY_GRACE:
                self.transport.abort()
        if not self.transport.get_write_buffer_size():
            self._unsent = None
        elif self._unsent is None:
            self._unsent = now
        elif now - self._unsent > self.limits.writing:
            self.transport.abort()


def _head_too_large(limits: Limits) -> Problem:
    claim = f"the head of the request has more than {limits.header} bytes or {limits.headers} lines"
    return problem(431, "head-too-large", claim)
