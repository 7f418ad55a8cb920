"""Findings gathered along the way of a stage."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from featurec.diagnostic import Diagnostic


@dataclass
class Findings:
    """What was found so far, in order."""

    items: list[Diagnostic] = field(default_factory=list)

    def add(self, found: Sequence[Diagnostic]) -> None:
        """Record further findings; an empty sequence is none."""
        self.items.extend(found)
