"""Feast's own server on PostgreSQL, with the rows and the service that `bench_serve.py` gives to featurec.

Feast is in an environment of its own, of which this uses the program: `feast apply`, `feast materialize`, `feast serve`, which
is Gunicorn with Uvicorn's worker. It has one worker, no access log, a pool of sessions (by default there is a single one), and no
restarts after so many requests: by default about every thousandth ends the worker, and open connections with it.
"""

import json
import os
import random
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg.conninfo import conninfo_to_dict

ADVICE = (
    "without Feast: python -m venv VENV && VENV/bin/pip install 'feast[postgres]>=0.67,<0.68', then --feast VENV"
    " (or FEATUREC_TEST_FEAST=VENV) puts its server beside these"
)
SCHEMA = "feast"
FIELDS: Mapping[str, tuple[str, pa.DataType]] = {
    "bigint": ("Int64", pa.int64()),
    "integer": ("Int32", pa.int32()),
    "decimal(18,2)": ("String", pa.string()),
    "double": ("Float64", pa.float64()),
    "varchar": ("String", pa.string()),
    "boolean": ("Bool", pa.bool_()),
    "date": ("String", pa.string()),
    "timestamptz": ("UnixTimestamp", pa.timestamp("us", "UTC")),
}
"""Types of featurec -> Feast's, and those of its files. Decimals and dates are text, as in our answers."""

HEAD = """from datetime import timedelta

from feast import Entity, FeatureService, FeatureView, Field, FileSource, ValueType
from feast.types import Bool, Float64, Int32, Int64, String, UnixTimestamp

user = Entity(name="user", join_keys=["user_id"], value_type=ValueType.INT64)
"""
VIEW = """{name} = FeatureView(
    name="{name}",
    entities=[user],
    ttl=timedelta(microseconds={ttl}),
    schema=[Field(name="user_id", dtype=Int64), {fields}],
    source=FileSource(name="{name}_rows", path="data/{name}.parquet", timestamp_field="event_timestamp"),
)
"""

Features = Mapping[str, str]
"""Name -> type of featurec."""


def version(environment: Path) -> str:
    """Of the Feast in an environment; stops the benchmark where there is none, or one without PostgreSQL."""
    code = "import importlib.metadata, psycopg_pool; print(importlib.metadata.version('feast'))"
    try:
        command = [environment.absolute() / "bin" / "python", "-c", code]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        sys.exit(f"{environment} has no Feast with PostgreSQL: pip install 'feast[postgres]>=0.67,<0.68' there")


class Repository:
    """A Feast repository, and the programs that work on it.

    Attributes:
        folder: where it is written.
    """

    def __init__(self, environment: Path, folder: Path, url: str) -> None:
        self._program = environment.absolute() / "bin" / "feast"
        self._url = url
        self.folder = folder
        (folder / "data").mkdir(parents=True)

    @property
    def _environment(self) -> Mapping[str, str]:
        return {**os.environ, "FEAST_USAGE": "False", "PYTHONPATH": str(self.folder), "PYTHONWARNINGS": "ignore"}

    def define(self, views: Mapping[str, Features], ttl: int, service: str) -> None:
        """Its definitions and settings."""
        texts = [HEAD]
        for name, features in views.items():
            fields = ", ".join(f'Field(name="{f}", dtype={FIELDS[kind][0]})' for f, kind in features.items())
            texts.append(VIEW.format(name=name, ttl=ttl, fields=fields))
        texts.append(f'{service} = FeatureService(name="{service}", features=[{", ".join(views)}])\n')
        (self.folder / "definitions.py").write_text("\n".join(texts))
        parts = conninfo_to_dict(self._url)
        settings = {
            "project": "bench",
            "provider": "local",
            "registry": "data/registry.db",
            "entity_key_serialization_version": 3,
            "online_store": {
                "type": "postgres",
                "host": parts["host"],
                "port": int(parts.get("port") or 5432),
                "database": parts["dbname"],
                "user": parts["user"],
                "password": parts.get("password") or "",
                "db_schema": SCHEMA,
                "sslmode": "disable",
                "conn_type": "pool",
                "min_conn": 2,
                "max_conn": 8,
            },
        }
        (self.folder / "feature_store.yaml").write_text(json.dumps(settings))

    def write(
        self, name: str, features: Features, rows: Iterable[tuple[int, tuple[object, ...]]], at: datetime
    ) -> None:
        """The file of a view; rows are of a user and the values of its features."""
        users, values = zip(*rows, strict=True)
        columns = {"user_id": pa.array(users, pa.int64())}
        for (feature, kind), column in zip(features.items(), zip(*values, strict=True), strict=True):
            stored = FIELDS[kind][1]
            if pa.types.is_timestamp(stored):
                columns[feature] = pa.array(map(datetime.fromisoformat, column), stored)
            else:
                columns[feature] = pa.array(column, stored)
        columns["event_timestamp"] = pa.array([at] * len(users), pa.timestamp("us", "UTC"))
        pq.write_table(pa.table(columns), self.folder / "data" / f"{name}.parquet")

    def materialize(self, at: datetime) -> None:
        """Its rows of about that instant into PostgreSQL."""
        self._run("apply")
        day = timedelta(days=1)
        self._run("materialize", *(when.replace(tzinfo=None).isoformat() for when in (at - day, at + day)))
        with psycopg.connect(self._url, autocommit=True) as session:
            session.execute("VACUUM ANALYZE")

    def serve(self) -> tuple[subprocess.Popen[bytes], int]:
        """A server that is ready, and its port."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        words = ["serve", "--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--no-access-log"]
        with (self.folder / "server.log").open("wb") as log:
            process = subprocess.Popen(
                [self._program, *words, "--max-requests", "0", "--max-requests-jitter", "0"],
                cwd=self.folder, env=self._environment, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        until = time.monotonic() + 120
        while process.poll() is None and time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
                    return process, port
            except (urllib.error.URLError, TimeoutError, ConnectionError):
                time.sleep(0.2)
        process.kill()
        sys.exit(f"feast serve did not start:\n{(self.folder / 'server.log').read_text()[-3000:]}")

    def _run(self, *words: str) -> str:
        done = subprocess.run(
            [self._program, *words], cwd=self.folder, env=self._environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"feast {' '.join(words)} failed:\n{(done.stdout + done.stderr)[-3000:]}")
        return done.stdout


def answer(port: int, service: str, users: list[int]) -> dict[str, list[object]]:
    """Feature -> values that a server gives for the users, by Feast's request."""
    asked = json.dumps({"feature_service": service, "entities": {"user_id": users}}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/get-online-features", asked, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        found = json.load(response)
    return {
        name: [_plain(value) for value in result["values"]]
        for name, result in zip(found["metadata"]["feature_names"], found["results"], strict=True)
    }


def compare(ours: int, theirs: int, service: str, entities: int) -> int:
    """How many values of sampled users are equal at both ports; stops the benchmark where one is not."""
    users = random.Random(0).sample(range(entities), min(100, entities))
    first, second = answer(ours, service, users), answer(theirs, service, users)
    for name in {**first, **second}:
        if first.get(name) != second.get(name):
            sys.exit(f"{name} is {str(first.get(name))[:300]} of featurec, and {str(second.get(name))[:300]} of Feast")
    if any(None in values for values in first.values()):
        sys.exit("there are users without values")
    return sum(len(values) for values in first.values())


def _plain(value: object) -> object:
    """Feast gives instants as seconds since 1970."""
    if isinstance(value, str) and re.fullmatch(r"[\d-]{10}T[\d:.]+Z", value):
        return datetime.fromisoformat(value).timestamp()
    return value
