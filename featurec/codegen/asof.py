"""As-of lookups: one row of a view per spine row, by a skeleton of ``templates/sql/asof``."""

from types import SimpleNamespace
from typing import Any

from featurec.codegen.query import Query
from featurec.codegen.ranking import rank_terms, tie_break
from featurec.codegen.spelling import environment, literal
from featurec.plan.nodes import EVENT, AsOf, FeatureColumn, Thinning

PICKING = frozenset({"row_number", "window_union"})
"""Strategies that read the spine once more than the answer does."""
_NEEDS_THINNED = frozenset({"asof_join", "window_union"})


def join_asof(query: Query, lookup: AsOf) -> str:
    """The join that brings the row found; what it needs becomes common table expressions."""
    skeleton: Any = environment(query.dialect).get_template(f"asof/{lookup.strategy}.sql").module
    values = _values(query, lookup)
    body = skeleton.pick(values).strip()
    if body:
        query.cte(values.picked, body)
    return str(skeleton.join(values)).strip()


def asof_output(query: Query, lookup: AsOf, feature: FeatureColumn) -> str:
    """One feature in the answer: NULL past its TTL, its default where it has one."""
    alias = query.id(lookup.role)
    expression = f"{alias}.{query.id(feature.column) if feature.column != EVENT else EVENT}"
    if lookup.ttl is not None and feature.column != EVENT:
        bound = f"__fc_spine.__fc_time - {query.dialect.interval(lookup.ttl)}"
        expression = f"CASE WHEN {alias}.__fc_event >= {bound} THEN {expression} END"
    if feature.default is not None:
        expression = f"COALESCE({expression}, {literal(feature.default, query.dialect)})"
    return f"{expression} AS {query.id(feature.output)}"


def _values(query: Query, lookup: AsOf) -> SimpleNamespace:
    wanted = dict.fromkeys(query.id(f.column) for f in lookup.features)
    rows = query.part_rows(lookup.rows)
    return SimpleNamespace(
        alias=query.id(lookup.role),
        picked=f"__fc_pick_{lookup.role}",
        rows=rows,
        thinned=_thinned(query, lookup) if lookup.strategy in _NEEDS_THINNED else rows,
        thin=lookup.thinning is Thinning.NONE,
        columns=list(wanted),
        keys=[
            SimpleNamespace(view=query.id(k.view), spine=query.id(k.spine), column=f"__fc_key_{n}")
            for n, k in enumerate(lookup.keys, 1)
        ],
        key_columns=[f"__fc_key_{n}" for n in range(1, len(lookup.keys) + 1)],
        rank_descending=rank_terms(query, lookup.rank, "candidate."),
        strict=lookup.strict,
    )


def _thinned(query: Query, lookup: AsOf) -> str:
    """The lookup's rows with rank rising strictly with a; the rows themselves where they are so already."""
    relation = query.part_rows(lookup.rows)
    if lookup.thinning is Thinning.NONE:
        return relation
    name = f"__fc_thin_{lookup.rows.view}"
    if name in query.ctes:
        return name
    return query.cte(
        name,
        query.render(
            f"thin/{lookup.thinning.value}.sql",
            relation=relation,
            keys=[query.id(k.view) for k in lookup.keys],
            tie_break=", ".join(tie_break(query, lookup.rank)),
            rank_ascending=rank_terms(query, lookup.rank, descending=False),
            by_event=lookup.rank.by_event_alone,
        ),
    )
