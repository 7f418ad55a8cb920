"""The online read: features of entities as a model gets them at the present instant, by the rules of training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import orjson

from featurec.diagnostic import Diagnostic, did_you_mean
from featurec.online.encoding import decode, default_value, encode_key
from featurec.online.protocol import ActiveView, Lookup, OnlineFeature, OnlineStore, OnlineView, StoredRow
from featurec.online_type import ValueType, key_type, value_type
from featurec.spec import FeatureRequest


class Status(StrEnum):
    """Why a value is what it is. Where it is not PRESENT, the value is the feature's default, else None."""

    PRESENT = "PRESENT"
    NULL_VALUE = "NULL_VALUE"
    NOT_FOUND = "NOT_FOUND"
    OUTSIDE_MAX_AGE = "OUTSIDE_MAX_AGE"


@dataclass(frozen=True)
class OnlineValue:
    """A feature of one entity.

    Attributes:
        value: of the feature's type: int, float, str, bool, Decimal, date, datetime, UUID, bytes, list, dict or None.
        event_timestamp: τ of the row found, also where it is too old; None where there is none.
        as_of: the instant at which a windowed value holds; None for a feature of the latest row, which holds now.
    """

    value: object
    status: Status
    event_timestamp: datetime | None
    as_of: datetime | None = None


@dataclass(frozen=True)
class EntityFeatures:
    """What was asked of one entity: its row of keys as given, and feature name -> value in the order asked for."""

    entity: Mapping[str, object]
    features: Mapping[str, OnlineValue]


def get_online_features(
    store: OnlineStore,
    requests: Sequence[FeatureRequest],
    entity_rows: Sequence[Mapping[str, object]],
    now: datetime,
    full_feature_names: bool = False,
) -> tuple[list[EntityFeatures], list[Diagnostic]]:
    """Features of entities at ``now``, in the order of ``entity_rows``; one query for all views.

    Args:
        requests: views, features and roles, as of a service.
        entity_rows: join key (or the column that a role maps it to) -> value; text is read as the key's type.
        full_feature_names: name features ``role__feature``.

    Returns:
        No results where there are findings: FC940 a view or feature is not in the store, FC941 a key is missing,
        FC942 a key's value is not of its type, FC264 two features have one name.
    """
    findings: list[Diagnostic] = []
    active = store.active({request.view for request in requests})
    asked = [found for r in requests if (found := bound(r, active, full_feature_names, findings))]
    findings += clashes(asked)
    keys = [_keys(lookup, entity_rows, findings) for lookup in asked]
    if findings:
        return [], list(dict.fromkeys(findings))
    rows = store.read([Lookup(a.view, wanted) for a, wanted in zip(asked, keys, strict=True)], now)
    answers: list[dict[str, OnlineValue]] = [{} for _ in entity_rows]
    for lookup, stored in zip(asked, rows, strict=True):
        for answer, row in zip(answers, stored, strict=True):
            answer.update(values(lookup, row))
    return [EntityFeatures(e, a) for e, a in zip(entity_rows, answers, strict=True)], []


@dataclass(frozen=True)
class Asked:
    """One request, bound to the version that is active: output name -> feature with its type.

    ``exported`` is the instant of the version's last export, which was before its rows are read.
    """

    request: FeatureRequest
    view: OnlineView
    exported: datetime
    features: Mapping[str, tuple[OnlineFeature, ValueType]]

    def columns(self) -> list[str]:
        """Where each of the view's join keys stands in an entity row."""
        return [self.request.join_keys.get(key.name, key.name) for key in self.view.join_keys]


def bound(
    request: FeatureRequest, active: Mapping[str, ActiveView], full: bool, findings: list[Diagnostic]
) -> Asked | None:
    """The request, bound to the version that readers see; None, and findings (FC940), where that lacks what is asked."""
    found = active.get(request.view)
    if found is None:
        findings.append(
            Diagnostic(
                "FC940",
                f"`{request.view}` is not in the online store",
                request.span,
                "it was never exported to this target",
                f"featurec run --select {request.view}",
            )
        )
        return None
    offered = {feature.name: feature for feature in found.view.features}
    folded = {name.lower(): feature for name, feature in offered.items()}
    features: dict[str, tuple[OnlineFeature, ValueType]] = {}
    for name in request.features if request.features is not None else offered:
        feature = offered.get(name) or folded.get(name.lower())
        declared = value_type(feature.type) if feature else None
        if feature is None or declared is None:
            findings.append(
                Diagnostic(
                    "FC940",
                    f"`{request.view}:{name}` is not in the online store",
                    request.span,
                    "only features that the header declared when the view was last exported are there",
                    f"{did_you_mean(name, offered)}; declare it under `features:` or `aggregations:`, then "
                    f"featurec run --select {request.view}",
                )
            )
        else:
            features[f"{request.prefix}__{name}" if full else name] = (feature, declared)
    return Asked(request, found.view, found.as_of, features)


def clashes(asked: Sequence[Asked]) -> list[Diagnostic]:
    """FC264 for every name that two features of an answer would have."""
    owner: dict[str, str] = {}
    found = []
    for lookup in asked:
        for name in lookup.features:
            first = owner.setdefault(name, lookup.request.prefix)
            if first != lookup.request.prefix:
                found.append(
                    Diagnostic(
                        "FC264",
                        f"the answer would have two features `{name}`, of `{first}` and of `{lookup.request.prefix}`",
                        lookup.request.span,
                        "a name can occur once in an answer",
                        "add --full-feature-names, which names features view__feature",
                    )
                )
    return found


def _keys(asked: Asked, entity_rows: Sequence[Mapping[str, object]], findings: list[Diagnostic]) -> list[str | None]:
    """The entity key of each row in this lookup."""
    columns = asked.columns()
    types = [kind for key in asked.view.join_keys if (kind := key_type(key.type or ""))]
    keys: list[str | None] = []
    for row in entity_rows:
        missing = [column for column in columns if column not in row]
        if missing:
            findings.append(missing_key(asked, missing[0], row))
            continue
        try:
            keys.append(encode_key(types, [row[column] for column in columns]))
        except ValueError:
            findings += ill_typed_key(asked, columns, types, row)
    return keys


def missing_key(asked: Asked, column: str, row: Mapping[str, object]) -> Diagnostic:
    """FC941: an entity row lacks a join key."""
    return Diagnostic(
        "FC941",
        f"an entity row has no `{column}`",
        asked.request.span,
        f"`{asked.request.prefix}` is looked up by {', '.join(f'`{name}`' for name in asked.columns())}",
        to_add(column, row),
    )


def to_add(column: str, row: Mapping[str, object]) -> str:
    """The fix of a field that an entity lacks."""
    near = did_you_mean(column, row)
    return f"add `{column}` to the entity" + (f"; {near.partition('?')[0]}?" if near.startswith("did you mean") else "")


def ill_typed_key(
    asked: Asked, columns: Sequence[str], types: Sequence[ValueType], row: Mapping[str, object]
) -> list[Diagnostic]:
    """FC942 for every join key whose value is not of its type."""
    found = []
    for key, column, declared in zip(asked.view.join_keys, columns, types, strict=True):
        try:
            encode_key([declared], [row[column]])
        except ValueError as error:
            found.append(
                Diagnostic(
                    "FC942",
                    f"`{column}` is {in_words(row[column])}, which is not a {key.type}",
                    asked.request.span,
                    str(error),
                    f"give a {key.type}, the declared type of the join key `{key.name}`",
                )
            )
    return found


def in_words(value: object) -> str:
    """A value of a request, in words about it. Python writes no number of thousands of digits."""
    try:
        return repr(value)
    except ValueError:
        return f"a {type(value).__name__}"


def values(asked: Asked, row: StoredRow | None) -> dict[str, OnlineValue]:
    """What was asked of one entity, given the row that the store has of it."""
    payload = orjson.loads(row.payload) if row and row.payload else {}
    found = {}
    for output, (feature, declared) in asked.features.items():
        counts = row is not None and (row.fresh or feature.windowed)
        value = decode(declared, payload.get(feature.name)) if counts else None
        status = (
            Status.NOT_FOUND
            if row is None
            else Status.OUTSIDE_MAX_AGE
            if not counts
            else Status.NULL_VALUE
            if value is None
            else Status.PRESENT
        )
        if value is None:
            value = default_value(declared, feature.default)
        found[output] = OnlineValue(
            value, status, row.event_timestamp if row else None, _as_of(asked, row) if feature.windowed else None
        )
    return found


def _as_of(asked: Asked, row: StoredRow | None) -> datetime:
    """An export leaves a row that holds at its instant too as it is, so the value holds at the later of the two."""
    return asked.exported if row is None else max(row.as_of, asked.exported)
