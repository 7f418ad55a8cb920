"""The online store on a real PostgreSQL: the guarded merge, the lease, the switch of versions, and reads."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from featurec.errors import FeaturecError
from featurec.online.postgres import PostgresOnlineStore
from featurec.online.protocol import Published
from featurec.online.read import OnlineValue, Status, get_online_features
from featurec.spec import FeatureRequest
from tests.store import NOON, SECOND, Row, codes, lines, publish, row, value, view


def test_a_first_export_is_readable(store: PostgresOnlineStore) -> None:
    done = publish(store, view(), lines([row("1", amount=5), row("2", amount=None)]), NOON)
    assert done == Published(rows=2, inserted=2, updated=0, unchanged=0, stale=0, removed=0, switched=True)
    assert value(store, 1) == OnlineValue(5, Status.PRESENT, NOON)
    assert value(store, "2") == OnlineValue(None, Status.NULL_VALUE, NOON)
    assert value(store, 3) == OnlineValue(None, Status.NOT_FOUND, None)
    assert value(store, None) == OnlineValue(None, Status.NOT_FOUND, None)


def test_an_empty_export_is_an_export(store: PostgresOnlineStore) -> None:
    assert publish(store, view(), [], NOON).rows == 0
    assert value(store, 1).status is Status.NOT_FOUND


def test_newer_wins_older_never_does_and_equal_writes_nothing(
    store: PostgresOnlineStore, postgres_database: str
) -> None:
    early, late = NOON - SECOND, NOON + SECOND
    publish(store, view(), lines([row(k, amount=0) for k in ("new", "old", "same", "corrected")]), NOON)
    places = "SELECT entity_key, ctid::text, xmin::text FROM features_online.spend__aaaaaaaa WHERE entity_key IN ('old', 'same')"
    with psycopg.connect(postgres_database, autocommit=True) as reader:
        before = reader.execute(places).fetchall()
        done = publish(
            store,
            view(),
            lines(
                [
                    row("corrected", amount=3),
                    row("fresh", amount=4),
                    row("new", late, amount=1),
                    row("old", early, amount=2),
                    row("same", amount=0),
                ]
            ),
            late,
        )
        assert reader.execute(places).fetchall() == before
        stored = dict(
            reader.execute("SELECT entity_key, payload->>'amount' FROM features_online.spend__aaaaaaaa").fetchall()
        )
    assert done == Published(rows=5, inserted=1, updated=2, unchanged=1, stale=1, removed=0, switched=False)
    assert stored == {"corrected": "3", "fresh": "4", "new": "1", "old": "0", "same": "0"}


def test_created_time_breaks_ties_and_none_is_the_least(store: PostgresOnlineStore) -> None:
    publish(store, view(), lines([row("1", created=NOON, amount=1)]), NOON)
    assert publish(store, view(), lines([row("1", created=None, amount=2)]), NOON).stale == 1
    assert publish(store, view(), lines([row("1", created=NOON - SECOND, amount=3)]), NOON).stale == 1
    assert publish(store, view(), lines([row("1", created=NOON + SECOND, amount=4)]), NOON).updated == 1
    assert value(store, 1).value == 4


RANKS = st.tuples(st.integers(0, 3), st.none() | st.integers(0, 2))
BATCHES = st.lists(
    st.dictionaries(st.sampled_from("abcde"), st.tuples(RANKS, st.integers(0, 2)), max_size=5), min_size=1, max_size=6
)


@given(batches=BATCHES)
@settings(max_examples=40)
def test_any_sequence_of_exports_leaves_what_a_plain_loop_leaves(
    postgres_url: str, batches: list[dict[str, object]]
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS featurec CASCADE")
        connection.execute("DROP SCHEMA IF EXISTS features_online CASCADE")
    store = PostgresOnlineStore(postgres_url, "features")
    expected: dict[str, tuple[tuple[int, int], int]] = {}
    for batch in batches:
        counts = dict.fromkeys(("inserted", "updated", "unchanged", "stale"), 0)
        rows = []
        for key, ((event, created), amount) in sorted(batch.items()):
            rank = (event, -1 if created is None else created)
            stamp = None if created is None else NOON + created * SECOND
            rows.append(row(key, NOON + event * SECOND, stamp, amount=amount))
            there = expected.get(key)
            if there is None:
                outcome = "inserted"
            elif rank > there[0] or (rank == there[0] and amount != there[1]):
                outcome = "updated"
            else:
                outcome = "unchanged" if rank == there[0] else "stale"
            counts[outcome] += 1
            if outcome in ("inserted", "updated"):
                expected[key] = (rank, amount)
        done = publish(store, view(), lines(rows), NOON)
        assert (done.inserted, done.updated, done.unchanged, done.stale) == tuple(counts.values())
    with psycopg.connect(postgres_url) as connection:
        stored = connection.execute(
            "SELECT entity_key, event_ts, payload->'amount' FROM features_online.spend__aaaaaaaa"
        ).fetchall()
    store.close()
    assert {k: (e, a) for k, e, a in stored} == {k: (NOON + r[0] * SECOND, a) for k, (r, a) in expected.items()}


def test_two_rows_of_one_entity_are_refused(store: PostgresOnlineStore) -> None:
    with pytest.raises(FeaturecError) as refused:
        publish(store, view(), lines([row("1", amount=1), row("1", amount=2)]), NOON)
    assert codes(refused.value) == ["FC933"]
    publish(store, view(), lines([row("1", amount=1)]), NOON)
    with pytest.raises(FeaturecError) as refused:
        publish(store, view(), lines([row("1", NOON + SECOND, amount=1), row("1", NOON + 2 * SECOND, amount=2)]), NOON)
    assert codes(refused.value) == ["FC933"]
    assert value(store, 1).event_timestamp == NOON


@pytest.mark.parametrize("bad", [row("1", amount="a\0b"), row("x" * 513, amount=1)])
def test_rows_that_the_server_cannot_keep_are_a_finding_and_leave_nothing(store: PostgresOnlineStore, bad: Row) -> None:
    publish(store, view(), lines([row("1", amount=7)]), NOON)
    for version in (view(), view(fingerprint="b" * 64)):
        with pytest.raises(FeaturecError) as refused:
            publish(store, version, lines([row("0", NOON + SECOND, amount=8), bad]), NOON)
        assert codes(refused.value) == ["FC933"]
        assert "spend" in refused.value.diagnostics[0].claim
    assert value(store, 1).value == 7
    assert value(store, 0).status is Status.NOT_FOUND


def test_a_source_that_fails_passes_its_own_finding_and_leaves_nothing(store: PostgresOnlineStore) -> None:
    class Failed(Exception):
        pass

    def failing() -> Iterator[bytes]:
        yield from lines([row("1", NOON + SECOND, amount=8)])
        raise Failed

    publish(store, view(), lines([row("1", amount=7)]), NOON)
    for version in (view(), view(fingerprint="b" * 64)):
        with pytest.raises(Failed):
            publish(store, version, failing(), NOON)
    assert value(store, 1).value == 7
    assert publish(store, view(), lines([row("1", NOON + SECOND, amount=9)]), NOON).updated == 1


def test_readers_see_the_old_version_until_the_new_one_is_complete(
    store: PostgresOnlineStore, postgres_database: str
) -> None:
    reader = PostgresOnlineStore(postgres_database, "features")
    publish(store, view(), lines([row("1", amount=1)]), NOON)

    def watched() -> Iterator[bytes]:
        yield from lines([row("1", amount=2, total=3)])
        assert value(reader, 1).value == 1

    changed = view(fingerprint="b" * 64, amount="bigint", total="bigint")
    assert publish(store, changed, watched(), NOON).switched
    assert (value(reader, 1).value, value(reader, 1, "total").value) == (2, 3)
    back = publish(store, view(), lines([row("1", amount=1)]), NOON)
    assert (back.switched, back.unchanged) == (True, 1)
    assert value(reader, 1).value == 1
    reader.close()


def test_a_second_run_is_told_who_holds_the_lease(store: PostgresOnlineStore, postgres_database: str) -> None:
    other = PostgresOnlineStore(postgres_database, "features")

    def interrupted() -> Iterator[bytes]:
        with pytest.raises(FeaturecError) as refused:
            publish(other, view(), lines([row("1", amount=2)]), NOON)
        assert codes(refused.value) == ["FC932"]
        assert f"process {os.getpid()} on {socket.gethostname()}" in refused.value.diagnostics[0].cause
        assert publish(other, view("visits"), lines([row("1", amount=2)]), NOON).inserted == 1
        yield from lines([row("1", amount=1)])

    assert publish(store, view(), interrupted(), NOON).inserted == 1
    assert publish(other, view(), lines([row("1", amount=2)]), NOON).updated == 1
    other.close()


def test_a_lease_announced_by_another_in_between_is_left_to_it(
    store: PostgresOnlineStore, postgres_database: str
) -> None:
    publish(store, view(), [], NOON)
    with psycopg.connect(postgres_database, autocommit=True) as other:
        other.execute(
            "CREATE FUNCTION steal() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN NEW.token := 'theirs'; NEW.pid := 4711; RETURN NEW; END $$"
        )
        other.execute(
            "CREATE TRIGGER steal BEFORE UPDATE ON featurec.online_leases FOR EACH ROW EXECUTE FUNCTION steal()"
        )
    with pytest.raises(FeaturecError) as refused:
        publish(store, view(), [], NOON)
    assert codes(refused.value) == ["FC932"]
    assert "4711" in refused.value.diagnostics[0].cause


PUBLISH = """
import sys
from datetime import UTC, datetime
from featurec.online.postgres import PostgresOnlineStore
from featurec.online.protocol import Batch, OnlineFeature, OnlineView
from featurec.spec import Column
name = sys.argv[2]
view = OnlineView(name, "a" * 64, (Column("user_id", "bigint"),), (OnlineFeature("amount", "bigint"),), None)
print(PostgresOnlineStore(sys.argv[1], "features").publish(view, lambda _: Batch([]), datetime.now(UTC)).rows)
"""


def test_many_processes_may_begin_on_an_empty_database(postgres_database: str) -> None:
    running = [
        subprocess.Popen([sys.executable, "-c", PUBLISH, postgres_database, f"view_{n}"], stdout=subprocess.PIPE)
        for n in range(4)
    ]
    assert [(process.communicate()[0], process.returncode) for process in running] == [(b"0\n", 0)] * 4


def test_a_killed_export_leaves_no_lease(store: PostgresOnlineStore, postgres_database: str) -> None:
    script = PUBLISH.replace(
        "Batch([])", "Batch(iter(lambda: print('held', flush=True) or sys.stdin.read().encode(), 0))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, postgres_database, "spend"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(FeaturecError) as refused:
            publish(store, view(), [], NOON)
        assert f"process {process.pid} " in refused.value.diagnostics[0].cause
        process.kill()
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), %s)",
            [store._session.connection.info.backend_pid],
        )
    assert publish(store, view(), lines([row("1", amount=1)]), NOON).inserted == 1


def test_schemas_keep_people_apart(store: PostgresOnlineStore, postgres_database: str) -> None:
    mine = PostgresOnlineStore(postgres_database, "dev_" + "x" * 59)
    yours = PostgresOnlineStore(postgres_database, "dev_" + "y" * 59)
    long = "v" * 48
    for amount, owner in enumerate((mine, yours, store)):
        assert publish(owner, view(long), lines([row("1", amount=amount)]), NOON).switched
    for amount, owner in enumerate((mine, yours, store)):
        answers, _ = get_online_features(owner, [FeatureRequest(long)], [{"user_id": 1}], NOON)
        assert answers[0].features["amount"].value == amount
    mine.close()
    yours.close()


def test_a_table_that_is_not_ours_is_not_touched(store: PostgresOnlineStore, postgres_database: str) -> None:
    publish(store, view(), lines([row("1", amount=1)]), NOON)
    with psycopg.connect(postgres_database, autocommit=True) as other:
        other.execute("ALTER TABLE features_online.spend__aaaaaaaa ADD COLUMN note text")
        with pytest.raises(FeaturecError) as refused:
            publish(store, view(), lines([row("1", amount=2)]), NOON)
        assert codes(refused.value) == ["FC934"]
        other.execute("DROP TABLE features_online.spend__aaaaaaaa")
    assert publish(store, view(), lines([row("1", amount=2)]), NOON).inserted == 1
    with pytest.raises(FeaturecError) as refused:
        publish(store, view(amount="double"), lines([row("1", amount=2)]), NOON)
    assert codes(refused.value) == ["FC934"]


def test_the_watermark_says_what_was_committed(store: PostgresOnlineStore, postgres_database: str) -> None:
    publish(store, view(), lines([row("1", amount=1), row("2", amount=1)]), NOON)
    publish(store, view(), lines([row("1", NOON + SECOND, amount=1), row("2", amount=1)]), NOON + SECOND)
    with psycopg.connect(postgres_database) as connection:
        found = connection.execute(
            "SELECT as_of, run, rows, inserted, updated, unchanged, stale FROM featurec.online_watermarks"
        ).fetchall()
    assert found == [(NOON + SECOND, 2, 2, 0, 1, 1, 0)]
