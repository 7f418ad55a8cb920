"""`featurec serve` as a process: where it listens, who may ask, how it ends, what it writes down."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from featurec.cli.app import main
from featurec.online.postgres import PostgresOnlineStore
from tests.serving import JSON
from tests.store import NOON, lines, publish, row, view

FILES = {
    "entities.yml": "entities:\n  user: {join_keys: [{name: user_id, type: bigint}]}\n",
    "sources.yml": "sources:\n  raw:\n    tables:\n      t: {columns: {user_id: bigint, at: timestamptz, amount: bigint}, timestamp: at}\n",
    "services.yml": "services:\n  fraud: {features: [spend]}\n  other: {features: ['spend:amount']}\n",
    "features/spend.sql": "/*---\nentities: [user]\ntimestamp: at\nfeatures: {amount: {type: bigint}}\n---*/\nSELECT user_id, at, amount FROM raw.t\n",
    "features/risk.sql": "/*---\nentities: [user]\ninputs: {price: double}\nfeatures: {ratio: {type: double}}\n---*/\n"
    "SELECT {{ input('price') }} / {{ feature('spend:amount') }} AS ratio\n",
}
BODY = b'{"entities": [{"user_id": 1}]}'


def written(tmp_path: Path, store: PostgresOnlineStore, postgres_database: str) -> Path:
    """A project, and its view exported."""
    publish(store, view(), lines([row("1", amount=5)]), NOON)
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    services = (tmp_path / "services.yml").read_text()
    (tmp_path / "services.yml").write_text(f"{services}  risky: {{features: [spend, 'risk:ratio']}}\n")
    target = f"{{offline: {{type: duckdb}}, online: {{type: postgres, url: '{postgres_database}'}}}}"
    (tmp_path / "featurec.yml").write_text(f"name: shop\ndefault_target: dev\ntargets:\n  dev: {target}\n")
    return tmp_path


@pytest.fixture
def project(tmp_path: Path, store: PostgresOnlineStore, postgres_database: str) -> Path:
    return written(tmp_path, store, postgres_database)


class Process:
    def __init__(self, project: Path, *arguments: str) -> None:
        command = [sys.executable, "-m", "featurec", "serve", "--port", "0", "--log-format", "json", *arguments]
        self.process = subprocess.Popen(
            command,
            cwd=project,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout
        self.said = [json.loads(self.process.stdout.readline())]
        self.url = self.said[0]["url"]

    def ask(self, path: str, body: bytes | None = BODY, **headers: str) -> tuple[int, bytes]:
        request = urllib.request.Request(self.url + path, body, JSON | headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def ends(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(20)


@contextmanager
def served(project: Path, *arguments: str) -> Iterator[Process]:
    running = Process(project, *arguments)
    try:
        yield running
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.process.pid, signal.SIGKILL)  # its workers too, which would keep its output open
        running.process.communicate()


def test_it_answers_and_ends_with_what_it_has_begun(project: Path, postgres_database: str) -> None:
    with served(project) as server:
        assert server.said[0]["services"] == ["fraud", "other", "risky"]
        assert server.process.stdout
        example = json.loads(server.process.stdout.readline())["text"]
        assert example.endswith("""-d '{"entities": [{"user_id": 1}]}'""")
        assert server.ask("/v1/features/fraud") == (200, b'{"results": [{"features": {"amount": 5}, "statuses": {}}]}')
        body = b'{"entities": [{"user_id": 1, "price": 2.5}, {"user_id": 2, "price": null}]}'
        status, content = server.ask("/v1/features/risky", body)
        assert (status, json.loads(content)["results"]) == (
            200,
            [
                {"features": {"amount": 5, "ratio": 0.5}, "statuses": {}},
                {
                    "features": {"amount": None, "ratio": None},
                    "statuses": {"amount": "NOT_FOUND", "ratio": "NULL_VALUE"},
                },
            ],
        )
        columns = b'{"entities": {"user_id": [1], "price": [2.5]}, "features": ["risk:ratio", "spend:amount"]}'
        status, content = server.ask("/get-online-features", columns)
        assert json.loads(content)["metadata"]["feature_names"] == ["user_id", "price", "ratio", "amount"]
        assert [r["values"] for r in json.loads(content)["results"]] == [[1], [2.5], [0.5], [5]]
        assert server.ask("/v1/features/risky")[0] == 422
        assert server.ask("/v1/features/risky", b'{"entities": [{"user_id": 1, "price": "x"}]}')[0] == 422
        listed = {s["name"]: s for s in json.loads(server.ask("/v1/services", None)[1])["services"]}
        assert listed["risky"]["inputs"] == [{"name": "price", "type": "double"}]
        assert [f["name"] for f in listed["risky"]["features"]] == ["amount", "ratio"]
        with psycopg.connect(postgres_database) as connection, closing(socket.socket()) as client:
            connection.execute("LOCK TABLE features_online.spend__aaaaaaaa IN ACCESS EXCLUSIVE MODE")
            client.connect(("127.0.0.1", int(server.url.rpartition(":")[2])))
            head = b"POST /v1/features/fraud HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            client.sendall(head % len(BODY) + BODY)
            while not connection.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone():
                time.sleep(0.01)
            server.process.send_signal(signal.SIGTERM)
            while server.ask("/ready", None)[0] == 200:
                time.sleep(0.01)
            assert server.ask("/health", None)[0] == 200
            connection.rollback()
            client.settimeout(10)
            assert client.recv(100).startswith(b"HTTP/1.1 200")
        assert server.process.wait(20) == 0


def test_a_second_signal_ends_it_at_once(project: Path, postgres_database: str) -> None:
    with served(project) as server, psycopg.connect(postgres_database) as connection:
        assert server.ask("/v1/features/fraud")[0] == 200
        connection.execute("LOCK TABLE features_online.spend__aaaaaaaa IN ACCESS EXCLUSIVE MODE")
        server.process.send_signal(signal.SIGTERM)
        while server.ask("/ready", None)[0] == 200:
            time.sleep(0.01)
        assert server.ends() == 143


def test_beyond_this_machine_tokens_are_needed(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--project-dir", str(project), "--host", "0.0.0.0"]) == 2
    assert "FC973" in "".join(capfd.readouterr())
    file = project / "tokens.yml"
    arguments = ["serve", "token", "scoring", "--tokens", str(file), "--service", "fraud"]
    assert main(arguments) == 0
    token = capfd.readouterr().out.strip()
    assert re.fullmatch(r"fct_[\w-]{43}", token)
    assert token not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    assert main(arguments) == 2
    said = "".join(capfd.readouterr())
    assert "has a token `scoring` already" in said
    assert ".new" not in said
    assert main(["serve", "token", "all", "--tokens", str(project / "all.yml"), "--service", "*"]) == 0
    assert 'services: "*"}' in (project / "all.yml").read_text()
    assert main(["serve", "--project-dir", str(project), "--log-share", "0.5"]) == 2
    capfd.readouterr()
    audit = project / "audit.jsonl"
    with served(project, "--host", "0.0.0.0", "--tokens", str(file), "--audit-log", str(audit)) as server:
        bearer = {"Authorization": f"Bearer {token}"}
        assert server.ask("/v1/features/fraud")[0] == 401
        assert server.ask("/v1/features/fraud", **bearer)[0] == 200
        assert server.ask("/v1/features/fraud", Host="features.example", **bearer)[0] == 200
        assert server.ask("/v1/features/other", **bearer)[0] == 404
        kept = audit.rename(project / "audit.1")
        file.write_text("tokens: []")
        server.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 10
        while not audit.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert server.ask("/v1/features/fraud", **bearer)[0] == 200
        assert server.ends() == 0
    first, *found = [json.loads(line) for line in kept.read_text().splitlines()]
    assert set(first) == {"salt"}
    assert [(r["token"], r["service"], r["entities"], r["status"]) for r in found] == [
        (None, "(other)", 0, 401),
        ("scoring", "fraud", 1, 200),
        ("scoring", "fraud", 1, 200),
        ("scoring", "(other)", 0, 404),
    ]
    assert found[1]["keys"] == found[2]["keys"] != []
    later = [json.loads(line) for line in audit.read_text().splitlines()]
    assert later[1]["keys"] != found[1]["keys"]
    assert audit.stat().st_mode & 0o077 == 0


def test_several_workers_share_a_socket(project: Path) -> None:
    with served(project, "--workers", "2", "--audit-log", str(project / "audit.jsonl")) as server:
        assert server.process.stdout
        json.loads(server.process.stdout.readline())
        found = subprocess.run(["pgrep", "-P", str(server.process.pid)], capture_output=True, text=True, check=True)
        workers = [int(pid) for pid in found.stdout.split()]
        assert len(workers) == 2
        os.kill(workers[0], signal.SIGKILL)
        assert [server.ask("/v1/features/fraud")[0] for _ in range(20)] == [200] * 20
        counted = 'featurec_requests_total{endpoint="/v1/features/",service="fraud",status="200"} 20.0'
        for _ in range(10):
            assert counted in server.ask("/metrics", None)[1].decode()
        while "another takes its place" not in (said := server.process.stdout.readline()):
            assert said
            assert "serving" not in said
        assert server.ends() == 0
    lines_of = (project / "audit.jsonl").read_text().splitlines()
    assert sum("salt" in line for line in lines_of) == 1
    assert len(lines_of) == 21


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ("", "no list"),
        ("tokens: {}", "no list"),
        ("tokens: [{name: a, sha256: b, services: '*'}]", "64 hexadecimal"),
        (f"tokens: [{{name: a, sha256: {'a' * 64}}}]", "neither a list"),
        (f"tokens: [{{name: a, sha256: {'a' * 64}, service: x}}]", "not made of"),
        (f"tokens: [{{name: a, sha256: {'a' * 64}, services: '*', per_second: 0}}]", "whole number"),
        ("tokens: [", "expected"),
    ],
)
def test_a_file_of_tokens_is_as_it_must_be(
    project: Path, capfd: pytest.CaptureFixture[str], content: str, cause: str
) -> None:
    (project / "tokens.yml").write_text(content)
    assert main(["serve", "--project-dir", str(project), "--tokens", str(project / "tokens.yml")]) == 2
    said = "".join(capfd.readouterr())
    assert "FC970" in said
    assert cause in said


def test_only_the_services_that_are_named(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with served(project, "--service", "other") as server:
        assert server.ask("/v1/features/other")[0] == 200
        assert server.ask("/v1/features/fraud")[0] == 404
        features = b'{"entities": {"user_id": [1]}, "features": ["%s"]}'
        assert server.ask("/get-online-features", features % b"spend:amount")[0] == 200
        assert server.ask("/get-online-features", features % b"risk:ratio")[0] == 404
    assert main(["serve", "--project-dir", str(project), "--service", "nothing"]) == 2
    assert "FC953" in "".join(capfd.readouterr())


def test_a_port_that_is_taken(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        assert main(["serve", "--project-dir", str(project), "--port", str(taken.getsockname()[1])]) == 2
    assert "FC972" in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    ("name", "file", "said"),
    [
        ("scoring", "folder", "FC970"),
        ("scoring", "latin.yml", "FC970"),
        ("scoring", "/", "FC970"),
        ("", "new.yml", "FC952"),
    ],
)
def test_a_token_that_no_file_can_have(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str, file: str, said: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "latin.yml").write_bytes(b"tokens: # \xe9\n")
    assert main(["serve", "token", name, "--tokens", str(tmp_path / file)]) == 2
    assert said in "".join(capfd.readouterr())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "latin.yml"]


def test_another_file_is_no_audit_log(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = (project / "featurec.yml").read_bytes()
    arguments = ["serve", "--project-dir", str(project), "--port", "0", "--audit-log", str(project / "featurec.yml")]
    assert main(arguments) == 2
    assert "FC971" in "".join(capfd.readouterr())
    assert (project / "featurec.yml").read_bytes() == before
    os.mkfifo(project / "pipe")
    assert main([*arguments[:-1], str(project / "pipe")]) == 2
    assert "no regular file" in "".join(capfd.readouterr())
    assert os.listdir(project)
