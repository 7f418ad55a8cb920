"""HTTP as ASGI has it: a request's headers and body within limits, and responses."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from featurec.serve.limits import Limits
from featurec.serve.problem import Problem, problem

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = Sequence[tuple[bytes, bytes]]

JSON = b"application/json"
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True)
class Response:
    """An answer, whole."""

    status: int
    content: bytes
    kind: bytes = JSON
    headers: Mapping[str, str] | None = None
    close: bool = False


async def send(response: Response, send: Send) -> None:
    """Send an answer."""
    headers = [(b"content-type", response.kind), (b"content-length", b"%d" % len(response.content))]
    for name, value in (response.headers or {}).items():
        headers.append((name.encode(), value.encode()))
    if response.close:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.content})


def check_host(headers: Headers) -> None:
    """Refuse a request that was meant for another host, as of a page whose name was made to point here.

    Raises Problem: 421, or 400 where there is not exactly one Host.
    """
    hosts = [value for name, value in headers if name == b"host"]
    if len(hosts) != 1:
        raise problem(400, "host", "a request has one `Host`", close=True)
    host = hosts[0].decode("latin-1").lower()
    name = host[: host.index("]") + 1] if host.startswith("[") and "]" in host else host.partition(":")[0]
    if name not in _LOOPBACK:
        raise problem(421, "host", "this server answers for the local host only", close=True)


async def read_body(headers: Headers, receive: Receive, limits: Limits) -> bytes:
    """The body of a request of JSON.

    Raises Problem: 415 for another type or an encoding, 413 for one that is too long, of which no more is read, 408 for
    one that does not come in time.
    """
    kind = encoding = length = None
    for name, value in headers:
        if name == b"content-type":
            kind = value
        elif name == b"content-encoding":
            encoding = value
        elif name == b"content-length":
            length = value
    if kind != JSON and (kind is None or kind.partition(b";")[0].strip().lower() != JSON):
        raise problem(
            415,
            "content-type",
            "the body is not declared to be JSON",
            fix="send `Content-Type: application/json`",
            close=True,
        )
    if encoding is not None and encoding.strip().lower() != b"identity":
        raise problem(415, "content-encoding", "the body is encoded", fix="send it as it is", close=True)
    if length is not None and int(length) > limits.body:
        raise _too_large(limits)
    message = await receive()
    body: bytes = message.get("body", b"")
    if message.get("more_body"):
        body = await _rest(body, receive, limits)
    elif message["type"] == "http.disconnect":
        raise problem(400, "disconnected", "the client went away", close=True)
    if len(body) > limits.body:
        raise _too_large(limits)
    return body


async def _rest(first: bytes, receive: Receive, limits: Limits) -> bytes:
    parts = [first]
    size = len(first)
    try:
        async with asyncio.timeout(limits.reading):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise problem(400, "disconnected", "the client went away", close=True)
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > limits.body:
                    raise _too_large(limits)
                if not message.get("more_body"):
                    return b"".join(parts)
    except TimeoutError:
        raise problem(408, "too-slow", f"the request did not come within {limits.reading:g} s", close=True) from None


def _too_large(limits: Limits) -> Problem:
    fix = "ask for fewer entities at a time"
    return problem(413, "body-too-large", f"the body has more than {limits.body} bytes", fix=fix, close=True)
