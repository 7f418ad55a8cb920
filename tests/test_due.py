"""When a view is due: ticks of cron in the project's time zone, and what ran last."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from featurec.cron import newest_tick, next_tick
from featurec.diagnostic import Diagnostic
from featurec.run.due import Due, due, next_ticks, with_unscheduled_parents
from featurec.source import SourceFile
from featurec.spec import FeatureView, Input
from tests.shop import analyzed, findings_of, place, view

NEW_YORK = "America/New_York"


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def scheduled(**schedules: str | None) -> dict[str, FeatureView]:
    return {
        name: FeatureView(name, SourceFile(f"features/{name}.sql", ""), 0, ("user",), "created_at", schedule=schedule)
        for name, schedule in schedules.items()
    }


def names(schedule: str | None, last: datetime | None, now: datetime, zone: str = "UTC") -> list[str]:
    return [d.view for d in due(scheduled(v=schedule), {"v": last}, now, zone)]


class TestDue:
    def test_a_tick_since_the_last_run(self) -> None:
        found = due(scheduled(v="0 * * * *"), {"v": at("2024-05-01T10:30")}, at("2024-05-01T11:20"), "UTC")
        assert found == [Due("v", at("2024-05-01T11:00"), at("2024-05-01T12:00"))]

    def test_no_tick_since_the_last_run(self) -> None:
        assert names("0 * * * *", at("2024-05-01T11:00:01"), at("2024-05-01T11:59:59.999999")) == []

    def test_at_the_tick_itself(self) -> None:
        """(last, now]: a run as of the tick has answered it, a question at the tick finds it."""
        tick = at("2024-05-01T11:00")
        before, after = tick - timedelta(microseconds=1), tick + timedelta(microseconds=1)
        assert names("0 * * * *", before, tick) == ["v"]
        assert names("0 * * * *", tick, tick) == []
        assert names("0 * * * *", tick, after) == []
        assert names("0 * * * *", at("2024-05-01T10:30"), before) == []

    def test_never_run(self) -> None:
        assert names("0 0 1 1 *", None, at("2024-05-01T11:20")) == ["v"]
        assert [d.view for d in due(scheduled(v="@yearly"), {}, at("2024-05-01T11:20"), "UTC")] == ["v"]

    def test_without_a_schedule(self) -> None:
        assert names(None, None, at("2024-05-01T11:20")) == []

    def test_on_demand_views_have_nothing_to_run(self) -> None:
        inputs = (Input("x", "bigint"),)
        views = {name: replace(v, inputs=inputs) for name, v in scheduled(v="@daily").items()}
        assert due(views, {}, at("2024-05-01"), "UTC") == []
        assert next_ticks(views, at("2024-05-01"), "UTC") == {}

    def test_missed_ticks_are_one_run(self) -> None:
        found = due(scheduled(v="*/5 * * * *"), {"v": at("2024-01-01")}, at("2024-05-01T11:22"), "UTC")
        assert found == [Due("v", at("2024-05-01T11:20"), at("2024-05-01T11:25"))]

    def test_by_tick_then_name(self) -> None:
        views = scheduled(b="0 * * * *", c="@daily", a="0 * * * *")
        assert [d.view for d in due(views, {}, at("2024-05-01T11:20"), "UTC")] == ["c", "a", "b"]

    def test_a_clock_that_went_back_a_little(self) -> None:
        """The last run is a few minutes ahead, and no tick lies between: nothing was missed."""
        assert names("0 * * * *", at("2024-05-01T11:25"), at("2024-05-01T11:20")) == []

    def test_a_clock_that_was_years_ahead(self) -> None:
        """Without this the view would wait for 2099."""
        assert names("0 * * * *", at("2099-01-01"), at("2024-05-01T11:20")) == ["v"]
        assert names("0 * * * *", at("2024-05-01T12:00"), at("2024-05-01T11:20")) == ["v"]

    def test_any_zone_of_the_clock(self) -> None:
        now, last = at("2024-05-01T11:20"), at("2024-05-01T10:30")
        elsewhere = due(scheduled(v="0 * * * *"), {"v": last.astimezone(ZoneInfo("Asia/Kolkata"))}, now, "UTC")
        assert elsewhere == due(scheduled(v="0 * * * *"), {"v": last}, now.astimezone(ZoneInfo(NEW_YORK)), "UTC")


class TestTicks:
    @pytest.mark.parametrize(
        ("schedule", "now", "newest", "following"),
        [
            ("0 0 31 * *", "2024-05-01", "2024-03-31", "2024-05-31"),
            ("0 0 l * *", "2024-02-15", "2024-01-31", "2024-02-29"),
            ("0 0 29 2 *", "2026-01-01", "2024-02-29", "2028-02-29"),
            ("0 0 29 2 *", "2099-01-01", "2096-02-29", "2104-02-29"),
            ("0 12 * * mon-fri", "2024-05-05T09:00", "2024-05-03T12:00", "2024-05-06T12:00"),
            ("0 0 * * 7", "2024-05-04", "2024-04-28", "2024-05-05"),
            ("0 0 13 * fri", "2024-05-14", "2024-05-13", "2024-05-17"),
            ("@monthly", "2024-05-01", "2024-05-01", "2024-06-01"),
            ("@WEEKLY", "2024-05-01", "2024-04-28", "2024-05-05"),
            (" 30  6\t* * * ", "2024-05-01", "2024-04-30T06:30", "2024-05-01T06:30"),
        ],
    )
    def test_months_weeks_and_leap_days(self, schedule: str, now: str, newest: str, following: str) -> None:
        assert newest_tick(schedule, at(now), "UTC") == at(newest)
        assert next_tick(schedule, at(now), "UTC") == at(following)

    def test_days_begin_where_the_project_is(self) -> None:
        assert newest_tick("@daily", at("2024-07-01T03:59"), NEW_YORK) == at("2024-06-30", NEW_YORK)
        assert newest_tick("@daily", at("2024-07-01T04:00"), NEW_YORK) == at("2024-07-01T04:00")

    def test_a_tick_in_the_gap_comes_after_it(self) -> None:
        """New York has no 02:30 on 10 March 2024; 03:00 there, 07:00 in UTC, is the first instant after the gap."""
        ticks = [at("2024-03-09T07:30"), at("2024-03-10T07:00"), at("2024-03-11T06:30")]
        assert next_tick("30 2 * * *", ticks[0], NEW_YORK) == ticks[1]
        assert next_tick("30 2 * * *", ticks[1], NEW_YORK) == ticks[2]
        assert names("30 2 * * *", ticks[0], at("2024-03-10T06:59"), NEW_YORK) == []
        assert names("30 2 * * *", ticks[0], ticks[1], NEW_YORK) == ["v"]
        assert names("30 2 * * *", ticks[1], at("2024-03-10T09:00"), NEW_YORK) == []

    def test_a_tick_in_the_fold_comes_twice(self) -> None:
        """01:30 on 3 November 2024 is 05:30 and 06:30 in UTC."""
        first, second = at("2024-11-03T05:30"), at("2024-11-03T06:30")
        assert newest_tick("30 1 * * *", at("2024-11-03T06:29"), NEW_YORK) == first
        assert next_tick("30 1 * * *", first, NEW_YORK) == second
        assert next_tick("30 1 * * *", second, NEW_YORK) == at("2024-11-04T06:30")
        assert names("30 1 * * *", first, at("2024-11-03T06:29"), NEW_YORK) == []
        assert names("30 1 * * *", first, second, NEW_YORK) == ["v"]

    def test_next_ticks(self) -> None:
        views = scheduled(a="@hourly", b=None, c="@daily")
        found = next_ticks(views, at("2024-05-01T11:20"), NEW_YORK)
        assert found == {"a": at("2024-05-01T12:00"), "c": at("2024-05-02T04:00")}

    @given(
        schedule=st.sampled_from(
            ["0 * * * *", "*/17 * * * *", "30 2 * * *", "30 1 * * *", "15 0,1,2,3 * * *", "0 0 l * *", "5 4 * * sun"]
        ),
        hours=st.integers(0, 24 * 400),
        seconds=st.floats(0, 3600, allow_nan=False, exclude_max=True),
        zone=st.sampled_from(["UTC", NEW_YORK, "Australia/Lord_Howe", "Europe/Berlin", "Asia/Kathmandu"]),
    )
    @example(schedule="30 1 * * *", hours=24 * 307 + 5, seconds=1800.0, zone=NEW_YORK)
    @settings(max_examples=300, deadline=None)
    def test_both_directions_agree(self, schedule: str, hours: int, seconds: float, zone: str) -> None:
        """The newest tick is the one whose next tick is after now, and the two enclose it."""
        now = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=hours, seconds=seconds)
        newest, following = newest_tick(schedule, now, zone), next_tick(schedule, now, zone)
        assert newest <= now < following
        assert next_tick(schedule, newest, zone) == following
        assert newest_tick(schedule, following, zone) == following


PARENTS = {
    "features/raw.sql": view("SELECT user_id, created_at, amount FROM orders"),
    "features/hourly.sql": view(
        "SELECT user_id, created_at, amount FROM {{ ref('raw') }}", header="schedule: '@hourly'"
    ),
    "features/mid.sql": view("SELECT user_id, created_at, amount FROM {{ ref('raw') }}"),
    "features/daily.sql": view(
        "SELECT m.user_id, m.created_at, m.amount FROM {{ ref('mid') }} AS m "
        "JOIN {{ ref('hourly') }} AS h ON m.user_id = h.user_id AND h.created_at = m.created_at",
        header="schedule: '@daily'",
    ),
    "features/other.sql": view("SELECT user_id, created_at, amount FROM orders"),
}


class TestParents:
    def test_what_has_no_schedule_comes_along(self) -> None:
        project, _ = analyzed(PARENTS)
        assert with_unscheduled_parents(["hourly"], project) == {"hourly", "raw"}
        assert with_unscheduled_parents(["daily"], project) == {"daily", "mid", "raw"}
        assert with_unscheduled_parents([], project) == set()


class TestHeader:
    @pytest.mark.parametrize(
        "text",
        [
            "0 * * * *",
            "*/5 0-6 1,15 jan-mar mon-fri",
            "@daily",
            "@Hourly",
            "0 0 29 2 *",
            "0 0 l * *",
            "0 0 ? * 1",
            "0 9 * * mon#1",
        ],
    )
    def test_accepted(self, text: str) -> None:
        assert self.found(text) == []

    @pytest.mark.parametrize(
        ("text", "cause"),
        [
            ("hourly", "it has five fields: minute, hour, day of month, month, day of week"),
            ("* * * * * *", "it has five fields: minute, hour, day of month, month, day of week"),
            ("60 * * * *", "its five fields are minute, hour, day of month, month, day of week"),
            ("@reboot", "known names are @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually"),
            ("0 0 30 2 *", "no day is like that, so that it would never run"),
            ("0 0 31 4,6 *", "no day is like that, so that it would never run"),
            ("R * * * *", "`R` and `H` stand for times that are left to chance"),
            ("0 1,r(2-5) * * *", "`R` and `H` stand for times that are left to chance"),
            ("1," * 120 + "1 * * * *", "it is longer than 200 characters"),
        ],
    )
    def test_refused(self, text: str, cause: str) -> None:
        (found,) = self.found(text)
        assert (found.code, found.cause, place(found)) == ("FC104", cause, f'"{text}"')

    @staticmethod
    def found(text: str) -> list[Diagnostic]:
        header = f'schedule: "{text}"'
        return findings_of({"features/v.sql": view("SELECT user_id, created_at, amount FROM orders", header=header)})
