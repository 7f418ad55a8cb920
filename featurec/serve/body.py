"""The body of a request of JSON, read within limits of size and time."""

import asyncio

from starlette.requests import ClientDisconnect, Request

from featurec.serve.limits import Limits
from featurec.serve.problem import Problem, problem

JSON = "application/json"


async def read_body(request: Request, limits: Limits) -> bytes:
    """All of it.

    Raises Problem: 415 for another type or an encoding, 413 for one that is too long, of which no more is read, 408 for
    one that does not come in time.
    """
    headers = request.headers
    kind = headers.get("content-type", "")
    if kind != JSON and kind.partition(";")[0].strip().lower() != JSON:
        fix = "send `Content-Type: application/json`"
        raise problem(415, "content-type", "the body is not declared to be JSON", fix=fix, close=True)
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise problem(415, "content-encoding", "the body is encoded", fix="send it as it is", close=True)
    if int(headers.get("content-length", "0")) > limits.body:
        raise _too_large(limits)
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(limits.reading):
            async for part in request.stream():
                size += len(part)
                if size > limits.body:
                    raise _too_large(limits)
                parts.append(part)
    except TimeoutError:
        raise problem(408, "too-slow", f"the request did not come within {limits.reading:g} s", close=True) from None
    except ClientDisconnect:
        raise problem(400, "disconnected", "the client went away", close=True) from None
    return b"".join(parts)


def _too_large(limits: Limits) -> Problem:
    fix = "ask for fewer entities at a time"
    return problem(413, "body-too-large", f"the body has more than {limits.body} bytes", fix=fix, close=True)
