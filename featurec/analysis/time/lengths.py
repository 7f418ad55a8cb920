"""Lengths of time, as people say them."""

from featurec.analysis.time.nodes import DAY, HOUR, SECOND

_LENGTHS = ((DAY, "day"), (HOUR, "hour"), (60 * SECOND, "minute"), (SECOND, "second"), (1, "microsecond"))


def span_words(microseconds: int) -> str:
    """``1 day``, ``3 hours``; a microsecond less is ``almost`` as long."""
    almost = (microseconds + 1) % SECOND == 0
    length = microseconds + 1 if almost else microseconds
    for width, word in _LENGTHS:
        if length >= width and length % width == 0:
            count = length // width
            return f"{'almost ' if almost else ''}{count:,} {word}{'' if count == 1 else 's'}"
    return "any time"
