"""The server as an ASGI application: routes, who may ask, how much at a time, and what is told when it goes wrong.

Seven routes need no framework: each is one entry of a table, and nothing stands between a request and its answer but the
checks below, in the order in which they cost least.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter

from featurec.errors import FeaturecError
from featurec.serve import http
from featurec.serve.audit import AuditLog
from featurec.serve.catalog import listing, unready
from featurec.serve.endpoints import Endpoints, Read
from featurec.serve.http import Receive, Response, Scope, Send
from featurec.serve.limits import Limits
from featurec.serve.metrics import CONTENT_TYPE, Metrics
from featurec.serve.problem import Problem, busy, problem
from featurec.serve.store import Store
from featurec.serve.tokens import Rates, Token, identify

_log = logging.getLogger("featurec.serve")
_ROWS = "/v1/features/"
_COLUMNS = "/get-online-features"
_OTHER = "(other)"


@dataclass
class _Request:
    """What is found out of a request on its way, for those who count and log."""

    endpoint: str = _OTHER
    service: str = _OTHER
    token: Token | None = None
    read: Read | None = None


@dataclass
class App:
    """An ASGI application.

    Attributes:
        tokens: who may ask; None for everybody who can reach the server.
        loopback: whether it answers for the local host only.
        openapi: the description of the endpoints, as JSON.
        draining: whether it is about to end, and not ready for more.
    """

    endpoints: Endpoints
    store: Store
    metrics: Metrics
    limits: Limits
    clock: Callable[[], datetime]
    openapi: bytes
    tokens: Sequence[Token] | None = None
    loopback: bool = True
    audit: AuditLog | None = None
    draining: bool = False
    _rates: Rates = field(default_factory=Rates, init=False)
    _in_flight: int = field(default=0, init=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        began = perf_counter()
        request = _Request()
        try:
            response = await self._answer(request, scope, receive)
        except Problem as told:
            response = _told(told)
        except FeaturecError as refused:
            # A store that is away is told of once, by whoever watches it.
            _log.log(logging.DEBUG if refused.retryable else logging.WARNING, "a read was refused: %s", refused)
            response = _told(busy("the online store cannot be read", "the log of the server says why", "store"))
        except Exception:  # noqa: BLE001  nobody is to read a traceback in an answer; the log has it
            _log.exception("a request was not answered")
            response = _told(problem(500, "bug", "this is a bug in featurec", "the log of the server says more"))
        if scope["method"] == "HEAD":
            response = Response(response.status, b"", response.kind, response.headers, response.close)
        seconds = perf_counter() - began
        self.metrics.answered(request.endpoint, request.service, response.status, seconds)
        if self.audit is not None and request.endpoint in (_COLUMNS, _ROWS):
            keys = request.read.keys if request.read else ()
            name = request.token.name if request.token else None
            self.audit.record(self.clock(), name, request.service, keys, response.status, seconds)
        await http.send(response, send)

    async def _answer(self, request: _Request, scope: Scope, receive: Receive) -> Response:
        if self.loopback:
            http.check_host(scope["headers"])
        path: str = scope["path"]
        if path == _COLUMNS:
            request.endpoint = _COLUMNS
            return await self._read(request, scope, receive, None)
        if path.startswith(_ROWS) and "/" not in (name := path[len(_ROWS) :]):
            request.endpoint = _ROWS
            return await self._read(request, scope, receive, name)
        route = _ROUTES.get(path)
        if route is None:
            raise problem(404, "unknown-route", "there is nothing here")
        request.endpoint = path
        if scope["method"] not in ("GET", "HEAD"):
            raise _wrong_method("GET, HEAD")
        answer, is_open = route
        request.token = None if is_open else self._token(scope)
        return answer(self, request.token)

    async def _read(self, request: _Request, scope: Scope, receive: Receive, name: str | None) -> Response:
        if scope["method"] != "POST":
            raise _wrong_method("POST")
        request.token = token = self._token(scope)
        if token is not None:
            self._rates.take(token, perf_counter())
        if name is not None:
            self.endpoints.service(name, token)
            request.service = name
        if self._in_flight >= self.limits.requests:
            raise busy("too many requests are being worked on", f"{self.limits.requests} are taken at a time")
        self._in_flight += 1
        try:
            body = await http.read_body(scope["headers"], receive, self.limits)
            endpoints = self.endpoints
            done = await (endpoints.columns(body, token) if name is None else endpoints.rows(name, body, token))
        finally:
            self._in_flight -= 1
        request.read, request.service = done, done.service
        return Response(200, done.content)

    def _token(self, scope: Scope) -> Token | None:
        return None if self.tokens is None else identify(self.tokens, scope["headers"])

    @property
    def in_flight(self) -> int:
        """How many reads are being worked on."""
        return self._in_flight

    def health(self, _token: Token | None) -> Response:
        """The process runs, whatever the database does."""
        return Response(200, b'{"status":"ok"}')

    def ready(self, _token: Token | None) -> Response:
        """The database answers, and every service can be answered from it."""
        if self.draining:
            raise busy("the server is about to end", "it was told to", "draining")
        if not self.store.answers:
            raise busy("the online store does not answer", "the log of the server says why", "store")
        findings = unready(self.endpoints)
        if findings:
            raise Problem(503, *findings, headers={"retry-after": "1"})
        return Response(200, b'{"status":"ready"}')

    def services(self, token: Token | None) -> Response:
        """What may be asked for."""
        return Response(200, listing(self.endpoints, token))

    def counters(self, _token: Token | None) -> Response:
        """For Prometheus."""
        return Response(200, self.metrics.text(), CONTENT_TYPE.encode())

    def description(self, _token: Token | None) -> Response:
        """OpenAPI."""
        return Response(200, self.openapi)


_ROUTES: Mapping[str, tuple[Callable[[App, Token | None], Response], bool]] = {
    "/health": (App.health, True),
    "/ready": (App.ready, True),
    "/v1/services": (App.services, False),
    "/metrics": (App.counters, False),
    "/openapi.json": (App.description, False),
}
"""Path -> what answers, and whether without a token too."""


def _told(found: Problem) -> Response:
    return Response(found.status, found.body, headers=found.headers, close=found.close)


def _wrong_method(allowed: str) -> Problem:
    found = problem(405, "wrong-method", f"this route takes {allowed}")
    found.headers["allow"] = allowed
    return found
