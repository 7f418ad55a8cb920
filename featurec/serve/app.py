"""The server as an ASGI application: what it answers, and what is told when that goes wrong.

Reads are known by their path and go past Starlette, whose routes and middleware would take a seventh of the time of an
answer; it has all the rest, and what there is not.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from featurec.errors import FeaturecError
from featurec.serve.audit import AuditLog
from featurec.serve.body import JSON
from featurec.serve.catalog import listing, unready
from featurec.serve.gate import OTHER, Gate, seen, told
from featurec.serve.metrics import CONTENT_TYPE, Metrics
from featurec.serve.pool import Pool
from featurec.serve.problem import Problem, busy, problem
from featurec.serve.reads import Reads, label
from featurec.serve.store import Store

_log = logging.getLogger("featurec.serve")


@dataclass
class App:
    """What a server answers, and with what.

    Attributes:
        loopback: whether it answers for the local host only.
        openapi: the description of the endpoints, as JSON.
        draining: whether it is about to end, and not ready for more.
        asgi: the application, whose lifespan is that of the sessions.
    """

    reads: Reads
    store: Store
    pool: Pool
    metrics: Metrics
    clock: Callable[[], datetime]
    openapi: bytes
    loopback: bool = True
    audit: AuditLog | None = None
    draining: bool = False
    asgi: ASGIApp = field(init=False)
    _others: Starlette = field(init=False)
    _labels: dict[object, str] = field(init=False)

    def __post_init__(self) -> None:
        others = [
            Route("/health", self.health),
            Route("/ready", self.ready),
            Route("/v1/services", self.services),
            Route("/metrics", self.counters),
            Route("/openapi.json", self.description),
        ]
        self._labels = {route.endpoint: route.path for route in others}
        handlers = dict.fromkeys((Problem, FeaturecError, HTTPException, Exception), _refused)
        self._others = Starlette(routes=others, exception_handlers=handlers, lifespan=self._lifespan)
        self._others.router.redirect_slashes = False
        self.asgi = Gate(self._routed, self.loopback, self._answered, refusal)

    async def _routed(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (endpoint := label(scope["path"])):
            seen(scope).endpoint = endpoint
            if scope["method"] != "POST":
                raise HTTPException(405, headers={"Allow": "POST"})
            return await self.reads(scope, receive, send)
        return await self._others(scope, receive, send)

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

    async def health(self, _request: Request) -> Response:
        """The process runs, whatever the database does."""
        return _json(b'{"status":"ok"}')

    async def ready(self, _request: Request) -> Response:
        """The database answers, and every service can be answered from it."""
        if self.draining:
            raise busy("the server is about to end", "it was told to", "draining")
        if not self.store.answers:
            raise busy("the online store does not answer", "the log of the server says why", "store")
        findings = unready(self.reads.endpoints)
        if findings:
            raise Problem(503, *findings, headers={"retry-after": "1"})
        return _json(b'{"status":"ready"}')

    async def services(self, request: Request) -> Response:
        """What may be asked for."""
        return _json(listing(self.reads.endpoints, self.reads.token(request.scope)))

    async def counters(self, request: Request) -> Response:
        """For Prometheus."""
        self.reads.token(request.scope)
        return Response(self.metrics.text(), media_type=CONTENT_TYPE)

    async def description(self, request: Request) -> Response:
        """OpenAPI."""
        self.reads.token(request.scope)
        return _json(self.openapi)

    def _answered(self, scope: Scope, status: int, seconds: float) -> None:
        found = seen(scope)
        endpoint = found.endpoint or self._labels.get(scope.get("endpoint"), OTHER)
        self.metrics.answered(endpoint, found.service, status, seconds)
        if self.audit is not None and found.endpoint:
            self.audit.record(self.clock(), found.token, found.service, found.entities, found.keys, status, seconds)


def _json(content: bytes) -> Response:
    return Response(content, media_type=JSON)


async def _refused(_request: Request, error: Exception) -> Response:
    return refusal(error)


def refusal(error: Exception) -> Response:
    """What ends a request, in the words of this package. Nobody is to read a traceback in an answer; the log has it."""
    match error:
        case Problem():
            return told(error)
        case HTTPException():
            allowed = (error.headers or {}).get("Allow")
            if allowed is None:
                return told(
                    problem(
                        error.status_code,
                        "unknown-route",
                        "there is nothing here",
                        fix="GET /openapi.json has the routes",
                    )
                )
            found = problem(error.status_code, "wrong-method", f"this route takes {allowed}")
            found.headers["allow"] = allowed
            return told(found)
        case FeaturecError():
            # A store that is away is told of once, by whoever watches it.
            _log.log(logging.DEBUG if error.retryable else logging.WARNING, "a read was refused: %s", error)
            return told(busy("the online store cannot be read", "the log of the server says why", "store"))
    _log.error("a request was not answered", exc_info=error)
    return told(problem(500, "bug", "this is a bug in featurec", "the log of the server says more"))
