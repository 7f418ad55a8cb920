"""The body of a request of JSON, read within limits of size and time."""

import asyncio

from starlette.types import Message, Receive, Scope

from featurec.serve.limits import Limits
from featurec.serve.problem import Problem, problem

JSON = "application/json"
_JSON = JSON.encode()


async def read_body(scope: Scope, receive: Receive, limits: Limits) -> bytes:
    """All of it.

    Raises Problem: 415 for another type or an encoding, 413 for one that is too long, of which no more is read, 408 for
    one that does not come in time.
    """
    kind = encoding = length = None
    for name, value in scope["headers"]:
        if name == b"content-type":
            kind = value
        elif name == b"content-encoding":
            encoding = value
        elif name == b"content-length":
            length = value
    if kind != _JSON and (kind is None or kind.partition(b";")[0].strip().lower() != _JSON):
        fix = "send `Content-Type: application/json`"
        raise problem(415, "content-type", "the body is not declared to be JSON", fix=fix, close=True)
    if encoding is not None and encoding.strip().lower() != b"identity":
        raise problem(415, "content-encoding", "the body is encoded", fix="send it as it is", close=True)
    if length is not None and int(length) > limits.body:
        raise _too_large(limits)
    message = await receive()
    body: bytes = message.get("body", b"")
    # Most bodies come with their heads, and no clock has to be set for them.
    if message["type"] == "http.disconnect" or message.get("more_body"):
        body += await _rest(receive, message, len(body), limits)
    if len(body) > limits.body:
        raise _too_large(limits)
    return body


async def _rest(receive: Receive, message: Message, size: int, limits: Limits) -> bytes:
    parts = []
    try:
        async with asyncio.timeout(limits.reading):
            while message["type"] != "http.disconnect" and message.get("more_body"):
                message = await receive()
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > limits.body:
                    raise _too_large(limits)
    except TimeoutError:
        raise problem(408, "too-slow", f"the request did not come within {limits.reading:g} s", close=True) from None
    if message["type"] == "http.disconnect":
        raise problem(400, "disconnected", "the client went away", close=True)
    return b"".join(parts)


def _too_large(limits: Limits) -> Problem:
    fix = "ask for fewer entities at a time"
    return problem(413, "body-too-large", f"the body has more than {limits.body} bytes", fix=fix, close=True)
