"""What stands around every request: it must be meant for this server, and is counted and logged once it is answered."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from featurec.serve.problem import Problem, problem

OTHER = "(other)"
_LOOPBACK = re.compile(rb"(localhost|127\.0\.0\.1|\[::1\])(:\d*)?", re.IGNORECASE)
_SEEN = "featurec"


@dataclass
class Seen:
    """What is found out of a request on its way, for those who count and log.

    Attributes:
        endpoint: one that reads; None for any other.
        entities: that were asked for, of a read that was answered; ``keys`` are the columns of their join keys.
        status: of the answer, once it has begun.
    """

    endpoint: str | None = None
    service: str = OTHER
    token: str | None = None
    entities: int = 0
    keys: Sequence[Sequence[object]] = ()
    status: int | None = None

    def names(self, service: str) -> None:
        """The service that is asked, which the caller may read."""
        self.service = service


def seen(scope: Scope) -> Seen:
    """What is known of a request."""
    found: Seen = scope[_SEEN]
    return found


def told(found: Problem) -> Response:
    """A problem as an answer."""
    close = {"connection": "close"} if found.close else {}
    return Response(found.body, found.status, {**found.headers, **close}, "application/json")


class Gate:
    """ASGI around the application.

    Args:
        loopback: whether the server answers for the local host only.
        answered: told of every answer before it is sent: of which request, its status, seconds.
        refusal: the answer to a request that an error has ended.
    """

    def __init__(
        self,
        app: ASGIApp,
        loopback: bool,
        answered: Callable[[Scope, int, float], None],
        refusal: Callable[[Exception], Response],
    ) -> None:
        self._app = app
        self._loopback = loopback
        self._answered = answered
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        began = perf_counter()
        found = scope[_SEEN] = Seen()

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                status: int = message["status"]
                found.status = status
                self._answered(scope, status, perf_counter() - began)
            await send(message)

        try:
            if self._loopback:
                check_host(scope["headers"])
            await self._app(scope, receive, sent)
        except Exception as error:
            if found.status is not None:
                raise
            await self._refusal(error)(scope, receive, sent)


def check_host(headers: Sequence[tuple[bytes, bytes]]) -> None:
    """Refuse a request that was meant for another host, as of a page whose name was made to point here.

    Raises Problem: 421, or 400 where there is not exactly one Host.
    """
    hosts = [value for name, value in headers if name == b"host"]
    if len(hosts) != 1:
        raise problem(400, "host", "a request has one `Host`", close=True)
    if not _LOOPBACK.fullmatch(hosts[0]):
        raise problem(421, "host", "this server answers for the local host only", close=True)
