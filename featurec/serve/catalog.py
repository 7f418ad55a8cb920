"""Which services there are, what they ask for and give, and which of them can be answered."""

from collections.abc import Sequence

import orjson

from featurec.diagnostic import Diagnostic
from featurec.serve.bound import Bound
from featurec.serve.endpoints import Endpoints
from featurec.serve.tokens import Token


def listing(endpoints: Endpoints, token: Token | None) -> bytes:
    """Services that the caller may read, as JSON: name, whether it is ready, entities, inputs, features with types."""
    services = [_service(endpoints, name) for name in endpoints.services if token is None or token.may_read(name)]
    return orjson.dumps({"services": services})


def unready(endpoints: Endpoints) -> Sequence[Diagnostic]:
    """Why not all services can be answered."""
    return [
        Diagnostic(f.code, f"service `{name}`: {f.claim}", cause=f.cause, fix=f.fix)
        for name in endpoints.services
        for f in _bound(endpoints, name)[1]
    ]


def _bound(endpoints: Endpoints, name: str) -> tuple[Bound | None, list[Diagnostic]]:
    return endpoints.store.bindable(endpoints.services[name])


def _service(endpoints: Endpoints, name: str) -> dict[str, object]:
    bound, _ = _bound(endpoints, name)
    if bound is None:
        return {"name": name, "ready": False, "entities": [], "inputs": [], "features": []}
    types = {
        column: key.type
        for lookup in bound.asked
        for column, key in zip(lookup.columns(), lookup.view.join_keys, strict=True)
    }
    features = [
        {
            "name": output,
            "view": lookup.request.view,
            "feature": feature.name,
            "type": feature.type,
            "windowed": feature.windowed,
        }
        for lookup in bound.asked
        for output, (feature, _) in lookup.features.items()
    ]
    return {
        "name": name,
        "ready": True,
        "entities": [{"name": column, "type": types[column]} for column in bound.columns],
        "inputs": [],
        "features": features,
    }
