"""`featurec online grant`: a role that can read what is online, and no more; the server works with it."""

from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from featurec.errors import CannotOperate
from featurec.online.grant import grant
from featurec.online.postgres import PostgresOnlineStore
from featurec.serve.assembly import Offer
from featurec.spec import FeatureRequest
from tests.serving import serving
from tests.store import NOON, codes, lines, publish, row, view


@pytest.fixture
def role(postgres_database: str, worker_id: str) -> Iterator[str]:
    name = f"reader of {worker_id}"
    yield name
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        quoted = psycopg.sql.Identifier(name)
        if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone():
            connection.execute(psycopg.sql.SQL("DROP OWNED BY {}").format(quoted))
            connection.execute(psycopg.sql.SQL("DROP ROLE {}").format(quoted))


def as_role(url: str, role: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{role.replace(' ', '%20')}@"))


def test_the_server_reads_as_such_a_role(store: PostgresOnlineStore, postgres_database: str, role: str) -> None:
    publish(store, view(), lines([row("1", amount=5)]), NOON)
    first = grant(postgres_database, "features", role, 1000)
    again = grant(postgres_database, "features", role, 1000)
    assert (first.created, again.created, again.can_login) == (True, False, True)
    publish(store, view("visits"), lines([row("1", amount=6)]), NOON)
    requests = (FeatureRequest("spend"), FeatureRequest("visits"))
    offer = Offer(as_role(postgres_database, role), "features", ("spend", "visits"), {"all": requests})
    with serving(offer) as server:
        answer = server.rows("all", [{"user_id": 1}], full_feature_names=True)
        assert answer.json["results"][0]["features"] == {"spend__amount": 5, "visits__amount": 6}
        publish(store, view(fingerprint="b" * 64), lines([row("1", amount=7)]), NOON)
        answer = server.rows("all", [{"user_id": 1}], full_feature_names=True)
        assert answer.json["results"][0]["features"] == {"spend__amount": 7, "visits__amount": 6}


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM features_online.spend__aaaaaaaa",
        "UPDATE featurec.online_active SET fingerprint = ''",
        "SELECT * FROM featurec.online_rejects",
        "SELECT * FROM featurec.online_erased",
        "SELECT * FROM featurec.online_leases",
        "CREATE TABLE features_online.mine (a int)",
        "DROP TABLE features_online.spend__aaaaaaaa",
    ],
)
def test_it_may_do_no_more(store: PostgresOnlineStore, postgres_database: str, role: str, statement: str) -> None:
    publish(store, view(), lines([row("1", amount=5)]), NOON)
    grant(postgres_database, "features", role, 50)
    with psycopg.connect(as_role(postgres_database, role), autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.encode())
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute("SELECT pg_sleep(5)")


def test_a_superuser_is_no_reader(postgres_database: str) -> None:
    with pytest.raises(CannotOperate) as refused:
        grant(postgres_database, "features", "postgres", 1000)
    assert codes(refused.value) == ["FC974"]
