"""What PostgreSQL says, as findings: which code, and whether the same work may succeed a moment later."""

import psycopg
import pytest

from featurec.errors import CannotOperate, FeaturecError
from featurec.postgres import connect, translated

RAISED = "DO $$ BEGIN RAISE EXCEPTION 'as the test wants' USING ERRCODE = '{}'; END $$"


@pytest.mark.parametrize(
    ("sqlstate", "code", "retryable"),
    [
        ("08006", "FC902", True),
        ("57P01", "FC902", True),
        ("57P03", "FC902", True),
        ("53300", "FC902", True),
        ("25P03", "FC902", True),
        ("28P01", "FC902", False),
        ("25006", "FC902", False),
        ("40001", "FC911", True),
        ("40P01", "FC911", True),
        ("55P03", "FC911", True),
        ("42501", "FC905", False),
        ("22012", "FC904", False),
        ("57014", "FC904", False),
        ("53100", "FC904", False),
    ],
)
def test_which_errors_may_pass(postgres_url: str, sqlstate: str, code: str, retryable: bool) -> None:
    with connect(postgres_url) as session, pytest.raises(FeaturecError) as refused, translated(postgres_url):
        session.execute(RAISED.format(sqlstate).encode())
    (finding,) = refused.value.diagnostics
    assert (finding.code, refused.value.retryable, refused.value.sqlstate) == (code, retryable, sqlstate)
    assert isinstance(refused.value, CannotOperate) == (code in ("FC902", "FC905"))
    assert "as the test wants" in finding.cause
    assert finding.fix


def test_a_session_that_ended_may_be_opened_again(postgres_url: str) -> None:
    session = connect(postgres_url, autocommit=True)
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [session.info.backend_pid])
    with pytest.raises(CannotOperate) as lost, translated(postgres_url):
        session.execute("SELECT 1")
    assert lost.value.retryable
    session.close()


def test_nothing_is_asked_for_at_the_start_and_nothing_stays(postgres_url: str) -> None:
    with connect(postgres_url, autocommit=True) as session:
        sources = dict(
            session.execute(
                "SELECT name, source FROM pg_settings WHERE name IN ('TimeZone', 'extra_float_digits', 'DateStyle')"
            ).fetchall()
        )
    assert "session" not in sources.values()
    assert sources["extra_float_digits"] == "default"
