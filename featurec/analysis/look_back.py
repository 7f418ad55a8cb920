"""How far before a row the source rows lie that it is computed from."""

from collections.abc import Mapping
from dataclasses import dataclass

from featurec.analysis.model import AnalyzedProject, AnalyzedView


@dataclass(frozen=True)
class LookBack:
    """What of its sources the rows of a view depend on.

    Attributes:
        reaches: key of a relation that the view reads -> microseconds L: for a row that may be used from a on, rows of the
            relation that became known before a − L do not matter. Relations that are not here, such as static ones, are read
            in full.
        reason: why nothing bounds it, for people; empty where it is bounded.
    """

    reaches: Mapping[str, int]
    reason: str = ""


def look_back_of(view: AnalyzedView, analyzed: AnalyzedProject) -> LookBack:
    """How far before its rows a view looks."""
    return LookBack({}, "it has not been worked out")
