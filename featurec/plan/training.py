"""Spine and feature requests to a training plan: one lookup per view and role, outputs in the order asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from featurec.analysis.model import AnalyzedProject, AnalyzedView
from featurec.analysis.types import NUMERIC, family
from featurec.analysis.windowed import windowed
from featurec.diagnostic import Diagnostic, did_you_mean
from featurec.plan.nodes import (
    EVENT,
    RESERVED_PREFIX,
    AsOf,
    FeatureColumn,
    Key,
    OnDemand,
    SpineQuery,
    SpineTable,
    Training,
    WindowAgg,
    WindowFeature,
)
from featurec.plan.on_demand import HIDDEN_ROLE, Place, Wanted, input_columns, needs
from featurec.plan.parts import Sizes
from featurec.plan.physical import Physical
from featurec.plan.rows import feature_view, join_keys, output_column, rank_of, rows_of, thinning_of, time_column
from featurec.plan.strategy import Strategies
from featurec.plan.windows import Asked, plan_windows, window_feature
from featurec.source import Span
from featurec.spec import Column, FeatureRequest, Spine

Output = FeatureColumn | WindowFeature

HIDDEN_FEATURE = f"{RESERVED_PREFIX}read_"
"""How outputs begin that only on-demand views read."""


@dataclass(frozen=True)
class TrainingRequest:
    """What ``train`` is asked for.

    Attributes:
        spine: a relation the engine knows, or the name of a ``spines/*.sql``.
        requests: features per view and role, in order.
        strict: only rows usable before the spine time, not at it.
        full_feature_names: name features ``view__feature``.
        with_timestamps: add ``<role>__event_timestamp`` for each lookup.
        strategy: as-of strategy that overrides the dialect's choice.
        window_strategy: window strategy that overrides the choice by what is known of the data.
        spine_rows: how many rows the spine has, where that is known.
        sizes: what decides whether it is computed in parts; None where it never is.
    """

    spine: SpineTable | str
    requests: tuple[FeatureRequest, ...]
    strict: bool = False
    full_feature_names: bool = False
    with_timestamps: bool = False
    strategy: str | None = None
    window_strategy: str | None = None
    spine_rows: int | None = None
    sizes: Sizes | None = None


def plan_training(
    request: TrainingRequest, analyzed: AnalyzedProject, physical: Physical, strategies: Strategies
) -> tuple[Training | None, list[Diagnostic]]:
    """The plan, or every reason why there is none: unknown views and features, missing keys, clashing names."""
    findings: list[Diagnostic] = []
    spine: SpineTable | SpineQuery
    strict = request.strict
    if isinstance(request.spine, str):
        view = analyzed.spines[request.spine]
        assert isinstance(view.spec, Spine)
        spine = SpineQuery(view.name, view.columns, time_column(view, view.spec.timestamp))
        strict = strict or view.spec.strict
    else:
        spine = request.spine
    windowing = replace(strategies.windowing, asked=request.window_strategy, spine_rows=request.spine_rows)
    lookups: dict[str, AsOf] = {}
    windows: list[WindowAgg] = []
    outputs: list[tuple[str, Output]] = []
    beside: list[tuple[str, Output]] = []
    places: dict[Place, str] = {}
    needed = needs(merged(request.requests, findings), analyzed)
    for asked in needed.lookups:
        features = _features(asked, analyzed, findings)
        more = _features(replace(asked, features=needed.beside.get(asked.prefix, ())), analyzed, findings)
        if features is None or more is None:
            continue
        view, role = analyzed.views[asked.view], asked.prefix
        with_timestamp = request.with_timestamps and not role.startswith(HIDDEN_ROLE)
        shown = [replace(f, output=f"{role}__{f.output}") for f in features] if request.full_feature_names else features
        hidden = [replace(f, output=f"{HIDDEN_FEATURE}{n}") for n, f in enumerate(more, len(beside) + 1)]
        places |= {(role, f.output): o.output for f, o in zip([*features, *more], [*shown, *hidden], strict=True)}
        named = [*shown, *hidden]
        latest = tuple(feature for feature in named if isinstance(feature, FeatureColumn))
        sliding = tuple(feature for feature in named if isinstance(feature, WindowFeature))
        keys = _keys(asked, view, analyzed, spine.columns, findings)
        if latest or with_timestamp or not sliding:
            lookups[role] = AsOf(
                role=role,
                rows=rows_of(view, physical),
                keys=keys,
                features=latest,
                rank=rank_of(view, analyzed, physical),
                thinning=thinning_of(view, physical),
                ttl=feature_view(view).ttl,
                strict=strict,
                timestamp_output=f"{role}__event_timestamp" if with_timestamp else None,
                strategy=request.strategy
                or (strategies.asof_stored if view.name in physical.built else strategies.asof_computed),
            )
        if sliding:
            nodes, refused = plan_windows(
                Asked(view, role, keys, sliding, strict, asked.span), analyzed, physical, windowing
            )
            windows += nodes
            findings += refused
        outputs += [(role, feature) for feature in shown]
        beside += [(role, feature) for feature in hidden]
    on_demand = [node for w in needed.wanted if (node := _on_demand(w, request, analyzed, spine, places, findings))]
    outputs += [(node.role, feature) for node in on_demand for feature in node.features]
    outputs = _in_order(request.requests, outputs, request.full_feature_names)
    outputs += [
        (role, FeatureColumn(EVENT, lookup.timestamp_output))
        for role, lookup in lookups.items()
        if lookup.timestamp_output
    ]
    findings += _clashes(spine.columns, outputs, request.full_feature_names)
    if findings:
        return None, findings
    computed = {node.role for node in on_demand}
    looked_up = (*((role, feature) for role, feature in outputs if role not in computed), *beside)
    answer = tuple(feature.output for _, feature in outputs) if on_demand else ()
    return Training(spine, tuple(lookups.values()), tuple(windows), looked_up, tuple(on_demand), answer), []


def _on_demand(
    wanted: Wanted,
    request: TrainingRequest,
    analyzed: AnalyzedProject,
    spine: SpineTable | SpineQuery,
    places: Mapping[Place, str],
    findings: list[Diagnostic],
) -> OnDemand | None:
    """An on-demand view over the rows of the answer; ``places``: what is looked up -> output that holds it."""
    role = wanted.request.prefix
    features = _features(wanted.request, analyzed, findings)
    inputs = input_columns(wanted, spine.columns, findings)
    if features is None or findings:
        return None
    named = [f for f in features if isinstance(f, FeatureColumn)]
    if request.full_feature_names:
        named = [replace(f, output=f"{role}__{f.output}") for f in named]
    reads = {written: places[place] for written, place in wanted.reads.items()}
    by_name = {name.lower(): column for name, column in inputs.items()}
    return OnDemand(role, wanted.view.name, by_name, reads, tuple(named))


def merged(requests: Sequence[FeatureRequest], findings: list[Diagnostic]) -> list[FeatureRequest]:
    """One request per role: ``v:a,w:x,v:b`` makes one lookup in v."""
    merged: dict[str, FeatureRequest] = {}
    for request in requests:
        earlier = merged.setdefault(request.prefix, request)
        if earlier is request:
            continue
        if (earlier.view, dict(earlier.join_keys)) != (request.view, dict(request.join_keys)):
            findings.append(
                Diagnostic(
                    "FC265",
                    f"`{request.prefix}` names two different lookups",
                    request.span,
                    f"one reads `{earlier.view}`, the other `{request.view}`, or by other join keys",
                    "give one of them a name of its own with `as:`",
                )
            )
            continue
        both = earlier.features and request.features and (*earlier.features, *request.features)
        merged[request.prefix] = replace(earlier, features=tuple(dict.fromkeys(both)) if both else None)
    return list(merged.values())


def _features(asked: FeatureRequest, analyzed: AnalyzedProject, findings: list[Diagnostic]) -> list[Output] | None:
    """The features asked of one view; None when the view or one of them does not exist."""
    view = analyzed.views.get(asked.view)
    if view is None:
        findings.append(
            Diagnostic(
                "FC261",
                f"there is no feature view `{asked.view}`",
                asked.span,
                "features are asked for as `view:feature`",
                did_you_mean(asked.view, analyzed.project.views),
            )
        )
        return None
    declared = {f.name: f for f in feature_view(view).features}
    offered = windowed(view)
    names = asked.features if asked.features is not None else (*declared, *offered)
    found: list[Output] = []
    bad = False
    for name in names:
        column = view.column(name)
        if name in offered:
            found.append(window_feature(view, offered[name], name))
        elif column is None:
            accepted = [*declared, *offered, *(c.name for c in view.columns)]
            findings.append(
                Diagnostic(
                    "FC262",
                    f"feature view `{asked.view}` has no feature `{name}`",
                    asked.span,
                    "it is neither declared in the header nor an output column of the SELECT",
                    did_you_mean(name, accepted),
                )
            )
            bad = True
        else:
            feature = declared.get(name) or declared.get(column.name)
            found.append(FeatureColumn(column.name, name, feature.default if feature else None))
    return None if bad else found


def on_demand(view: str, span: Span | None) -> Diagnostic:
    """FC402, for a view that has no rows of its own."""
    return Diagnostic(
        "FC402",
        f"`{view}` is an on-demand view and has no rows",
        span,
        "its SELECT reads fields of a request, and here is none",
        "`featurec train` computes it over a spine, `featurec online get` for a request; `featurec compile` shows its SQL",
    )


def _keys(
    asked: FeatureRequest,
    view: AnalyzedView,
    analyzed: AnalyzedProject,
    spine: Sequence[Column],
    findings: list[Diagnostic],
) -> tuple[Key, ...]:
    by_name = {c.name: c for c in spine}
    folded = {c.name.lower(): c for c in spine}
    keys = []
    for key in join_keys(view, analyzed):
        wanted = asked.join_keys.get(key.name, key.name)
        column = by_name.get(wanted) or folded.get(wanted.lower())
        if column is None:
            findings.append(
                Diagnostic(
                    "FC263",
                    f"the spine has no column `{wanted}`, the join key of `{asked.prefix}`",
                    asked.span,
                    f"`{asked.view}` is looked up by {', '.join(f'`{k.name}`' for k in join_keys(view, analyzed))}",
                    did_you_mean(wanted, by_name)
                    + f"; a key that is called otherwise there is mapped by `join_keys: {{{key.name}: <column>}}`",
                )
            )
        elif not _comparable(key.type, column.type):
            findings.append(
                Diagnostic(
                    "FC266",
                    f"`{column.name}` of the spine is of type {column.type}, the join key `{key.name}` of `{asked.prefix}` is {key.type}",
                    asked.span,
                    "engines would cast one of them, each in its own way, and find other rows or none",
                    f"cast the column to {key.type} when the spine is written, or mend the key's type in entities.yml",
                )
            )
        else:
            keys.append(Key(output_column(view, key.name).name, column.name, key.type or "varchar"))
    return tuple(keys)


def _comparable(key: str | None, spine: str | None) -> bool:
    """Whether values of both types are equal exactly when they mean the same. True where a type is not known well."""
    one, other = family(key), family(spine)
    if one is None or other is None or "other" in (one, other):
        return True
    return one == other or (one in NUMERIC and other in NUMERIC)


def _in_order(
    requests: Sequence[FeatureRequest], outputs: list[tuple[str, Output]], full: bool
) -> list[tuple[str, Output]]:
    """Outputs in the order in which they were asked for, each once."""
    by_name = {(role, f.output.removeprefix(f"{role}__") if full else f.output): (role, f) for role, f in outputs}
    ordered = []
    for request in requests:
        names = request.features or tuple(n for role, n in by_name if role == request.prefix)
        ordered += [by_name[request.prefix, n] for n in names if (request.prefix, n) in by_name]
    return list(dict.fromkeys(ordered))


def _clashes(spine: Sequence[Column], outputs: Sequence[tuple[str, Output]], full: bool) -> list[Diagnostic]:
    """Names that would occur twice in the answer; the case of letters does not part two columns in every engine."""
    owner = {c.name.lower(): "the spine" for c in spine}
    found = []
    for role, feature in outputs:
        name = feature.output.lower()
        if name in owner:
            found.append(
                Diagnostic(
                    "FC264",
                    f"the training set would have two columns `{feature.output}`, of {owner[name]} and of `{role}`",
                    None,
                    "a column name can occur once in a training set",
                    "rename the spine's column"
                    if full
                    else "add --full-feature-names, which names features view__feature",
                )
            )
        owner.setdefault(name, f"`{role}`")
    return found
