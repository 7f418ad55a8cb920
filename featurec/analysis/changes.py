"""What has changed about a view since it was built, or since a manifest was written, and how much that matters."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from featurec.analysis.definition import Definition, definition
from featurec.analysis.model import AnalyzedProject
from featurec.duration import written_duration

Grade = Literal["metadata", "additive", "values", "keys"]
"""How much a change matters: no table changes; what is there keeps its values; values change; rows are told apart otherwise."""

GRADES: tuple[Grade, ...] = ("metadata", "additive", "values", "keys")

Status = Literal["new", "changed", "parent", "metadata", "unchanged", "removed"]


@dataclass(frozen=True)
class Change:
    """One thing that differs. ``what`` is for people: ``SQL of `amount```."""

    grade: Grade
    what: str


@dataclass(frozen=True)
class Before:
    """What there was: the fingerprint of each view, and what is known of definitions, by view and fingerprint."""

    fingerprints: Mapping[str, str]
    definitions: Mapping[tuple[str, str], Definition]


@dataclass(frozen=True)
class Comparison:
    """A view beside what it was.

    Attributes:
        status: ``parent`` where only what it reads has changed, ``metadata`` where no value and no table does.
        grade: the worst of its changes; None without any.
        lost: feature that is there no more, or has another type -> what became of it.
    """

    view: str
    status: Status
    changes: tuple[Change, ...] = ()
    lost: Mapping[str, str] | None = None

    @property
    def grade(self) -> Grade | None:
        return worst(change.grade for change in self.changes)


def worst(grades: Iterable[Grade]) -> Grade | None:
    """The one that matters most; None of none."""
    return max(grades, key=GRADES.index, default=None)


def compare(before: Before, fingerprints: Mapping[str, str], definitions: Mapping[str, Definition]) -> list[Comparison]:
    """Every view beside what it was: those that there are, then those that are gone.

    Args:
        fingerprints, definitions: of the views as they are now, by view.
    """
    comparing = _Comparing(before, fingerprints, definitions)
    found = [comparing.view(name) for name in fingerprints]
    return found + [Comparison(name, "removed") for name in sorted(set(before.fingerprints) - set(fingerprints))]


_OF_FEATURE = "description of `"

DESCRIBING = frozenset({"description", "owner", "tags", "meta", "deprecated"})
"""Of what is told of a view, that which changes nothing of what is done with it."""


def states(analyzed: AnalyzedProject, before: Before, spines: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Key of each view and spine that is not as it was -> ``new``, ``modified``. What only describes does not count.

    What cannot be understood is modified: nobody can say that it is as it was.

    Args:
        spines: name -> fingerprint that each spine had.
    """
    prints = {name: analyzed.views[name].fingerprint for name in analyzed.order}
    found: dict[str, frozenset[str]] = {}
    both, modified = frozenset({"new", "modified"}), frozenset({"modified"})
    for one in compare(before, prints, {name: definition(analyzed.views[name], analyzed) for name in prints}):
        if one.status == "new":
            found[f"view.{one.view}"] = both
        elif one.status in ("changed", "parent") or (one.status == "metadata" and _is_notable(one)):
            found[f"view.{one.view}"] = modified
    for name, spine in analyzed.spines.items():
        if spines.get(name) != spine.fingerprint:
            found[f"spine.{name}"] = modified if name in spines else both
    for view in analyzed.project.views.values():
        if view.name not in analyzed.views:
            found[view.key] = modified if view.name in before.fingerprints else both
    for unit in analyzed.project.spines.values():
        if unit.name not in analyzed.spines:
            found[unit.key] = modified if unit.name in spines else both
    return found


def _is_notable(one: Comparison) -> bool:
    describing = {f"header `{name}`" for name in DESCRIBING}
    return any(change.what not in describing and not change.what.startswith(_OF_FEATURE) for change in one.changes)


class _Comparing:
    """Comparisons that look up each other's."""

    def __init__(self, before: Before, fingerprints: Mapping[str, str], definitions: Mapping[str, Definition]) -> None:
        self._before = before
        self._fingerprints = fingerprints
        self._definitions = definitions
        self._between = cache(self._changes)

    def view(self, name: str) -> Comparison:
        old = self._before.fingerprints.get(name)
        if old is None:
            return Comparison(name, "new")
        changes = self._between(name, old)
        if old == self._fingerprints[name]:
            return Comparison(name, "metadata" if changes else "unchanged", changes)
        was = self._before.definitions.get((name, old))
        lost = dict(_lost(was["features"], self._definitions[name]["features"])) if was else {}
        own = was is None or any(
            not change.what.startswith("parent ") for change in changes if change.grade != "metadata"
        )
        return Comparison(name, "changed" if own else "parent", changes, lost)

    def _changes(self, name: str, old: str) -> tuple[Change, ...]:
        was, now = self._before.definitions.get((name, old)), self._definitions[name]
        if was is None:
            if old == self._fingerprints[name]:
                return ()
            return (Change("values", "its definition; what it was is not on record"),)
        found = list(_differences(was, now))
        found += self._parents(was["parents"], now["parents"])
        if not any(change.grade != "metadata" for change in found) and old != self._fingerprints[name]:
            found.append(Change("additive", "the order of its features"))
        return tuple(found)

    def _parents(self, was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Change]:
        for key in sorted(was.keys() & now.keys()):
            name = key.removeprefix("view.")
            if key.startswith("view.") and was[key] != now[key] and name in self._definitions:
                grade = worst(change.grade for change in self._between(name, was[key]))
                yield Change("additive" if grade in (None, "metadata") else grade, f"parent `{name}`")


def _differences(was: Definition, now: Definition) -> Iterator[Change]:
    """What differs of a view itself, and of what is declared of the sources that it reads."""
    for name in ("rules", "dialect"):
        if was["query"][name] != now["query"][name]:
            what = "the rules of time of this featurec" if name == "rules" else "header `dialect`"
            yield Change("values", what)
    yield from _sql(was, now)
    for name in sorted(now["header"]):
        if was["header"].get(name) != now["header"][name]:
            old, new = _written(name, was["header"].get(name)), _written(name, now["header"][name])
            yield Change("keys" if name in ("timestamp", "row_key") else "values", f"header `{name}`: {old} → {new}")
    if was["entities"] != now["entities"]:
        same = was["entities"]["entities"] == now["entities"]["entities"]
        yield Change("keys", "type or name of a join key" if same else "header `entities`")
    yield from _features(was, now)
    yield from _sources(was, now)
    yield from _told(was["told"], now["told"])


def _sources(was: Definition, now: Definition) -> Iterator[Change]:
    for name in sorted(was["sources"].keys() & now["sources"].keys()):
        if was["sources"][name] != now["sources"][name]:
            yield Change("values", f"declaration of source `{name}`")
    for name in sorted(was["columns"].keys() & now["columns"].keys()):
        if was["columns"][name] != now["columns"][name]:
            yield Change("values", f"type of `{name}` in its source: {was['columns'][name]} → {now['columns'][name]}")
    added = {name.rpartition(".")[0] for name in now["columns"].keys() - was["columns"].keys()}
    gone = {name.rpartition(".")[0] for name in was["columns"].keys() - now["columns"].keys()}
    for name in sorted((added | gone) & was["sources"].keys() & now["sources"].keys()):
        yield Change("additive", f"columns of source `{name}`")


def _told(was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Change]:
    for name in sorted(now):
        if was.get(name) != now[name]:
            feature = name.removeprefix("feature ")
            if feature == name:
                yield Change("metadata", f"header `{name}`")
            elif name in was:
                yield Change("metadata", f"{_OF_FEATURE}{feature}`")


def _sql(was: Definition, now: Definition) -> Iterator[Change]:
    before, after = was["query"], now["query"]
    same = before["sql"] == after["sql"]
    if same and (before.get("whole"), "whole" in before) == (after.get("whole"), True):
        return
    if same and "whole" not in before and "whole" not in after and was["parents"] == now["parents"]:
        return
    if "rest" not in before or before["rest"] != after.get("rest"):
        yield Change(
            "values", "columns of what it reads, which its SQL does not name" if same else "SQL: which rows there are"
        )
        return
    old = {name.removeprefix("column "): text for name, text in before.items() if name.startswith("column ")}
    new = {name.removeprefix("column "): text for name, text in after.items() if name.startswith("column ")}
    keys = {name.lower() for name in (*now["keys"], now["header"]["timestamp"].strip('"'))}
    for name in sorted(old.keys() & new.keys()):
        if old[name] != new[name]:
            yield Change("keys" if name.lower() in keys else "values", f"SQL of `{name}`")
    for name in sorted(old.keys() - new.keys()):
        if name not in was["features"]:
            yield Change("values", f"column `{name}` is gone")
    for name in sorted(new.keys() - old.keys()):
        if name not in now["features"]:
            yield Change("additive", f"column `{name}` is new")
    if before["sql"] != after["sql"] and old == new:
        yield Change("additive", "SQL: written otherwise, with the same meaning")


def _features(was: Definition, now: Definition) -> Iterator[Change]:
    for name, what in sorted(_lost(was["features"], now["features"])):
        yield Change("values", f"feature `{name}` {what}")
    for name in sorted(now["features"].keys() - was["features"].keys()):
        yield Change("additive", f"feature `{name}` is new")
    both = was["features"].keys() & now["features"].keys()
    for name in sorted(both):
        if was["aggregations"].get(name) != now["aggregations"].get(name):
            yield Change("values", f"aggregation of `{name}`")
        if was["defaults"].get(name) != now["defaults"].get(name):
            old, new = was["defaults"].get(name, "none"), now["defaults"].get(name, "none")
            yield Change("values", f"default of `{name}`: {old} → {new}")


def _lost(was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Features that whoever reads them misses, or gets as another type."""
    for name, kind in was.items():
        if name not in now:
            yield name, "is gone"
        elif now[name] != kind:
            yield name, f"has another type: {kind} → {now[name]}"


def _written(name: str, text: str | None) -> str:
    """A header's value as an author writes it."""
    if text is None or text in ("null", "[]"):
        return "none"
    if name in ("delay", "ttl"):
        return written_duration(int(text))
    return text.strip('"')
