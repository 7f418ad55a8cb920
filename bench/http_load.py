"""Closed-loop load on an HTTP server, from a process of its own: so many connections, each with one request at a time.

    python bench/http_load.py '{"port": 6566, "path": "/v1/features/all", "connections": 8, "entities": 100, "seconds": 5}'

Prints JSON: how many answers came, how many of them were errors, and their times.
"""

import asyncio
import json
import random
import statistics
import sys
import time

import uvloop

WARM_SECONDS = 0.7


async def connection(asked: dict, until: float, begin: float, times: list[float], errors: list[int]) -> None:
    """Ask until it is time to end; times and errors from ``begin`` on."""
    reader, writer = await asyncio.open_connection("127.0.0.1", asked["port"])
    while (start := time.perf_counter()) < until:
        ids = random.sample(range(asked["keys"]), asked["entities"])
        if asked["path"] == "/get-online-features":
            content = {"entities": {"user_id": ids}, "feature_service": "all"}
        else:
            content = {"entities": [{"user_id": one} for one in ids], **asked.get("more", {})}
        body = json.dumps(content).encode()
        head = (
            f"POST {asked['path']} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        start = time.perf_counter()
        writer.write(head.encode() + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(answer.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        await reader.readexactly(length)
        asked["all"] += 1
        if start > begin:
            times.append(time.perf_counter() - start)
            errors.append(int(not answer.startswith(b"http/1.1 200")))
    writer.close()


async def load(asked: dict) -> dict:
    """All connections at once."""
    times: list[float] = []
    errors: list[int] = []
    asked["all"] = 0
    begin = time.perf_counter() + WARM_SECONDS
    until = begin + asked["seconds"]
    await asyncio.gather(*(connection(asked, until, begin, times, errors) for _ in range(asked["connections"])))
    ordered = sorted(times)
    return {
        "all": asked["all"],
        "answers": len(times),
        "errors": sum(errors),
        "per_second": len(times) / asked["seconds"],
        "p50": statistics.median(ordered),
        "p99": ordered[int(len(ordered) * 0.99)],
        "max": ordered[-1],
    }


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(load(json.loads(sys.argv[1])))))
