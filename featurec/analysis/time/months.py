"""Months in days: how far adding months moves a date."""

from functools import lru_cache


@lru_cache(maxsize=256)
def days_in(months: int) -> tuple[int, int]:
    """The least and the greatest number of days that adding ``months`` (≥ 0) moves a date by, in the Gregorian calendar.

    Over all days of the cycle of 400 years; the day of month is cut to the last one where it does not exist.
    """
    firsts, lengths = _calendar()
    spans = []
    for start in range(4800):
        span = firsts[start + months] - firsts[start] if start + months < len(firsts) else None
        if span is None:
            break
        spans.append(span)
        cut = lengths[start] - lengths[start + months]
        if cut > 0:
            spans.append(span - cut)
    return min(spans), max(spans)


@lru_cache(maxsize=1)
def _calendar() -> tuple[list[int], list[int]]:
    """Day number of the first of each month, and the lengths, over three cycles from the year 2000 on."""
    firsts, lengths, day = [], [], 0
    for year in range(2000, 3200):
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        for length in (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31):
            firsts.append(day)
            lengths.append(length)
            day += length
    return firsts, lengths
