"""When rows became known, coarsely: what is told apart, and what is kept in little room."""

from datetime import UTC, datetime, timedelta

from featurec.run.histogram import HOURS, Histogram

HOUR = HOURS.width
START = 1_700_000_000_000_000 // HOUR * HOUR


def hours(number: int) -> dict[int | None, int]:
    return {START + hour * HOUR: hour % 7 + 1 for hour in range(number)}


def test_it_is_read_as_it_was_written() -> None:
    found = Histogram.of({**hours(5), None: 2, -HOUR: 1})
    assert Histogram.read(found.text()) == found
    assert Histogram.read(None) is None


def test_many_hours_are_days() -> None:
    assert Histogram.of(hours(1000)).width == HOUR
    found = Histogram.of({**hours(2400), None: 2, -HOUR: 1})
    assert found.width == 24 * HOUR
    assert sum(found.counts.values()) == sum(hours(2400).values()) + 3
    assert found.counts[-24 * HOUR] == 1
    assert len(found.text()) < 4000


def test_what_came_is_told_apart_from_what_vanished() -> None:
    before = Histogram.of(hours(10))
    now = hours(10)
    assert before.exchanged(now) == (0, 0)
    del now[START]
    now[START + 5 * HOUR] += 3
    now[START - 8 * HOUR] = 2
    assert before.exchanged(now) == (5, 1)


def test_only_what_is_newer_is_counted_anew() -> None:
    before = Histogram.of({**hours(10), None: 4})
    at = datetime.fromtimestamp(START / 1_000_000, UTC) + timedelta(hours=8, minutes=20)
    begin = before.begin(at)
    assert begin == at - timedelta(minutes=20)
    newer: dict[int | None, int] = {START + 8 * HOUR: 50, START + 30 * HOUR: 60}
    assert before.continued(begin, newer).counts == {None: 4, **hours(8), **newer}
