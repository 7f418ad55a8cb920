"""Naive times of several time zones: what clocks somewhere show, and the instant at which they show it.

Where all times of a query are what the clocks of one zone show, they are compared as they are. Where they meet times of
another zone, or instants, each is read in its own. The times of a column are taken to be such as clocks did show: those of
the hour that is left out in spring do not occur in it.
"""

from collections.abc import Iterable

from sqlglot import exp

from featurec.analysis.relation import Output, Relation
from featurec.analysis.time.nodes import Linear, Zone
from featurec.analysis.time.terms import Terms
from featurec.analysis.time.zone_offsets import zone_offsets
from featurec.analysis.types import NAIVE, family

_UTC = frozenset({"UTC", "Etc/UTC", "GMT"})
_CHANGING = (exp.AtTimeZone, exp.FromTimeZone, exp.ConvertTimezone)
_INSTANTS = (exp.DType.TIMESTAMPTZ, exp.DType.TIMESTAMPLTZ)


def zones_meet(tree: exp.Query, relations: Iterable[Relation]) -> bool:
    """Whether naive times of a zone other than UTC meet anything but themselves."""
    outputs = [output for relation in relations for output in relation.outputs]
    zones = _zones(outputs)
    if zones <= _UTC:
        return False
    return (
        len(zones) > 1
        or any(family(output.type) == "timestamptz" for output in outputs)
        or tree.find(*_CHANGING) is not None
        or any(cast.to.this in _INSTANTS for cast in tree.find_all(exp.Cast))
        or any(call.name.lower() == "timezone" for call in tree.find_all(exp.Anonymous))
    )


def has_zones(relations: Iterable[Relation]) -> bool:
    """Whether there are naive times of a zone other than UTC."""
    return not _zones([output for relation in relations for output in relation.outputs]) <= _UTC


def _zones(outputs: Iterable[Output]) -> set[str]:
    """The zones of naive times."""
    return {zone for output in outputs if family(output.type) in NAIVE for zone in output.zones}


def instant(terms: Terms, time: Linear, zone: str | None) -> Linear:
    """The instant at which clocks in a zone show a time; the time itself where no zone is given."""
    offsets = zone_offsets(zone) if zone is not None else None
    if zone is None or offsets is None:
        return time
    least, greatest = offsets
    if least == greatest:
        return time.shifted(-least)
    return Linear(terms.term(Zone(time.plus, time.offset, zone, local=False, least=least, greatest=greatest)))
