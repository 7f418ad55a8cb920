"""What a request asks for, whatever its entities."""

from dataclasses import dataclass
from functools import cached_property

from featurec.spec import FeatureRequest


@dataclass(frozen=True, eq=False)
class Question:
    """Features of some views. Those that ask for the same are equal, and are answered by the same query.

    Attributes:
        full: whether names are full: ``view__feature``.
    """

    requests: tuple[FeatureRequest, ...]
    full: bool

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Question) and self._key == other._key)

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(self._key)

    @cached_property
    def _key(self) -> tuple[object, ...]:
        return self.full, tuple((r.view, r.features, r.role, tuple(r.join_keys.items())) for r in self.requests)
