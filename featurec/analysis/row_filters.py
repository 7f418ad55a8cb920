"""The filters of aggregations: each is one condition on a row of the view, checked as the view's own SQL is."""

from collections.abc import Mapping
from dataclasses import replace

from featurec.analysis.model import AnalyzedView
from featurec.analysis.row_condition import Role, RowCondition
from featurec.analysis.time.check import check_time
from featurec.analysis.time.scans import Knowledge
from featurec.diagnostic import Diagnostic
from featurec.source import Span
from featurec.spec import FeatureView

_ROLE = Role(
    title="filter",
    kind="filter",
    code="FC403",
    alone="it is asked of each row of the view alone, before any is aggregated",
    elsewhere="compute it in the view's SELECT, and compare that column here",
    reads="a filter reads the columns that the view's SELECT outputs",
)


def check_filters(
    view: AnalyzedView, known: Mapping[str, Knowledge], places: Mapping[str, Span]
) -> tuple[dict[str, str], list[Diagnostic]]:
    """Check every filter of a feature view.

    Args:
        view: all else of it.
        known: what is declared of relations, the view's own rows included.
        places: output name -> where the SELECT says it.

    Returns:
        Filter as written -> the condition in the same dialect, columns quoted and without a table, for those that can
        be understood; and findings: those of a view's SQL, and FC403 for what is no condition on one row.
    """
    filters: dict[str, str] = {}
    findings: list[Diagnostic] = []
    aggregations = view.spec.aggregations if isinstance(view.spec, FeatureView) else ()
    for text, aggregation in {a.filter: a for a in reversed(aggregations) if a.filter is not None}.items():
        role = replace(_ROLE, title=f"filter of {aggregation.name or aggregation.function}")
        span = aggregation.filter_span or view.spec.title
        condition = RowCondition(view, text, span, role)
        understood, found = condition.check()
        findings += found
        if understood is not None:
            filters[text] = understood.sql
            known_places = {**places, role.title: span}
            findings += check_time(
                condition.spec,
                condition.rendered,
                understood.tree,
                understood.catalog,
                known,
                known_places,
                view.lineage,
                view.zones,
            )[0]
    return filters, findings
