"""Whatever is exported when, and asked when: a replay explains every difference, and calls none late where nothing was."""

import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import hypothesis
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.replaying import Replaying, at, orders

HOUR = timedelta(hours=1)
START = at("03-01 00:00")


@dataclass(frozen=True)
class Order:
    """An order, and by how many hours it comes later than its times say."""

    user: int
    ordered: int
    wait: int
    late: int


@dataclass(frozen=True)
class Step:
    """At an hour a run or none, and a request some hours later."""

    hour: int
    wait: int
    runs: bool
    full: bool


hours = st.integers(0, 24 * 9)
found_orders = st.lists(
    st.builds(Order, st.integers(1, 3), hours, st.integers(0, 30), st.sampled_from([0, 0, 0, 5, 60])), max_size=10
)
found_steps = st.lists(st.builds(Step, hours, st.integers(0, 60), st.booleans(), st.booleans()), min_size=2, max_size=4)


def loaded(found: list[Order], hour: int) -> str:
    """The orders that have come by then."""
    rows = [
        (
            number,
            order.user,
            f"{number}.25",
            f"{START + order.ordered * HOUR:%m-%d %H:%M}",
            f"{START + (order.ordered + order.wait) * HOUR:%m-%d %H:%M}",
        )
        for number, order in enumerate(found, 1)
        if order.ordered + order.wait + order.late <= hour
    ]
    # The first is never anybody's newest.
    return orders((0, 9, "0.00", "01-01 00:00", "01-01 00:00"), *rows)


deep = hypothesis.settings(
    hypothesis.settings.get_profile("deep"), max_examples=60, suppress_health_check=list(hypothesis.HealthCheck)
)


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
@hypothesis.settings(max_examples=2, suppress_health_check=list(hypothesis.HealthCheck))
@given(found=found_orders, steps=found_steps)
def test_every_difference_is_explained(
    engine: str, postgres_database: str, found: list[Order], steps: list[Step]
) -> None:
    check(engine, postgres_database, found, steps)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
@deep
@given(found=found_orders, steps=found_steps)
def test_every_difference_of_many_is_explained(
    engine: str, postgres_database: str, found: list[Order], steps: list[Step]
) -> None:
    check(engine, postgres_database, found, steps)


def check(engine: str, url: str, found: list[Order], steps: list[Step]) -> None:
    """Runs and requests at these hours, and then what a replay says of them."""
    empty(url)
    with tempfile.TemporaryDirectory() as folder:
        world = Replaying.build(Path(folder), engine, url)
        world.market.write("features/spend.sql", (Path(folder) / "features/spend.sql").read_text().replace("30d", "2d"))
        world.market.load(loaded(found, 0))
        world.run(START)
        for step in sorted(steps, key=lambda step: step.hour):
            if step.runs:
                world.market.load(loaded(found, step.hour))
                world.full_refresh = step.full
                world.run(START + step.hour * HOUR)
            asked = START + (step.hour + step.wait) * HOUR
            world.ask(asked, 1, 2, 3)
            world.ask(asked, 1, 2, 3, service="basket", price=10.0)
        everything = 24 * 30
        world.market.load(loaded(found, everything))
        world.full_refresh = True
        world.run(START + everything * HOUR, export=False)
        outcomes = world.outcomes()
        assert set(outcomes) <= {"stale export", "late data"}
        if not any(order.late for order in found):
            # Where every row came when its times say, none is late.
            assert set(outcomes) <= {"stale export"}


def empty(url: str) -> None:
    """Leave nothing of an earlier example in a database."""
    with psycopg.connect(url) as session:
        names = session.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg_%' AND nspname NOT IN ('information_schema', 'public')"
        ).fetchall()
        for (name,) in names:
            session.execute(f'DROP SCHEMA "{name}" CASCADE'.encode())
