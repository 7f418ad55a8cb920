"""What a training set has beside its spine: its features with their types, and notes on how they are computed."""

from dataclasses import replace

from featurec.analysis.model import AnalyzedProject
from featurec.plan.nodes import FeatureColumn, Training
from featurec.plan.on_demand import HIDDEN_ROLE
from featurec.plan.own import note_of
from featurec.plan.physical import Physical
from featurec.spec import Column


def features_of(plan: Training, analyzed: AnalyzedProject) -> tuple[Column, ...]:
    """The features of a training set in the order asked for, with their types."""
    views = {lookup.role: lookup.rows.view for lookup in plan.lookups} | {
        node.role: node.view for node in plan.on_demand
    }
    types = {(role, c.name): c.type for role, view in views.items() for c in analyzed.views[view].columns}
    outputs = (*plan.outputs, *((node.role, feature) for node in plan.on_demand for feature in node.features))
    found = {
        f.output: types.get((role, f.column), "timestamptz") if isinstance(f, FeatureColumn) else f.type
        for role, f in outputs
    }
    return tuple(Column(name, found[name]) for name in (plan.answer if plan.on_demand else found))


def notes_on(plan: Training, physical: Physical) -> tuple[str, ...]:
    """Per view and role where it is read and by which strategy, and for windows why."""

    def place(view: str) -> str:
        built = physical.built.get(view)
        return f"read from {physical.schema}.{built.table}" if built else "computed from its SQL"

    latest = (
        f"{_shown(lookup.role, lookup.rows.view)}: {place(lookup.rows.view)}, as-of by {lookup.strategy}"
        + (f" after thinning ({lookup.thinning.value})" if lookup.thinning.value != "none" else "")
        for lookup in plan.lookups
    )
    windows = (
        note_of(replace(node, role=_shown(node.role, node.rows.view)), place(node.rows.view)) for node in plan.windows
    )
    on_demand = (f"{node.role}: computed per row, by DuckDB" for node in plan.on_demand)
    return (*latest, *windows, *on_demand)


def _shown(role: str, view: str) -> str:
    return f"{view} (for on-demand views)" if role.startswith(HIDDEN_ROLE) else role
