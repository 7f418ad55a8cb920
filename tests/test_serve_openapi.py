"""The description of the endpoints: valid, and true of requests that are made from it."""

from collections.abc import Iterator

import hypothesis
import jsonschema
import pytest
import schemathesis
from jsonschema.validators import Draft202012Validator

from featurec.online.postgres import PostgresOnlineStore
from featurec.serve.assembly import Offer
from featurec.spec import FeatureRequest
from tests.serving import Serving, serving
from tests.store import NOON, lines, publish, row, view

KEY = {"entities": [{"user_id": 1}, {"user_id": 9}]}


@pytest.fixture(scope="module")
def server(postgres_url: str) -> Iterator[Serving]:
    store = PostgresOnlineStore(postgres_url, "described")
    publish(store, view(amount="bigint", note="varchar"), lines([row("1", amount=5, note=None)]), NOON)
    store.close()
    offer = Offer(postgres_url, "described", ("spend",), {"fraud": (FeatureRequest("spend"),)})
    with serving(offer) as running:
        yield running


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/get-online-features"),
        ("POST", "/v1/features/{service}"),
        ("GET", "/v1/services"),
        ("GET", "/ready"),
        ("GET", "/metrics"),
    ],
)
def test_no_request_is_answered_with_an_error_of_the_server(server: Serving, method: str, path: str) -> None:
    schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{server.port}/openapi.json")

    @hypothesis.given(case=schema[path][method].as_strategy())
    @hypothesis.settings(max_examples=10, suppress_health_check=list(hypothesis.HealthCheck), deadline=None)
    def every(case: schemathesis.Case) -> None:
        answer = case.call()
        assert answer.status_code < 500, answer.text
        if answer.status_code == 200:
            case.validate_response(answer)

    every()


def test_answers_are_as_described(server: Serving) -> None:
    document = server.get("/openapi.json").json

    def check(name: str, content: object) -> None:
        described = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        jsonschema.validate(content, described, cls=Draft202012Validator)

    check("RowAnswer", server.rows("fraud", KEY["entities"]).json)
    check("RowAnswer", server.rows("fraud", KEY["entities"], metadata=True).json)
    check("ColumnAnswer", server.columns({"user_id": [1, 9]}, feature_service="fraud").json)
    check("Services", server.get("/v1/services").json)
    check("State", server.get("/health").json)
    check("Error", server.rows("fraud", [{}]).json)
    assert set(document["paths"]) == {
        "/get-online-features", "/v1/features/{service}", "/v1/services", "/health", "/ready", "/metrics",
        "/openapi.json",
    }  # fmt: skip


def test_metrics_have_few_labels(server: Serving) -> None:
    for number in range(50):
        server.post(f"/v1/features/unknown_{number}", KEY)
        server.get(f"/unknown/{number}")
    assert server.rows("fraud", KEY["entities"]).status == 200
    text = server.get("/metrics").body.decode()
    assert "unknown_" not in text
    assert 'featurec_requests_total{endpoint="/v1/features/",service="fraud",status="200"}' in text
    assert 'featurec_values_total{service="fraud",status="NOT_FOUND"}' in text
    assert 'featurec_database_seconds_count{service="fraud"}' in text
    assert "featurec_pool_sessions" in text
