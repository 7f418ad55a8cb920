"""Which services there are, what they ask for and give, and which of them can be answered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import orjson

from featurec.diagnostic import Diagnostic
from featurec.online.on_demand import Prepared
from featurec.serve.bound import Bound
from featurec.serve.endpoints import Endpoints
from featurec.serve.problem import Problem
from featurec.serve.question import Question
from featurec.serve.tokens import Token


@dataclass(frozen=True)
class _Offered:
    """A feature of a service; ``view`` is the role's name where it is computed."""

    name: str
    view: str
    feature: str
    type: str
    windowed: bool


def listing(endpoints: Endpoints, token: Token | None) -> bytes:
    """Services that the caller may read, as JSON: name, whether it is ready, entities, inputs, features with types."""
    services = [_service(endpoints, name) for name in endpoints.services if token is None or token.may_read(name)]
    return orjson.dumps({"services": services})


def unready(endpoints: Endpoints) -> Sequence[Diagnostic]:
    """Why not all services can be answered."""
    return [
        Diagnostic(f.code, f"service `{name}`: {f.claim}", cause=f.cause, fix=f.fix)
        for name in endpoints.services
        for f in _bound(endpoints, name)[2]
    ]


def _bound(endpoints: Endpoints, name: str) -> tuple[Bound | None, Prepared | None, Sequence[Diagnostic]]:
    """With full names where short ones would be the same, as of one view in two roles: so the service can be answered."""
    found = _bound_to(endpoints, Question(endpoints.services[name], False))
    clash = found[2] and all(finding.code == "FC264" for finding in found[2])
    return _bound_to(endpoints, Question(endpoints.services[name], True)) if clash else found


def _bound_to(endpoints: Endpoints, question: Question) -> tuple[Bound | None, Prepared | None, Sequence[Diagnostic]]:
    try:
        prepared = endpoints.prepared(question)
    except Problem as told:
        return None, None, told.findings
    if prepared is not None and not prepared.requests:
        return None, prepared, ()
    if prepared is not None:
        question = Question(prepared.requests, True)
    bound, findings = endpoints.store.bindable(question)
    return bound, prepared, findings


def _service(endpoints: Endpoints, name: str) -> dict[str, object]:
    bound, prepared, findings = _bound(endpoints, name)
    lookups = bound.asked if bound else ()
    types = {
        column: key.type
        for lookup in lookups
        for column, key in zip(lookup.columns(), lookup.view.join_keys, strict=True)
    }
    stored = [
        _Offered(output, lookup.request.view, feature.name, feature.type, feature.windowed)
        for lookup in lookups
        for output, (feature, _) in lookup.features.items()
    ]
    return {
        "name": name,
        "ready": not findings,
        "entities": [{"name": column, "type": kind} for column, kind in types.items()],
        "inputs": [{"name": one.name, "type": one.type} for one in prepared.inputs] if prepared else [],
        "features": stored if prepared is None else _with_computed(stored, prepared),
    }


def _with_computed(stored: Sequence[_Offered], prepared: Prepared) -> list[_Offered]:
    """In the order of the answer, without what is read only to compute another."""
    known = {offered.name: offered for offered in stored}
    for result in prepared.program.results:
        role, _, feature = result.name.partition("__")
        known[result.name] = _Offered(result.name, role, feature, result.type, False)
    found = []
    for role, names in prepared.program.order:
        every = [name for name in known if name.startswith(f"{role}__")]
        found += [known[name] for name in (every if names is None else [f"{role}__{name}" for name in names])]
    if prepared.full_feature_names:
        return found
    return [replace(offered, name=offered.name.partition("__")[2]) for offered in found]
