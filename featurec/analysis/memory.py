"""What analysis may remember of an earlier run, so that an unchanged view costs nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from featurec.analysis.model import AnalyzedView
from featurec.diagnostic import Diagnostic
from featurec.spec import FeatureView, Spine


@dataclass(frozen=True)
class Remembered:
    """A view as it was analyzed.

    Attributes:
        view: the result; its map knows the file only.
        parents: fingerprint of each relation that it read. The result holds as long as these are the same.
        findings: what was found in its SQL.
    """

    view: AnalyzedView
    parents: Mapping[str, str]
    findings: tuple[Diagnostic, ...] = ()


class Memory(Protocol):
    """Remembers analyzed views by their file's text; whoever keeps it forgets all when anything else changes."""

    def recall(self, spec: FeatureView | Spine) -> Remembered | None:
        """The view as it was when its file had the same text."""

    def remember(self, known: Remembered) -> None:
        """Keep a view, if its findings can be kept."""
