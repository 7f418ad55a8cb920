"""The description of the endpoints at ``/openapi.json``."""

from collections.abc import Mapping, Sequence

import orjson
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from featurec.serve.models import ColumnAnswer, ColumnRequest, Error, RowAnswer, RowRequest, Services, State

_READ_ERRORS = {
    400: "no JSON of one meaning",
    404: "no such service or feature, or not yours",
    408: "too slow",
    413: "too much",
    415: "not JSON, or encoded",
    421: "for another host",
    422: "not what the endpoint or the keys' types ask for",
    503: "busy, or the online store does not answer; see Retry-After",
}
_OTHER_ERRORS = {400: _READ_ERRORS[400], 421: _READ_ERRORS[421]}


def document(version: str, tokens: bool, servers: Sequence[str]) -> bytes:
    """OpenAPI 3.1 as JSON.

    Args:
        tokens: whether requests need one.
    """
    models: list[type[BaseModel]] = [RowRequest, RowAnswer, ColumnRequest, ColumnAnswer, Services, State, Error]
    refs, definitions = models_json_schema(
        [(model, "validation") for model in models], ref_template="#/components/schemas/{model}"
    )
    schema = {model: refs[model, "validation"] for model in models}
    unauthorized = {401: "no token of this server"} if tokens else {}

    def operation(
        summary: str, answer: Mapping[str, object], errors: Mapping[int, str], request: type[BaseModel] | None = None
    ) -> dict[str, object]:
        responses: dict[str, object] = {"200": {"description": "the answer", "content": answer}}
        for status, description in errors.items():
            responses[str(status)] = {"description": description, "content": json(Error)}
        found: dict[str, object] = {"summary": summary, "responses": responses}
        if request is not None:
            found["requestBody"] = {"required": True, "content": json(request)}
        return found

    def json(model: type[BaseModel]) -> dict[str, object]:
        return {"application/json": {"schema": schema[model]}}

    reading, listing = _READ_ERRORS | unauthorized, _OTHER_ERRORS | unauthorized
    service = {"name": "service", "in": "path", "required": True, "schema": {"type": "string"}}
    content: dict[str, object] = {
        "openapi": "3.1.0",
        "info": {"title": "featurec", "version": version, "description": "Features of entities, as of now."},
        "servers": [{"url": url} for url in servers],
        "paths": {
            "/get-online-features": {
                "post": operation("Features by column, as Feast has them", json(ColumnAnswer), reading, ColumnRequest)
            },
            "/v1/features/{service}": {
                "parameters": [service],
                "post": operation("Features of a service by entity", json(RowAnswer), reading, RowRequest),
            },
            "/v1/services": {"get": operation("Services and their features", json(Services), listing)},
            "/health": {"get": operation("Whether the process runs", json(State), _OTHER_ERRORS)},
            "/ready": {
                "get": operation(
                    "Whether all services can be answered",
                    json(State),
                    _OTHER_ERRORS | {503: "not yet, or not any more"},
                )
            },
            "/metrics": {
                "get": operation("Counters for Prometheus", {"text/plain": {"schema": {"type": "string"}}}, listing)
            },
            "/openapi.json": {
                "get": operation("This description", {"application/json": {"schema": {"type": "object"}}}, listing)
            },
        },
        "components": {"schemas": definitions["$defs"]},
    }
    if tokens:
        content["components"] = {
            "schemas": definitions["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        }
        content["security"] = [{"token": []}]
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
