"""Durations as authors write them: a whole number and a unit, such as ``7d``, ``90min``, ``500ms``."""

import re

from featurec.diagnostic import Diagnostic
from featurec.findings import Findings
from featurec.spec import MICROSECONDS
from featurec.yaml_reader import Node

MAX_MICROSECONDS = 365 * 200 * MICROSECONDS["d"]
"""200 years: longer than any data, short enough for every engine's intervals."""

PATTERN = r"^[0-9]+(us|ms|s|min|h|d|w)$"

_PARTS = re.compile(r"([0-9]{1,20})\s?([A-Za-zµ]+)", re.ASCII)
_WORDS = {
    "us": ("us", "microsecond", "microseconds", "µs"),
    "ms": ("ms", "millisecond", "milliseconds"),
    "s": ("s", "sec", "secs", "second", "seconds"),
    "min": ("m", "mins", "minute", "minutes"),
    "h": ("h", "hr", "hrs", "hour", "hours"),
    "d": ("d", "day", "days"),
    "w": ("w", "week", "weeks"),
}


def parse_duration(text: str) -> int | None:
    """Microseconds of ``7d``, ``90min`` and the like; None for anything else. Units: us ms s min h d w."""
    match = _PARTS.fullmatch(text)
    if match is None or match[2] not in MICROSECONDS or not text.isascii() or " " in text:
        return None
    return int(match[1]) * MICROSECONDS[match[2]]


def written_duration(microseconds: int) -> str:
    """As an author would write it, in the largest unit that gives a whole number: ``7d``, ``90min``."""
    unit = next(unit for unit in reversed(list(MICROSECONDS)) if microseconds % MICROSECONDS[unit] == 0)
    return f"{microseconds // MICROSECONDS[unit]}{unit}"


def suggest_duration(text: str) -> str:
    """How a duration is written, with the likely spelling of this one where there is one."""
    match = re.fullmatch(r"\s*([0-9]+)\s*([A-Za-zµ]+)\s*", text)
    for unit, words in _WORDS.items():
        if match and match[2].lower() in words:
            return f"write `{match[1]}{unit}`"
    return "write a whole number and one of the units us, ms, s, min, h, d, w: `90min`, `7d`"


def read_duration(written: object, node: Node, findings: Findings, least: int = 0) -> int | None:
    """Microseconds of a duration in a document; None where there is none, or with FC106 where it cannot be used."""
    if written is None:
        return None
    text = str(written)
    length = parse_duration(text)
    if length is not None and least <= length <= MAX_MICROSECONDS:
        return length
    if length is None:
        findings.add([Diagnostic("FC106", f"`{text}` is no duration", node.span, "", suggest_duration(text))])
    else:
        cause = "it must be more than nothing" if length < least else "it is longer than 200 years"
        findings.add([Diagnostic("FC106", f"`{text}` cannot be used here", node.span, cause, "write another length")])
    return None
