"""Which relation a plain table name means: the names that a project's sources and views answer to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from featurec.spec import Project


@dataclass(frozen=True)
class RelationNames:
    """All names of relations, in lower case; several keys where a name is ambiguous.

    Attributes:
        keys: every relation key (``source.nyc.arrivals``, ``view.delays``).
        qualified: ``nyc.arrivals`` and, for a source with a schema, ``raw_nyc.arrivals`` -> keys.
        bare: ``arrivals`` -> keys of source tables and views called so.
        unread: names of view files whose declaration could not be read; what reads them is left out silently.
    """

    keys: frozenset[str]
    qualified: Mapping[str, tuple[str, ...]]
    bare: Mapping[str, tuple[str, ...]]
    unread: frozenset[str] = field(default=frozenset())

    @classmethod
    def of(cls, project: Project) -> "RelationNames":
        """The names of a project's sources and views."""
        qualified: dict[str, list[str]] = {}
        physical: dict[str, list[str]] = {}
        bare: dict[str, list[str]] = {}
        for table in project.sources.values():
            qualified.setdefault(f"{table.source}.{table.name}".lower(), []).append(table.key)
            if table.schema:
                physical.setdefault(f"{table.schema}.{table.table}".lower(), []).append(table.key)
            bare.setdefault(table.name.lower(), []).append(table.key)
        for view in project.views.values():
            bare.setdefault(view.name, []).append(view.key)
        keys = frozenset((*project.sources, *(view.key for view in project.views.values())))
        return cls(keys, _frozen({**physical, **qualified}), _frozen(bare), _unread(project))

    def candidates(self, parts: Sequence[str], reader: str) -> tuple[str, ...]:
        """Keys of the relations that a dotted name may mean in the SQL of the relation ``reader``.

        A view that reads a table of its own name means the table.
        """
        if len(parts) == 1:
            found = self.bare.get(parts[0].lower(), ())
            others = tuple(key for key in found if key != reader)
            return others or found
        return self.qualified.get(".".join(parts).lower(), ())

    def spellings(self) -> Iterable[str]:
        """Every name that may be written, for suggestions."""
        return (*self.bare, *self.qualified)


def _frozen(names: Mapping[str, list[str]]) -> Mapping[str, tuple[str, ...]]:
    return {name: tuple(keys) for name, keys in names.items()}


def _unread(project: Project) -> frozenset[str]:
    stems = (path.rpartition("/")[2].removesuffix(".sql") for path in project.files if path.startswith("features/"))
    return frozenset(stem for stem in stems if stem not in project.views)
