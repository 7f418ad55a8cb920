"""Checks that a view's rows are known at their stamps: the checker's single entrance."""

from collections.abc import Mapping
from dataclasses import replace

from sqlglot import exp

from featurec.analysis.model import RELATION_DB, Lineage, TimeVerdicts
from featurec.analysis.time.claims import Claim, breaches
from featurec.analysis.time.clocks import has_zones, zones_meet
from featurec.analysis.time.idioms import plainly
from featurec.analysis.time.queries import Queries
from featurec.analysis.time.scans import Knowledge
from featurec.analysis.time.stamps import Stamps
from featurec.analysis.time.tables import Table
from featurec.analysis.time.verdicts import Verdicts
from featurec.analysis.upstream import Catalog
from featurec.diagnostic import Diagnostic
from featurec.source import Span
from featurec.spec import FeatureView, Project, Spine
from featurec.template import Rendered


def knowledge(project: Project) -> dict[str, Knowledge]:
    """What is declared of each relation of a project, by its key."""
    sources = {key: Knowledge.of_source(table) for key, table in project.sources.items()}
    return sources | {view.key: Knowledge.of_view(view) for view in project.views.values()}


def check_time(
    spec: FeatureView | Spine,
    rendered: Rendered,
    tree: exp.Query,
    catalog: Catalog,
    known: Mapping[str, Knowledge],
    places: Mapping[str, Span],
    lineage: Lineage,
    zones: Mapping[str, str],
) -> tuple[list[Diagnostic], TimeVerdicts | None]:
    """What of a view's or spine's rows is not known at their stamp, or cannot be shown to be.

    Args:
        tree: its SQL, qualified, names folded.
        catalog: the relations that it reads.
        known: what is declared of them.
        places: output name -> where the author names it.
        lineage: of its columns.
        zones: output name -> zone of its naive times.

    Returns:
        Findings FC301–FC315 and FC399, none where everything is proved; and what is said of each column and of the rows,
        None where nothing is claimed.
    """
    claim = claim_of(spec)
    if claim is None:
        return [], None
    if isinstance(spec, FeatureView) and spec.inputs:
        known = {key: Knowledge.at_request(found.name) for key, found in known.items()}
    if isinstance(spec, Spine):
        known = _with_labels(known, spec, lineage)
    queries, table, claim = worked_out(claim, tree, catalog, known, zones, spec.dialect)
    labels, stamp = claim.labels, claim.stamp
    verdicts = Verdicts(queries.terms)
    found = breaches(queries, table, claim, verdicts)
    said = verdicts.of(name for name in table.keys if name not in (labels or ()))
    if not found:
        return [], said
    # What explains findings is imported when there is one to explain.
    from featurec.analysis.time.consolidation import consolidated
    from featurec.analysis.time.messages import Scene, finding

    stamps = Stamps(tree, stamp[0] if stamp else None)
    scene = Scene(spec, rendered, tree, stamps, places, {found.name: found for found in known.values()})
    named = consolidated(found, queries, stamps)
    return [finding(breach, queries.node(breach.at, tree), scene) for breach in named], said


def worked_out(
    claim: Claim,
    tree: exp.Query,
    catalog: Catalog,
    known: Mapping[str, Knowledge],
    zones: Mapping[str, str],
    dialect: str,
    *,
    backward: bool = False,
) -> tuple[Queries, Table, Claim]:
    """The relation of a whole query, and what is claimed of it, columns as they are folded.

    Args:
        backward: how old the rows are that it is made of is asked, in instants, in whatever zone clocks show them.
    """
    read = {table.name for table in tree.find_all(exp.Table) if table.db == RELATION_DB}
    relations = [catalog.relation(key, dialect) for key in sorted(read)]
    zoned = zones_meet(tree, relations) or (backward and has_zones(relations))
    queries = Queries(dialect, catalog, known, zoned=zoned, backward=backward)
    plain = plainly(tree)
    queries.stamped = plain, frozenset(name.lower() for name in claim.stamp) | frozenset(claim.stamp)
    table = queries.relation(plain, None, {})
    folded = {key.lower(): key for key in table.keys}
    stamp = tuple(folded.get(name.lower(), name) for name in claim.stamp)
    labels = None if claim.labels is None else frozenset(folded.get(n.lower(), n) for n in claim.labels)
    stamp_zones = tuple(zones.get(name) if zoned else None for name in claim.stamp)
    return queries, table, Claim(stamp, claim.delay, labels, stamp_zones)


def claim_of(spec: FeatureView | Spine) -> Claim | None:
    """What is claimed, columns as they are declared; None for a query without keys and times."""
    if isinstance(spec, Spine):
        return Claim((spec.timestamp,), labels=frozenset(spec.labels))
    if spec.timestamp is None:
        return Claim(()) if spec.inputs else None
    return Claim((spec.timestamp, *((spec.available_at,) if spec.available_at else ())), spec.delay)


def _with_labels(known: Mapping[str, Knowledge], spine: Spine, lineage: Lineage) -> dict[str, Knowledge]:
    """What is known of relations as a spine reads them: a column that only labels are made of is a label too."""
    names = {name.lower() for name in spine.labels}
    made: dict[bool, set[tuple[str, str]]] = {True: set(), False: set()}
    for name, edges in lineage.columns.items():
        made[name.lower() in names] |= {(edge.relation, edge.column) for edge in edges if edge.kind == "value"}
    found = dict(known)
    for relation, column in made[True] - made[False]:
        found[relation] = replace(found[relation], labels=found[relation].labels | {column})
    return found
