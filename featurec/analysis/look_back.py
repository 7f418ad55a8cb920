"""How far before a row the source rows lie that it is computed from."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from featurec.analysis.model import AnalyzedProject, AnalyzedView
from featurec.analysis.qualify import qualified_copy
from featurec.analysis.upstream import Catalog, Upstream
from featurec.spec import FeatureView

if TYPE_CHECKING:
    from featurec.analysis.time.claims import Claim
    from featurec.analysis.time.queries import Queries
    from featurec.analysis.time.tables import Table

_BREACHES = {
    "FC304": "it reads the clock",
    "FC307": "it reads what is rewritten in place",
    "FC308": "it reads labels",
    "FC311": "a later row may take the place of one of its rows",
    "FC312": "its values may differ from run to run",
    "FC313": "nothing is said of when rows that it reads became known",
    "FC399": "whether all that it reads is known at its times could not be shown",
}
_LEAKS = "it reads rows that become known after its own"


@dataclass(frozen=True)
class LookBack:
    """What of its sources the rows of a view depend on.

    Attributes:
        reaches: key of a relation that the view reads -> microseconds L: for a row that may be used from a on, rows of the
            relation that became known before a − L do not matter. Relations that are not here, such as static ones, are read
            in full.
        reason: why nothing bounds it, for people; empty where it is bounded.
        steady: whether rows stay as they are while rows of its relations only come that are known later. Where that is not
            proved, nothing bounds it either.
    """

    reaches: Mapping[str, int]
    reason: str = ""
    steady: bool = True


def look_back_of(view: AnalyzedView, analyzed: AnalyzedProject) -> LookBack:
    """How far before its rows a view looks. It takes as long as checking the view's times twice.

    Bounded is only what is proved to be known at its stamp: what comes later changes rows that are built.
    """
    # A third of what a command imports, which one that builds nothing by slices can do without.
    from featurec.analysis.time.claims import breaches
    from featurec.analysis.time.verdicts import Verdicts

    worked = _worked_out(view, analyzed, backward=False)
    if worked is None:
        return LookBack({}, "its rows have no time", steady=False)
    queries, table, claim = worked
    found = breaches(queries, table, claim, Verdicts(queries.terms))
    if found:
        return LookBack({}, next((_BREACHES[b.rule] for b in found if b.rule in _BREACHES), _LEAKS), steady=False)
    return age_of(view, analyzed)


def age_of(view: AnalyzedView, analyzed: AnalyzedProject) -> LookBack:
    """How old the rows may be that a row of a view is made of, whether or not all of them are known at its stamp."""
    from featurec.analysis.time.reach import reaches

    worked = _worked_out(view, analyzed, backward=True)
    if worked is None:
        return LookBack({}, "its rows have no time")
    lengths, reason = reaches(*worked)
    return LookBack(lengths, reason)


def undated_of(view: AnalyzedView, analyzed: AnalyzedProject) -> frozenset[str]:
    """The sources of which rows whose own time is NULL may have a part in the rows of a view.

    The time checker takes for granted that there are none. Where there are, the rows of the others come of rows that have a time.
    """
    from featurec.analysis.time.reach import undated

    worked = _worked_out(view, analyzed, undated=True)
    sources = frozenset(key for key in view.relations if not key.startswith("view."))
    return sources if worked is None else sources & undated(*worked, sources)


def _worked_out(
    view: AnalyzedView, analyzed: AnalyzedProject, *, backward: bool = False, undated: bool = False
) -> "tuple[Queries, Table, Claim] | None":
    """As of ``check.worked_out``; None for a view whose rows have no time.

    With ``undated``, all that rows of sources wait for is that they have a time.
    """
    from featurec.analysis.time.check import claim_of, knowledge, worked_out

    spec = view.spec
    claim = claim_of(spec)
    if claim is None or not isinstance(spec, FeatureView) or not claim.stamp:
        return None
    catalog = _catalog(view, analyzed)
    tree, _ = qualified_copy(view.resolved_tree(), view.relations, spec.dialect, catalog)
    known = knowledge(analyzed.project)
    if undated:
        sources = analyzed.project.sources
        known = {
            key: found.with_undated() if key in sources else replace(found, known_at=()) for key, found in known.items()
        }
    return worked_out(claim, tree, catalog, known, view.zones, spec.dialect, backward=backward)


def _catalog(view: AnalyzedView, analyzed: AnalyzedProject) -> Catalog:
    catalog = Catalog()
    for key in view.relations:
        if key.startswith("view."):
            catalog.add(Upstream.of_view(analyzed.views[key.removeprefix("view.")]))
        else:
            catalog.add(Upstream.of_source(analyzed.project.sources[key], ""))
    return catalog
