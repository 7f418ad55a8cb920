"""What is said of a breach beside its cause."""

from collections.abc import Callable
from dataclasses import dataclass

from featurec.analysis.time.messages.scene import Subject


@dataclass(frozen=True)
class Said:
    """Claim and fix."""

    claim: str
    fix: str


Saying = Callable[[Subject], Said]
