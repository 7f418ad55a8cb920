"""How far the clocks of a time zone are from UTC."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@lru_cache(maxsize=256)
def zone_offsets(name: str) -> tuple[int, int] | None:
    """The least and the greatest offset of a zone from UTC since 1970, in microseconds; None for no zone."""
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    months = (datetime(year, month, 1, tzinfo=UTC) for year in range(1970, 2040) for month in (1, 3, 5, 7, 9, 11))
    offsets = {moment.astimezone(zone).utcoffset() for moment in months}
    found = [offset // timedelta(microseconds=1) for offset in offsets if offset is not None]
    return min(found), max(found)
