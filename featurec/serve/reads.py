"""The two endpoints that read, as an ASGI application: who asks, for what, and whether there is room for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter

from starlette.types import Receive, Scope, Send

from featurec.serve.body import JSON, read_body
from featurec.serve.endpoints import Endpoints, Read
from featurec.serve.gate import seen
from featurec.serve.limits import Limits
from featurec.serve.problem import busy
from featurec.serve.tokens import Rates, Token, identify

ROWS = "/v1/features/"
"""Before the name of a service."""
COLUMNS = "/get-online-features"
_CONTENT_TYPE = (b"content-type", JSON.encode())


@dataclass
class Reads:
    """``POST /v1/features/{service}`` and ``POST /get-online-features``.

    Attributes:
        tokens: who may ask; None for everybody who can reach the server.
        in_flight: how many are being worked on.
    """

    endpoints: Endpoints
    limits: Limits
    tokens: Sequence[Token] | None
    in_flight: int = field(default=0, init=False)
    _rates: Rates = field(default_factory=Rates, init=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Nothing of the body is looked at before it is known who asks, for what, and that there is room for it."""
        found = seen(scope)
        token = self.token(scope)
        if token is not None:
            self._rates.take(token, perf_counter())
        path: str = scope["path"]
        name = None if path == COLUMNS else path.removeprefix(ROWS)
        if name is not None:
            self.endpoints.check_service(name, token)
            found.service = name
        if self.in_flight >= self.limits.requests:
            raise busy("too many requests are being worked on", f"{self.limits.requests} are taken at a time")
        self.in_flight += 1
        try:
            body = await read_body(scope, receive, self.limits)
            endpoints = self.endpoints
            done: Read = await (
                endpoints.columns(body, token, found.names) if name is None else endpoints.rows(name, body, token)
            )
        finally:
            self.in_flight -= 1
        found.entities, found.keys = done.entities, done.keys
        headers = [_CONTENT_TYPE, (b"content-length", b"%d" % len(done.content))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": done.content})

    def token(self, scope: Scope) -> Token | None:
        """Whose request it is. Raises Problem (401)."""
        if self.tokens is None:
            return None
        token = identify(self.tokens, scope["headers"])
        seen(scope).token = token.name
        return token


def label(path: str) -> str | None:
    """What the endpoint of a path is called where requests are counted; None for one that does not read."""
    if path == COLUMNS:
        return COLUMNS
    service = path.removeprefix(ROWS) if path.startswith(ROWS) else ""
    return ROWS if service and "/" not in service else None
