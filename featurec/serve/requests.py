"""Requests as they come, checked by hand: what is asked for, and a column of values for each join key and input."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from featurec.serve.limits import Limits
from featurec.serve.problem import problem
from featurec.spec import FeatureRequest

Row = Mapping[str, object]


@dataclass(frozen=True)
class Given:
    """Entities of a request: a column of values by name, all as long as there are entities."""

    columns: Mapping[str, Sequence[object]]
    count: int

    @property
    def rows(self) -> list[Row]:
        """The same by entity."""
        return [dict(zip(self.columns, values, strict=True)) for values in zip(*self.columns.values(), strict=True)]


def entity_rows(body: Mapping[str, object], wanted: Sequence[str], limits: Limits) -> Given:
    """``entities`` of a row-oriented request: an object each, with the columns that the service needs.

    Raises Problem (422), 413 for too many of them.
    """
    if "entities" not in body:
        raise problem(422, "entities", "the body has no `entities`", fix='"entities": [{"user_id": 1}]')
    rows = body["entities"]
    if not isinstance(rows, list) or not all(row.__class__ is dict for row in rows):
        raise problem(422, "entities", "`entities` is not an array of objects", fix='"entities": [{"user_id": 1}]')
    _count(len(rows), limits)
    columns: dict[str, list[object]] = {}
    for name in wanted:
        try:
            columns[name] = [row[name] for row in rows]
        except KeyError:
            number = next(number for number, row in enumerate(rows) if name not in row)
            fix = f"add `{name}` to each entity; GET /v1/services says which are keys, and which inputs, which may be null"
            raise problem(422, "FC941", f"entity {number} has no `{name}`", "the service needs it", fix) from None
    return Given(columns, len(rows))


def entity_columns(body: Mapping[str, object], limits: Limits) -> Given:
    """``entities`` of a request of Feast's: an array by name. Raises Problem (422), 413 for too many entities."""
    if "entities" not in body:
        raise problem(422, "entities", "the body has no `entities`", fix='"entities": {"user_id": [1, 2]}')
    columns = body["entities"]
    if not isinstance(columns, dict) or not all(column.__class__ is list for column in columns.values()):
        raise problem(422, "entities", "`entities` is not an object of arrays", fix='"entities": {"user_id": [1, 2]}')
    if not columns:
        raise problem(422, "entities", "`entities` names no join key", fix='"entities": {"user_id": [1, 2]}')
    lengths = {len(column) for column in columns.values()}
    if len(lengths) > 1:
        told = ", ".join(f"`{name[:64]}` {len(column)}" for name, column in columns.items())
        raise problem(422, "unequal-columns", "the columns of `entities` are of unequal length", told)
    (count,) = lengths
    _count(count, limits)
    return Given(columns, count)


def flag(body: Mapping[str, object], name: str) -> bool:
    """A boolean that may be left out. Raises Problem (422)."""
    found = body.get(name, False)
    if found is not True and found is not False:
        fix = f'send `"{name}": true`, or leave it out'
        raise problem(422, "not-boolean", f"`{name}` is neither true nor false", fix=fix)
    return bool(found)


def asked_for(body: Mapping[str, object], limits: Limits) -> str | tuple[FeatureRequest, ...]:
    """The service that a request of Feast's names, or the features, by view. Raises Problem (422)."""
    service, features = body.get("feature_service"), body.get("features")
    if (service is None) == (features is None):
        claim = "exactly one of `features` and `feature_service` is asked for"
        fix = 'send `"feature_service": "NAME"` or `"features": ["view:feature"]`'
        raise problem(
            422, "features", claim, "the body has both" if features is not None else "the body has neither", fix
        )
    if service is not None:
        if not isinstance(service, str):
            raise problem(422, "features", "`feature_service` is not text")
        return service
    if not isinstance(features, list):
        fix = '"features": ["view:feature"]'
        raise problem(422, "features", "`features` is not an array of `view:feature`", fix=fix)
    if not features:
        raise problem(422, "features", "`features` is empty", fix='"features": ["view:feature"]')
    if len(features) > limits.features:
        raise problem(422, "too-many-features", f"more than {limits.features} features are asked for")
    views: dict[str, dict[str, None]] = {}
    for reference in features:
        view, colon, feature = reference.partition(":") if isinstance(reference, str) else ("", "", "")
        if not (view and colon and feature):
            cause = f"it is `{reference[:64]}`" if isinstance(reference, str) else "it is not text"
            fix = "name each feature; a service stands for all of its own"
            raise problem(422, "features", "an item of `features` is not `view:feature`", cause, fix)
        views.setdefault(view, {})[feature] = None
    return tuple(FeatureRequest(view, tuple(names)) for view, names in views.items())


def _count(count: int, limits: Limits) -> None:
    if not count:
        raise problem(422, "entities", "`entities` is empty", fix="ask for one entity at least")
    if count > limits.entities:
        fix = "ask for fewer at a time"
        raise problem(413, "too-many-entities", f"{count} entities are asked for", f"{limits.entities} are taken", fix)
