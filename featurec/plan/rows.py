"""The rows of a view: read from its table or computed, how they rank, and what they need before a native join."""

from featurec.analysis.model import AnalyzedProject, AnalyzedView
from featurec.plan.nodes import Cast, Rank, Rows, StoredRows, Thinning, TimeColumn, ViewRows
from featurec.plan.physical import Physical
from featurec.spec import Column, FeatureView


def view_rows(view: AnalyzedView) -> ViewRows:
    """The view's rows from the author's SQL. The view has a timestamp (it is not on-demand)."""
    spec = feature_view(view)
    assert spec.timestamp is not None
    return ViewRows(
        view=view.name,
        columns=columns(view),
        event=time_column(view, spec.timestamp),
        available=time_column(view, spec.available_at) if spec.available_at else None,
        created=time_column(view, spec.created_timestamp) if spec.created_timestamp else None,
        delay=spec.delay,
    )


def rows_of(view: AnalyzedView, physical: Physical) -> Rows:
    """The view's rows from its built table where there is one."""
    built = physical.built.get(view.name)
    return StoredRows(view.name, (physical.schema, built.table), columns(view)) if built else view_rows(view)


def rank_of(view: AnalyzedView, analyzed: AnalyzedProject, physical: Physical) -> Rank:
    """The view's rank; τ alone where the built table has no two rows of one key and time."""
    built = physical.built.get(view.name)
    if built and built.unique:
        return Rank(created=False, available=False, columns=())
    spec = feature_view(view)
    settled = {key.name for key in join_keys(view, analyzed)}
    for name in filter(None, (spec.timestamp, spec.available_at, spec.created_timestamp)):
        time = time_column(view, name)
        # Two local times may be one instant; elsewhere equal instants have equal columns.
        if time.type == "timestamptz" or time.zone == "UTC":
            settled.add(time.name)
    rest = tuple(c for c in view.columns if c.name not in settled)
    return Rank(created=bool(spec.created_timestamp), available=bool(spec.available_at), columns=rest)


def thinning_of(view: AnalyzedView, physical: Physical) -> Thinning:
    """What must happen to the view's rows before a native as-of join may pick from them."""
    built = physical.built.get(view.name)
    if built and built.unique and built.ordered:
        return Thinning.NONE
    if feature_view(view).available_at:
        return Thinning.RUNNING_MAXIMUM
    # Without available_at, a = τ + delay: rows compete only where τ is equal.
    return Thinning.NONE if built and built.unique else Thinning.TIES


def columns(view: AnalyzedView) -> tuple[Cast, ...]:
    """The output columns; those whose declared type is not provably theirs already get a cast."""
    return tuple(Cast(c.name, None if c.type == view.inferred.get(c.name) else c.type) for c in view.columns)


def time_column(view: AnalyzedView, name: str) -> TimeColumn:
    """An output column as the source of an instant."""
    column = output_column(view, name)
    kind = (column.type or "timestamptz").lower()
    return TimeColumn(
        column.name, "timestamp" if kind.startswith("timestamp_") else kind, view.zones.get(column.name, "UTC")
    )


def output_column(view: AnalyzedView, name: str) -> Column:
    """The output column of that name. Analysis has checked that it is there."""
    column = view.column(name)
    assert column is not None, f"{view.name} has no column {name}"
    return column


def join_keys(view: AnalyzedView, analyzed: AnalyzedProject) -> tuple[Column, ...]:
    """The join keys of all entities of a view, each once, under the name of its output column, with the entity's type."""
    found = {
        key.name: Column(output_column(view, key.name).name, key.type)
        for entity in view.spec.entities
        for key in analyzed.project.entities[entity].join_keys
    }
    return tuple(found.values())


def feature_view(view: AnalyzedView) -> FeatureView:
    """The declaration of a view that is not a spine."""
    assert isinstance(view.spec, FeatureView)
    return view.spec
