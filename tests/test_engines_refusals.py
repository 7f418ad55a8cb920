"""What engines refuse and how they say it: locks, lost servers, missing rights, files out of reach, passwords unsaid."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from featurec.diagnostic import Diagnostic
from featurec.engines.duckdb import open_files
from featurec.engines.open import open_engine
from featurec.engines.protocol import Access, Engine, SpineSource
from featurec.errors import CannotOperate, FeaturecError
from featurec.postgres import connect, place, scrubbed
from featurec.spec import Project, SourceTable, Target

WRITE = Access(write=True)


def opened(root: Path, offline: dict[str, Any], access: Access = WRITE, *paths: str) -> Engine:
    """An engine of a project whose sources are these files."""
    sources = {path: SourceTable("s", path, (), path, path=path) for path in paths}
    return open_engine(Target("t", offline), Project(str(root), "p", sources=sources), root, access)


def duckdb_file(root: Path, access: Access = WRITE) -> Engine:
    return opened(root, {"type": "duckdb", "path": "t.duckdb"}, access)


@contextmanager
def refusing(kind: type[FeaturecError] = FeaturecError) -> Iterator[list[Diagnostic]]:
    """The findings with which what is inside is refused."""
    found: list[Diagnostic] = []
    with pytest.raises(kind) as raised:
        yield found
    assert raised.type is kind
    found += raised.value.diagnostics


def test_an_engine_that_is_not_there(tmp_path: Path) -> None:
    with refusing(CannotOperate) as found:
        opened(tmp_path, {"type": "postgre"})
    assert (found[0].code, "did you mean `postgres`?" in found[0].fix) == ("FC901", True)


HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


def test_a_file_held_by_another_process_names_it(tmp_path: Path) -> None:
    duckdb_file(tmp_path).close()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "t.duckdb")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    assert holder.stdout.readline() == "held\n"
    for write in (True, False):
        with refusing(CannotOperate) as found:
            duckdb_file(tmp_path, Access(write=write, wait=0.2))
        assert found[0].code == "FC903"
        assert f"process, {holder.pid} (python" in found[0].claim
    closing = time.monotonic()
    holder.stdin.close()  # whoever waits gets in once it has ended
    duckdb_file(tmp_path).close()
    assert holder.wait(10) == 0
    assert time.monotonic() - closing < 10


def test_readers_do_not_keep_each_other_out(tmp_path: Path) -> None:
    duckdb_file(tmp_path).close()
    reader = (
        "import duckdb, sys; duckdb.connect(sys.argv[1], read_only=True); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", reader, str(tmp_path / "t.duckdb")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        duckdb_file(tmp_path, Access(wait=0)).close()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "t.duckdb").write_text("name,age\n" * 1000)
    with refusing(CannotOperate) as found:
        duckdb_file(tmp_path)
    assert found[0].code == "FC912"
    assert (tmp_path / "t.duckdb").read_text().startswith("name,age")


def test_nothing_is_made_by_looking(tmp_path: Path) -> None:
    duckdb_file(tmp_path, Access()).close()
    assert [path.name for path in tmp_path.iterdir()] == [".featurec"]


OUT_OF_REACH = [
    "SELECT * FROM read_csv('{root}/secret.csv')",
    "SELECT * FROM '{root}/secret.csv'",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM read_csv('{root}/data/../secret.csv')",
    "SELECT * FROM read_csv('https://example.com/x.csv')",
    "COPY (SELECT 1) TO '{root}/data/written.csv'",
    "COPY (SELECT 1) TO '{root}/written.csv'",
    "ATTACH '{root}/other.duckdb'",
    "EXPORT DATABASE '{root}/export'",
    "INSTALL httpfs",
    "SET enable_external_access = true",
    "SET allowed_directories = ['/']",
    "SET TimeZone = 'Asia/Tokyo'",
    "SELECT getenv('HOME')",
]


@pytest.mark.parametrize("sql", OUT_OF_REACH)
def test_duckdb_reaches_what_is_declared_and_nothing_else(tmp_path: Path, sql: str) -> None:
    (tmp_path / "data").mkdir()
    for name in ("secret.csv", "data/declared.csv", "data/beside.csv"):
        (tmp_path / name).write_text("a\n1\n")
    engine = opened(tmp_path, {"type": "duckdb"}, WRITE, "data/declared.csv")
    assert engine.query(f"SELECT a FROM read_csv('{tmp_path}/data/declared.csv')") == [{"a": 1}]
    with refusing() as found:
        engine.execute(sql.format(root=tmp_path))
    assert found[0].code in ("FC904", "FC905")
    with refusing():
        engine.query(f"SELECT a FROM read_csv('{tmp_path}/data/beside.csv')")
    engine.close()


def test_patterns_reach_the_files_of_their_folder(tmp_path: Path) -> None:
    """In a folder whose own name would be a pattern, and matches another one."""
    for folder in ("p[1]", "p1"):
        (tmp_path / folder / "data").mkdir(parents=True)
        (tmp_path / folder / "data" / "a.csv").write_text(f"a\n{folder}\n")
    engine = opened(tmp_path / "p[1]", {"type": "duckdb"}, WRITE, "data/*.csv")
    assert engine.query(f"SELECT a FROM read_csv('{tmp_path}/p[[]1]/data/*.csv')") == [{"a": "p[1]"}]
    with refusing() as found:
        engine.query(f"SELECT a FROM read_csv('{tmp_path}/p1/data/a.csv')")
    assert found[0].code == "FC905"
    engine.close()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:s3%2Fcret@localhost:1/db",
        "postgresql+psycopg://me:s3%2Fcret@localhost:1/db",
        "host=localhost port=1 user=me password=s3/cret",
        "postgresql://me:s3%2Fcret@localhost:port/db",
        "postgresql://me:s3%2Fcret@localhost:1/db?no_such_option=1",
    ],
)
def test_a_server_that_is_not_there_and_a_password_that_stays_unsaid(tmp_path: Path, url: str) -> None:
    with refusing(CannotOperate) as found:
        opened(tmp_path, {"type": "postgres", "url": url})
    assert found[0].code == "FC902"
    assert "cret" not in repr(found)


def test_passwords_in_messages() -> None:
    url = "postgresql://me:p%40ss@db.example:5432/shop"
    assert scrubbed("auth of me:p@ss failed (p%40ss)", url) == "auth of me:*** failed (***)"
    assert place(url) == "me@db.example:5432/shop"
    assert scrubbed("nothing to hide", "postgresql://me@db/shop") == "nothing to hide"


def test_a_target_without_url(tmp_path: Path) -> None:
    with refusing(CannotOperate) as found:
        opened(tmp_path, {"type": "postgres"})
    assert (found[0].code, "`url: embedded`" in found[0].fix) == ("FC902", True)


def test_a_wrong_password(tmp_path: Path, postgres_url: str) -> None:
    """The server's own refusal of a role, with what was sent left out."""
    url = postgres_url.replace("postgres@", "nobody:s3cret@")
    with refusing(CannotOperate) as found:
        opened(tmp_path, {"type": "postgres", "url": url})
    assert found[0].code == "FC902"
    assert 'role "nobody" does not exist' in found[0].cause
    assert "s3cret" not in repr(found)


@pytest.mark.parametrize("bulk", [False, True])
def test_a_session_that_is_lost(tmp_path: Path, postgres_url: str, bulk: bool) -> None:
    engine = opened(tmp_path, {"type": "postgres", "url": postgres_url})

    def ask(sql: str) -> object:
        return list(engine.copy_rows(sql)) if bulk else engine.query(sql)

    ask("SELECT 'x' AS line")
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'featurec' AND datname = current_database()"
        )
    with refusing(CannotOperate) as found:
        ask("SELECT 'x' AS line")
    assert found[0].code == "FC902"
    engine.close()


def test_rights_that_are_missing(tmp_path: Path, postgres_url: str) -> None:
    with connect(postgres_url, autocommit=True) as admin:
        admin.execute("DROP SCHEMA IF EXISTS mine CASCADE")
        admin.execute("DROP ROLE IF EXISTS outsider")
        admin.execute("CREATE ROLE outsider LOGIN")
        admin.execute("CREATE SCHEMA mine")
        admin.execute("CREATE TABLE mine.secret AS SELECT 1 AS i")
    engine = opened(tmp_path, {"type": "postgres", "url": postgres_url.replace("postgres@", "outsider@")})
    with refusing(CannotOperate) as found:
        engine.query("SELECT * FROM mine.secret")
    assert (found[0].code, found[0].cause.splitlines()[0]) == ("FC905", "permission denied for schema mine")
    with refusing(CannotOperate) as found:
        list(engine.copy_rows("SELECT CAST(i AS text) AS line FROM mine.secret"))
    assert found[0].code == "FC905"
    assert [t for t in engine.tables() if t.schema == "mine"] == []
    engine.close()


def test_an_error_while_a_result_streams(tmp_path: Path, postgres_url: str) -> None:
    """It comes from the server, through Arrow and DuckDB, and still reads as the server's."""
    out = tmp_path / "out.parquet"
    engine = opened(tmp_path, {"type": "postgres", "url": postgres_url}, Access(files=[out]))
    with refusing() as found:
        engine.write("SELECT 1 / (5000 - i) AS x FROM generate_series(1, 9000) AS g(i)", out, "parquet", {})
    assert (found[0].code, found[0].cause) == ("FC904", "division by zero")
    assert engine.query("SELECT 1 AS i") == [{"i": 1}]
    engine.close()


def test_mixed_offsets(tmp_path: Path) -> None:
    spine = tmp_path / "spine.csv"
    spine.write_text("event_timestamp\n2024-03-01T12:00:00Z\n2024-03-01T12:00:00\n")
    engine = opened(tmp_path, {"type": "duckdb", "path": ":memory:"}, Access(files=[spine]))
    with refusing() as found:
        engine.load_spine(SpineSource(spine, "event_timestamp", "Europe/Berlin"))
    assert (found[0].code, "1 of its 2 values" in found[0].cause) == ("FC920", True)
    assert engine.load_spine(SpineSource(spine, "event_timestamp")).columns[0].type == "timestamptz"
    engine.close()


def test_a_session_for_files_reaches_nothing_beside_them_and_leaves_nothing(tmp_path: Path) -> None:
    beside = Path(tempfile.gettempdir()) / f"featurec-beside-{os.getpid()}.csv"
    beside.write_text("a\n1\n")
    before = set(Path(tempfile.gettempdir()).glob("featurec-*"))
    session = open_files(())
    try:
        with refusing(FeaturecError) as found:
            session.query(f"SELECT * FROM read_csv('{beside}')")
        assert found[0].code == "FC905"
    finally:
        session.close()
        beside.unlink()
    assert set(Path(tempfile.gettempdir()).glob("featurec-*")) <= before
