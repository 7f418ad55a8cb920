"""The server as a Starlette application: routes, who may ask, how much at a time, and what is told when it goes wrong."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from featurec.errors import FeaturecError
from featurec.serve.audit import AuditLog
from featurec.serve.body import JSON, read_body
from featurec.serve.catalog import listing, unready
from featurec.serve.endpoints import Endpoints, Read
from featurec.serve.gate import Gate, Seen, seen, told
from featurec.serve.limits import Limits
from featurec.serve.metrics import CONTENT_TYPE, Metrics
from featurec.serve.pool import Pool
from featurec.serve.problem import Problem, busy, problem
from featurec.serve.store import Store
from featurec.serve.tokens import Rates, Token, identify

_log = logging.getLogger("featurec.serve")
_ROWS = "/v1/features/"
_COLUMNS = "/get-online-features"


@dataclass
class App:
    """What a server answers, and with what.

    Attributes:
        tokens: who may ask; None for everybody who can reach the server.
        loopback: whether it answers for the local host only.
        openapi: the description of the endpoints, as JSON.
        draining: whether it is about to end, and not ready for more.
        asgi: the application, whose lifespan is that of the sessions.
    """

    endpoints: Endpoints
    store: Store
    pool: Pool
    metrics: Metrics
    limits: Limits
    clock: Callable[[], datetime]
    openapi: bytes
    tokens: Sequence[Token] | None = None
    loopback: bool = True
    audit: AuditLog | None = None
    draining: bool = False
    asgi: Starlette = field(init=False)
    _rates: Rates = field(default_factory=Rates, init=False)
    _in_flight: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        routes = [
            Route(f"{_ROWS}{{service}}", self.rows, methods=["POST"]),
            Route(_COLUMNS, self.columns, methods=["POST"]),
            Route("/health", self.health),
            Route("/ready", self.ready),
            Route("/v1/services", self.services),
            Route("/metrics", self.counters),
            Route("/openapi.json", self.description),
        ]
        labels: dict[object, str] = {route.endpoint: route.path.partition("{")[0] for route in routes}
        self.asgi = Starlette(
            routes=routes,
            middleware=[Middleware(Gate, loopback=self.loopback, labels=labels, answered=self._answered)],
            exception_handlers={Problem: _refused, FeaturecError: _refused, HTTPException: _refused, Exception: _bug},
            lifespan=self._lifespan,
        )
        self.asgi.router.redirect_slashes = False

    @asynccontextmanager
    async def _lifespan(self, _asgi: Starlette) -> AsyncIterator[None]:
        """The database may be away when it begins, and any time later."""
        await self.pool.open()
        watching = asyncio.create_task(self.store.watch(self.metrics.sample))
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await self.pool.close()

    @property
    def in_flight(self) -> int:
        """How many reads are being worked on."""
        return self._in_flight

    async def columns(self, request: Request) -> Response:
        """``POST /get-online-features``."""
        return await self._read(request, None)

    async def rows(self, request: Request) -> Response:
        """``POST /v1/features/{service}``."""
        name: str = request.path_params["service"]
        return await self._read(request, name)

    async def _read(self, request: Request, name: str | None) -> Response:
        """Nothing of the body is looked at before it is known who asks, for what, and that there is room for it."""
        token = self._token(request)
        found = seen(request)
        if token is not None:
            self._rates.take(token, perf_counter())
        if name is not None:
            self.endpoints.service(name, token)
            found.service = name
        if self._in_flight >= self.limits.requests:
            raise busy("too many requests are being worked on", f"{self.limits.requests} are taken at a time")
        self._in_flight += 1
        try:
            body = await read_body(request, self.limits)
            endpoints = self.endpoints
            done: Read = await (endpoints.columns(body, token) if name is None else endpoints.rows(name, body, token))
        finally:
            self._in_flight -= 1
        found.service, found.keys = done.service, done.keys
        return _json(done.content)

    def _token(self, request: Request) -> Token | None:
        if self.tokens is None:
            return None
        token = identify(self.tokens, request.headers.raw)
        seen(request).token = token.name
        return token

    async def health(self, _request: Request) -> Response:
        """The process runs, whatever the database does."""
        return _json(b'{"status":"ok"}')

    async def ready(self, _request: Request) -> Response:
        """The database answers, and every service can be answered from it."""
        if self.draining:
            raise busy("the server is about to end", "it was told to", "draining")
        if not self.store.answers:
            raise busy("the online store does not answer", "the log of the server says why", "store")
        findings = unready(self.endpoints)
        if findings:
            raise Problem(503, *findings, headers={"retry-after": "1"})
        return _json(b'{"status":"ready"}')

    async def services(self, request: Request) -> Response:
        """What may be asked for."""
        return _json(listing(self.endpoints, self._token(request)))

    async def counters(self, request: Request) -> Response:
        """For Prometheus."""
        self._token(request)
        return Response(self.metrics.text(), media_type=CONTENT_TYPE)

    async def description(self, request: Request) -> Response:
        """OpenAPI."""
        self._token(request)
        return _json(self.openapi)

    def _answered(self, found: Seen, status: int, seconds: float) -> None:
        self.metrics.answered(found.endpoint, found.service, status, seconds)
        if self.audit is not None and found.endpoint in (_COLUMNS, _ROWS):
            self.audit.record(self.clock(), found.token, found.service, found.keys, status, seconds)


def _json(content: bytes) -> Response:
    return Response(content, media_type=JSON)


async def _refused(_request: Request, error: Exception) -> Response:
    """Whatever refuses a request, in the words of this package."""
    if isinstance(error, Problem):
        return told(error)
    if isinstance(error, HTTPException):
        allowed = (error.headers or {}).get("Allow")
        if allowed is None:
            return told(problem(error.status_code, "unknown-route", "there is nothing here"))
        found = problem(error.status_code, "wrong-method", f"this route takes {allowed}")
        found.headers["allow"] = allowed
        return told(found)
    # A store that is away is told of once, by whoever watches it.
    away = isinstance(error, FeaturecError) and error.retryable
    _log.log(logging.DEBUG if away else logging.WARNING, "a read was refused: %s", error)
    return told(busy("the online store cannot be read", "the log of the server says why", "store"))


async def _bug(_request: Request, error: Exception) -> Response:
    """Nobody is to read a traceback in an answer; the log has it."""
    _log.error("a request was not answered", exc_info=error)
    return told(problem(500, "bug", "this is a bug in featurec", "the log of the server says more"))
