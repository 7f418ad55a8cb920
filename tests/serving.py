"""A server of features in a thread, over a real socket, and a client that keeps its connection."""

import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from featurec.serve.assembly import Offer, assemble
from featurec.serve.limits import Limits
from featurec.serve.server import Running, listen, run
from tests.store import NOON

JSON = {"Content-Type": "application/json"}


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def codes(self) -> list[str]:
        return [error["code"] for error in self.json["errors"]]


class Serving:
    """A server that runs, and requests to it."""

    def __init__(self, port: int, running: Running) -> None:
        self.port = port
        self.app = running.app
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}) -> Answer:
        try:
            self._connection.request(method, path, body, dict(headers))
            answer = self._connection.getresponse()
        except (ConnectionError, http.client.HTTPException):
            self._connection.close()
            raise
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, None, headers)

    def post(self, path: str, content: object, **headers: str) -> Answer:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return self.ask("POST", path, body, JSON | headers)

    def rows(self, service: str, entities: list[dict[str, Any]], **more: Any) -> Answer:
        return self.post(f"/v1/features/{service}", {"entities": entities, **more})

    def columns(self, entities: dict[str, list[Any]], **more: Any) -> Answer:
        return self.post("/get-online-features", {"entities": entities, **more})

    def close(self) -> None:
        self._connection.close()


@contextmanager
def serving(offer: Offer, limits: Limits | None = None, now: datetime = NOON) -> Iterator[Serving]:
    """A server whose clock stands still."""
    listening = listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    app = assemble(offer, "0", f"http://127.0.0.1:{port}", limits, lambda: now)
    running = Running(app, lambda: None)
    started = threading.Event()
    thread = threading.Thread(target=run, args=(running, listening, started.set), daemon=True)
    thread.start()
    assert started.wait(10)
    client = Serving(port, running)
    try:
        yield client
    finally:
        client.close()
        running.stop.set()
        thread.join(20)
        assert not thread.is_alive()
