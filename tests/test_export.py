"""What is stored online is what training sees at the same instant, from both engines."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from featurec.errors import FeaturecError
from featurec.online.read import OnlineValue, Status
from tests.exporting import Exporting
from tests.market import ORDERS, PLACES, SPEND, Market

PAID = datetime(2024, 3, 5, 12, tzinfo=UTC)
"""When the second order of user 1 became known; it was placed on the second of March."""


@pytest.fixture(params=["duckdb", "postgres"])
def market(request: pytest.FixtureRequest, tmp_path: Path, postgres_database: str) -> Market:
    return Market.build(tmp_path, request.param, postgres_database)


@pytest.fixture
def exporting(market: Market) -> Iterator[Exporting]:
    found = Exporting(market)
    yield found
    found.close()


def test_a_row_is_online_from_when_it_is_known(exporting: Exporting) -> None:
    exporting.build("spend")
    before, at = PAID - timedelta(microseconds=1), PAID
    exporting.export("spend", before)
    assert exporting.read("spend:amount", before, user_id=1).value == Decimal("10.50")
    published = exporting.export("spend", at).published
    assert (published.updated, published.unchanged) == (1, 0)
    found = exporting.read("spend:amount", at, user_id=1)
    assert found == OnlineValue(Decimal("20.25"), Status.PRESENT, datetime(2024, 3, 2, 10, tzinfo=UTC))
    assert exporting.read("spend:note", at, user_id=1).status is Status.NULL_VALUE


def test_an_older_export_takes_nothing_back(exporting: Exporting) -> None:
    exporting.build("spend")
    exporting.export("spend", PAID)
    published = exporting.export("spend", PAID - timedelta(days=2)).published
    assert (published.updated, published.stale) == (0, 1)
    assert exporting.read("spend:amount", PAID, user_id=1).value == Decimal("20.25")


def test_age_counts_to_the_end_of_the_ttl(exporting: Exporting) -> None:
    exporting.build("spend")
    exporting.export("spend", PAID)
    oldest = datetime(2024, 3, 2, 10, tzinfo=UTC) + timedelta(days=30)
    assert exporting.read("spend:amount", oldest, user_id=1).status is Status.PRESENT
    late = exporting.read("spend:amount", oldest + timedelta(microseconds=1), user_id=1)
    assert (late.status, late.value) == (Status.OUTSIDE_MAX_AGE, Decimal(0))


def test_what_text_and_keys_hold_comes_back(exporting: Exporting) -> None:
    exporting.build("spend", "places")
    exporting.export("spend", PAID)
    exporting.export("places", PAID)
    soon = datetime(2024, 2, 2, tzinfo=UTC)
    assert exporting.read("spend:note", soon, user_id=2).value == 'tab\t, quote " and \\'
    assert exporting.read("places:orders", PAID, country="de", zip=10115).value == 2
    assert exporting.read("places:orders", PAID, country="de", zip=None).status is Status.NOT_FOUND
    assert exporting.read("places:orders", PAID, country="f|r", zip=1).status is Status.NOT_FOUND
    with psycopg.connect(exporting.market.online_url) as session:
        ((tables,),) = session.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'features_online'").fetchall()
    assert tables == 2


def test_unbuilt_views_are_exported_from_their_sql(exporting: Exporting) -> None:
    published = exporting.export("doubled", PAID).published
    assert (published.rows, published.inserted, published.switched) == (2, 2, True)
    assert exporting.read("doubled:doubled", PAID, user_id=1).value == Decimal("40.50")


def test_a_type_without_exact_form_is_refused(market: Market) -> None:
    market.write(
        "features/spend.sql",
        SPEND.replace("note: {type: varchar}", "gap: {type: interval}").replace(
            "amount, note", "amount, paid_at - ordered_at AS gap"
        ),
    )
    exporting = Exporting(market)
    with pytest.raises(FeaturecError) as refused:
        exporting.export("spend", PAID)
    exporting.close()
    assert [d.code for d in refused.value.diagnostics] == ["FC702"]


def test_online_equals_training_at_the_instant_of_the_run(
    market: Market, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    later = ", (7, 4, 'us', 1, 3.25, '', '2024-03-01 10:00+00', '2024-03-01 10:00+00')"
    market.load(ORDERS + later)
    market.write("features/spend.sql", SPEND.replace("ttl: 30d\n", ""))
    market.write("features/places.sql", PLACES)
    assert market.featurec("run") == 0
    users = [1, 2, 3, 4, 99]
    spine = pa.table(
        {"user_id": users, "event_timestamp": pa.array([datetime.now(UTC)] * 5, pa.timestamp("us", "UTC"))}
    )
    pq.write_table(spine, tmp_path / "spine.parquet")
    out = tmp_path / "out.parquet"
    assert market.featurec("train", str(tmp_path / "spine.parquet"), "--service", "all", "-o", str(out)) == 0
    capfd.readouterr()
    assert market.featurec("online", "get", "--service", "all", *(f"user_id={user}" for user in users)) == 0
    answers = json.loads(capfd.readouterr().out)
    online = [{n: f["value"] for n, f in answer["features"].items()} for answer in answers]
    trained = [
        {n: str(row[n]) if isinstance(row[n], Decimal) else row[n] for n in ("amount", "note", "doubled")}
        for row in pq.read_table(out).to_pylist()
    ]
    assert online == trained
    assert [answer["features"]["amount"]["status"] for answer in answers] == [
        "PRESENT", "PRESENT", "NOT_FOUND", "PRESENT", "NOT_FOUND",
    ]  # fmt: skip
