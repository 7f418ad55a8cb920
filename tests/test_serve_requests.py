"""Bad requests, each with the status that it is answered with; numbers are those of the list of bad inputs."""

import gzip
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from featurec.online.on_demand import Prepared
from featurec.online.postgres import PostgresOnlineStore
from featurec.online.protocol import OnlineView
from featurec.serve.assembly import Offer
from featurec.serve.limits import Limits
from featurec.serve.tokens import Token, digest
from featurec.spec import Column, FeatureRequest
from tests.serving import JSON, Serving, serving
from tests.shop import analyzed
from tests.store import NOON, SECOND, lines, publish, row, view
from tests.test_on_demand_values import prepared

FRAUD = "/v1/features/fraud"
TOKEN = {"Authorization": "Bearer secret"}
LIMITS = Limits(reading=0.6, writing=0.6)
TOKENS = (
    Token("one", digest(b"secret"), frozenset({"fraud"})),
    Token("all", digest(b"other"), None),
    Token("few", digest(b"few"), None, per_second=1),
)
MEGABYTE = 1 << 20


@pytest.fixture(scope="module")
def server(postgres_url: str) -> Iterator[Serving]:
    """A server with tokens, of a view by number, one by text, and one by two keys."""
    with psycopg.connect(postgres_url) as session:
        # Another part of these tests may have run here before.
        session.execute("DROP SCHEMA IF EXISTS bad_requests_online CASCADE")
    store = PostgresOnlineStore(postgres_url, "bad_requests")
    publish(store, view(ttl=1_000_000), lines([row("1", amount=5), row("2", NOON - 9 * SECOND, amount=1)]), NOON)
    names = OnlineView("names", "b" * 64, (Column("name", "varchar"),), view(note="varchar").features, None)
    publish(store, names, lines([row("1", note="one"), row("é🎉", note="party")]), NOON)
    pairs = OnlineView("pairs", "c" * 64, (Column("user_id", "bigint"), Column("day", "date")), view().features, None)
    publish(store, pairs, lines([row("1|2024-01-31", amount=7)]), NOON)
    store.close()
    services = {
        "fraud": (FeatureRequest("spend"),),
        "named": (FeatureRequest("names"),),
        "pairs": (FeatureRequest("pairs"),),
        "missing": (FeatureRequest("clicks"),),
    }
    offer = Offer(postgres_url, "bad_requests", ("spend", "names", "pairs", "clicks"), services, tokens=TOKENS)
    with serving(offer, LIMITS) as running:
        yield running


def keys(*values: object) -> bytes:
    return json.dumps({"entities": [{"user_id": value} for value in values]}).encode()


def features(*names: str) -> bytes:
    return json.dumps({"entities": {"user_id": [1]}, "features": names}).encode()


ROWS: list[tuple[int, bytes, int, str]] = [
    (164, b"", 400, "empty-body"),
    (165, b"user_id=1", 400, "not-json"),
    (165, b'{"entities": [', 400, "not-json"),
    (165, b"\xff\xfe", 400, "not-json"),
    (166, b"[]", 422, "not-an-object"),
    (166, b"null", 422, "not-an-object"),
    (166, b"12", 422, "not-an-object"),
    (167, b'{"entities": [], "entities": [{"user_id": 1}]}', 400, "duplicate-name"),
    (167, b'{"entities": [{"user_id": 1, "user_id": 2}]}', 400, "duplicate-name"),
    (167, b'{"entities": [{"user_id": 1, "\\u0075ser_id": 2}]}', 400, "duplicate-name"),
    (168, b'{"entities": [{"user_id": NaN}]}', 400, "not-json"),
    (168, b'{"entities": [{"user_id": Infinity}]}', 400, "not-json"),
    (168, b'{"entities": [{"user_id": 1e999}]}', 400, "not-json"),
    (169, b'{"entities": ' + b"[" * 100_000, 400, "too-deep"),
    (169, b'{"x": ' + b"[" * 10 + b"]" * 10 + b', "entities": [{"user_id": 1}]}', 400, "too-deep"),
    (170, b'{"entities": [{"user_id": ' + b"9" * 5000 + b"}]}", 422, "too-many-digits"),
    (182, b'{"entities": []}', 422, "entities"),
    (182, b"{}", 422, "entities"),
    (182, b'{"entities": {"user_id": [1]}}', 422, "entities"),
    (182, b'{"entities": [1]}', 422, "entities"),
    (183, keys(*range(1001)), 413, "too-many-entities"),
    (185, b'{"entities": [{"user_id": 1}, {"user": 1}]}', 422, "FC941"),
    (186, keys(None), 422, "FC942"),
    (186, keys(True), 422, "FC942"),
    (186, keys(1.5), 422, "FC942"),
    (186, keys({"a": 1}), 422, "FC942"),
    (186, keys([1]), 422, "FC942"),
    (187, keys(2**64), 422, "FC942"),
    (188, keys(1.0), 422, "FC942"),
    (188, keys("one"), 422, "FC942"),
    (189, b'{"entities": [{"user_id": "\\ud800"}]}', 422, "not-text"),
    (189, b'{"entities": [{"user_id": "1\\u0000"}]}', 422, "FC942"),
    (190, keys("1" * 513), 422, "key-too-long"),
    (0, b'{"entities": [{"user_id": 1}], "metadata": 1}', 422, "not-boolean"),
]
COLUMNS: list[tuple[int, bytes, int, str]] = [
    (180, features("spend:nothing"), 404, "unknown-feature"),
    (180, features("nothing:amount"), 404, "unknown-feature"),
    (179, features("names:note"), 404, "unknown-feature"),
    (181, features(), 422, "features"),
    (181, features(*(f"spend:f{n}" for n in range(201))), 422, "too-many-features"),
    (181, features("spend"), 422, "features"),
    (181, features("spend:amount", "spend:"), 422, "features"),
    (181, b'{"entities": {"user_id": [1]}}', 422, "features"),
    (181, b'{"entities": {"user_id": [1]}, "features": ["spend:amount"], "feature_service": "fraud"}', 422, "features"),
    (181, b'{"entities": {"user_id": [1]}, "feature_service": 1}', 422, "features"),
    (179, b'{"entities": {"user_id": [1]}, "feature_service": "named"}', 404, "unknown-service"),
    (182, b'{"entities": {}, "features": ["spend:amount"]}', 422, "entities"),
    (182, b'{"entities": {"user_id": []}, "features": ["spend:amount"]}', 422, "entities"),
    (182, b'{"entities": {"user_id": 1}, "features": ["spend:amount"]}', 422, "entities"),
    (
        183,
        json.dumps({"entities": {"user_id": [1] * 1001}, "features": ["spend:amount"]}).encode(),
        413,
        "too-many-entities",
    ),
    (184, b'{"entities": {"user_id": [1, 2], "other": [1]}, "features": ["spend:amount"]}', 422, "unequal-columns"),
    (185, b'{"entities": {"other": [1]}, "features": ["spend:amount"]}', 422, "FC941"),
    # The escaped colon is one that a count of names by colons does not see.
    (167, b'{"entities": {"user_id": 1, "user_id": [1]}, "features": ["spend\\u003aamount"]}', 400, "duplicate-name"),
]


@pytest.mark.parametrize(("number", "body", "status", "code"), ROWS, ids=lambda v: str(v)[:30])
def test_rows_that_are_asked_for_badly(server: Serving, number: int, body: bytes, status: int, code: str) -> None:
    answer = server.post(FRAUD, body, **TOKEN)
    assert (answer.status, answer.codes) == (status, [code])
    assert server.post(FRAUD, keys(1), **TOKEN).status == 200


@pytest.mark.parametrize(("number", "body", "status", "code"), COLUMNS, ids=lambda v: str(v)[:30])
def test_columns_that_are_asked_for_badly(server: Serving, number: int, body: bytes, status: int, code: str) -> None:
    answer = server.post("/get-online-features", body, **TOKEN)
    assert (answer.status, answer.codes) == (status, [code])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": ""}, 415),
        ({"Content-Encoding": "gzip"}, 415),
        ({"Content-Encoding": "br"}, 415),
        ({"Content-Type": "application/json; charset=utf-8"}, 200),
        ({"Authorization": ""}, 401),
        ({"Authorization": "Bearer"}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "Basic secret"}, 401),
        ({"Authorization": "secret"}, 401),
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example:6566"}, 421),
        ({"Host": "[::1]evil.example"}, 421),
        ({"Host": "localhost:6566@evil.example"}, 421),
        ({"Host": "LOCALHOST:1234"}, 200),
        ({"Host": "[::1]:6566"}, 200),
    ],
)
def test_headers(server: Serving, headers: dict[str, str], status: int) -> None:
    body = gzip.compress(keys(1)) if headers.get("Content-Encoding") == "gzip" else keys(1)
    answer = server.ask("POST", FRAUD, body, JSON | TOKEN | headers)
    assert answer.status == status
    assert not {"server", "access-control-allow-origin"} & set(answer.headers)
    if status == 401:
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", FRAUD, 405),
        ("PUT", "/get-online-features", 405),
        ("POST", "/v1/services", 405),
        ("POST", "/v1/features/named", 404),
        ("POST", "/v1/features/nothing", 404),
        ("POST", "/v1/features/", 404),
        ("POST", "/v1/features/../services", 404),
        ("POST", "/v1/features/%2e%2e%2fservices", 404),
        ("GET", "/../../etc/passwd", 404),
        ("GET", "/docs", 404),
        ("GET", "/", 404),
        ("POST", "/push", 404),
        ("OPTIONS", FRAUD, 405),
        ("POST", "/get-online-features%0A", 404),
        ("GET", "/get-online-features%0A", 404),
        ("POST", "/v1/features/fraud%0A", 404),
        ("POST", "/v1/features//fraud", 404),
        ("POST", "/v1/features/a%2Fb", 404),
        ("POST", "/v1/features/%FF", 404),
        ("HEAD", FRAUD, 405),
    ],
)
def test_routes(server: Serving, method: str, path: str, status: int) -> None:
    answer = server.ask(method, path, keys(1) if method == "POST" else None, JSON | TOKEN)
    assert answer.status == status
    assert (status == 405) == ("allow" in answer.headers)


def test_who_may_not_read_learns_nothing(server: Serving) -> None:
    other = server.post("/v1/features/named", keys(1), **TOKEN)
    none = server.post("/v1/features/nothing", keys(1), **TOKEN)
    assert other.body == none.body
    assert server.post("/v1/features/named", b"{", **TOKEN).status == 404
    assert server.post(FRAUD, b"{").status == 401
    assert [s["name"] for s in server.get("/v1/services", **TOKEN).json["services"]] == ["fraud"]
    assert len(server.get("/v1/services", Authorization="Bearer other").json["services"]) == 4
    for path in ("/v1/services", "/metrics", "/openapi.json"):
        assert server.get(path).status == 401
    for path in ("/health", "/ready"):
        assert server.get(path).status in (200, 503)


def test_features_of_one_name_are_told_apart_by_what_a_client_can_send(server: Serving) -> None:
    every = {"Authorization": "Bearer other"}
    asked = {"entities": {"user_id": [1], "day": ["2024-01-31"]}, "features": ["spend:amount", "pairs:amount"]}
    answer = server.post("/get-online-features", asked, **every)
    assert (answer.status, answer.codes) == (422, ["FC264"])
    assert answer.json["errors"][0]["fix"] == 'send `"full_feature_names": true`'
    answer = server.post("/get-online-features", asked | {"full_feature_names": True}, **every)
    assert answer.json["metadata"]["feature_names"][-2:] == ["spend__amount", "pairs__amount"]


def test_a_token_may_have_a_rate(server: Serving) -> None:
    few = [server.post(FRAUD, keys(1), Authorization="Bearer few") for _ in range(3)]
    assert few[0].status == 200
    assert (few[2].status, few[2].headers["retry-after"], few[2].codes) == (429, "1", ["too-many-requests"])


def test_keys_are_values(server: Serving) -> None:
    every = {"Authorization": "Bearer other"}
    names = ["' or 1=1 --", "é🎉", "\u202eabc", "x" * 512, '"}', "a|b\\", "1", " 1"]
    answer = server.post("/v1/features/named", {"entities": [{"name": name} for name in names]}, **every)
    assert [r["statuses"].get("note", "PRESENT") for r in answer.json["results"]] == [
        "NOT_FOUND", "PRESENT", *["NOT_FOUND"] * 4, "PRESENT", "NOT_FOUND",
    ]  # fmt: skip
    assert server.post("/v1/features/named", {"entities": [{"name": "x" * 513}]}, **every).status == 422
    assert server.post("/v1/features/named", {"entities": [{"name": "é" * 257}]}, **every).status == 422
    assert server.post("/v1/features/named", {"entities": [{"name": 1}]}, **every).status == 422
    answer = server.post("/v1/features/pairs", {"entities": [{"user_id": "1", "day": "2024-01-31"}]}, **every)
    assert answer.json["results"] == [{"features": {"amount": 7}, "statuses": {}}]
    assert server.post("/v1/features/pairs", {"entities": [{"user_id": 1}]}, **every).codes == ["FC941"]
    answer = server.post("/v1/features/missing", {"entities": [{"user_id": 1}]}, **every)
    assert (answer.status, answer.codes) == (503, ["FC940"])


def test_unknown_keys_and_columns_are_taken(server: Serving) -> None:
    asked = {"features": ["spend:amount", "spend:amount"], "include_feature_view_version_metadata": False, "x": [{}]}
    answer = server.post("/get-online-features", {"entities": {"user_id": [1], "other": ["a:b"]}, **asked}, **TOKEN)
    assert answer.json["metadata"]["feature_names"] == ["user_id", "amount"]
    named = server.post("/get-online-features", {"entities": {"user_id": [1]}, "feature_service": "fraud",
                                                  "full_feature_names": True}, **TOKEN)  # fmt: skip
    assert named.json["metadata"]["feature_names"] == ["user_id", "spend__amount"]


def raw(server: Serving, *parts: bytes, wait: float = 5) -> bytes:
    """What is answered to these bytes, until the server hangs up."""
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=wait)) as client:
        for part in parts:
            client.sendall(part)
        found = b""
        while more := client.recv(65536):
            found += more
    return found


HEAD = b"POST /v1/features/fraud HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer secret\r\n"


@pytest.mark.parametrize(
    ("number", "sent", "status"),
    [
        (173, HEAD + b"Content-Length: 2097152\r\n\r\n", 413),
        (174, HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + (b"10000\r\n" + b" " * 65536 + b"\r\n") * 17, 413),
        (175, HEAD + b"Content-Length: 900\r\n\r\n{}", 408),
        (176, HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 400),
        (196, b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 17_000 + b"\r\n\r\n", 431),
        (196, b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 30_000, 431),
        (196, b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + b"X: a\r\n" * 1000 + b"\r\n", 431),
        (196, b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
        (197, b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n", 400),
        (198, b"GET /health HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400),
        (198, b"GET /health HTTP/1.1\r\n\r\n", 400),
        (199, b"GET /health\r\n\r\n", 400),
        (199, b"GET /health HTTP/9.9\r\nHost: localhost\r\n\r\n", 400),
        (200, b"\x00\x01\x02\x03\r\n\r\n", 400),
        (201, b"GET /health HTTP/1.1\r\nHost: loc", 408),
        (201, b"", 408),
        (177, HEAD + b"Authorization: Bearer secret\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}", 401),
    ],
    ids=lambda v: str(v)[:20],
)  # fmt: skip
def test_what_is_not_http_as_it_should_be(server: Serving, number: int, sent: bytes, status: int) -> None:
    answer = raw(server, sent)
    assert answer.startswith(b"HTTP/1.1 %d " % status), answer[:200]
    assert b"Traceback" not in answer
    assert server.get("/health").status == 200


def test_another_protocol_that_is_offered_is_left_alone(server: Serving) -> None:
    """Java's client offers HTTP/2 with every request that it sends in the clear."""
    asked = keys(1)
    offered = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAA\r\n"
    first = HEAD + offered + b"Content-Length: %d\r\n\r\n" % len(asked)
    last = HEAD + offered.replace(b"Upgrade, ", b"close, Upgrade, ") + b"Content-Length: %d\r\n\r\n" % len(asked)
    for parts in ((first + asked, last + asked), (first, asked, last, asked), (first + asked + last + asked,)):
        assert raw(server, *parts).count(b'"amount": 5') == 2


def test_garbage_behind_a_request_ends_the_connection(server: Serving) -> None:
    answer = raw(server, b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n\x00\x01 garbage\r\n\r\n")
    assert b"HTTP/1.1 200" not in answer.partition(b"\r\n\r\n")[2]


def test_a_client_that_takes_nothing_is_dropped(server: Serving) -> None:
    asked = json.dumps({"entities": [{"user_id": n} for n in range(1000)]}).encode()
    request = HEAD + b"Content-Length: %d\r\n\r\n" % len(asked) + asked
    with closing(socket.socket()) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        client.settimeout(20)
        client.connect(("127.0.0.1", server.port))
        with pytest.raises(OSError):  # noqa: PT011  reset or broken, as the kernel has it
            client.sendall(request * 5000)
    assert server.get("/health").status == 200


def test_the_audit_log_has_the_service_of_what_is_refused_and_counts_entities_without_keys(
    postgres_url: str, tmp_path: Path
) -> None:
    asked = prepared("inputs: {i: bigint}\nfeatures: {o: bigint}", "{{ input('i') }} AS o")
    offer = Offer(
        postgres_url,
        "bad_requests",
        (),
        {"asked": (FeatureRequest("asked"),)},
        audit_log=tmp_path / "audit.jsonl",
        on_demand={"asked": ("o",)},
        prepare=lambda _requests, _full: (asked, []),
    )
    with serving(offer) as server:
        assert server.rows("asked", [{"i": 1}, {"i": 2}]).status == 200
        assert server.columns({"i": [1, 2, 3]}, feature_service="asked").status == 200
        assert server.rows("asked", [{"i": "x"}]).status == 422
        assert server.columns({"i": ["x"]}, feature_service="asked").status == 422
        assert server.columns({"i": [1]}, feature_service="other").status == 404
    _, *lines = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
    assert [(line["service"], line["entities"], line["status"]) for line in lines] == [
        ("asked", 2, 200),
        ("asked", 3, 200),
        ("asked", 0, 422),
        ("asked", 0, 422),
        ("(other)", 0, 404),
    ]


def test_computed_features_of_one_name_are_a_mistake_of_the_request(postgres_url: str) -> None:
    text = "/*---\nentities: [user]\ninputs: {i: bigint}\nfeatures: {o: bigint}\n---*/\nSELECT {{ input('i') }} AS o\n"
    project, _ = analyzed({"features/one.sql": text, "features/two.sql": text})
    offer = Offer(
        postgres_url,
        "bad_requests",
        (),
        {"both": (FeatureRequest("one"), FeatureRequest("two"))},
        on_demand={"one": ("o",), "two": ("o",)},
        prepare=lambda requests, full: Prepared.of(project, requests, full),
    )
    with serving(offer) as server:
        asked = {"entities": {"i": [1]}, "features": ["one:o", "two:o"]}
        answer = server.post("/get-online-features", asked)
        assert (answer.status, answer.codes) == (422, ["FC264"])
        answer = server.rows("both", [{"i": 1}])
        assert (answer.status, answer.codes) == (422, ["FC264"])
        answer = server.rows("both", [{"i": 1}], full_feature_names=True)
        assert answer.json["results"][0]["features"] == {"one__o": 1, "two__o": 1}
        assert server.get("/ready").status == 200
        (listed,) = server.get("/v1/services").json["services"]
        assert listed["ready"]
        assert [one["name"] for one in listed["features"]] == ["one__o", "two__o"]


def test_a_view_in_two_roles_is_ready(server: Serving, postgres_url: str) -> None:
    roles = (FeatureRequest("spend", role="payer"), FeatureRequest("spend", role="payee", join_keys={"user_id": "to"}))
    offer = Offer(postgres_url, "bad_requests", ("spend",), {"roles": roles})
    with serving(offer) as other:
        assert other.rows("roles", [{"user_id": 1, "to": 9}]).codes == ["FC264"]
        assert other.rows("roles", [{"user_id": 1, "to": 9}], full_feature_names=True).status == 200
        assert other.get("/ready").status == 200
        (listed,) = other.get("/v1/services").json["services"]
        assert [one["name"] for one in listed["features"]] == ["payer__amount", "payee__amount"]
        assert [one["name"] for one in listed["entities"]] == ["user_id", "to"]
