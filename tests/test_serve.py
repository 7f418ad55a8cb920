"""The two endpoints: what they answer, in which shape."""



from featurec.online.postgres import PostgresOnlineStore
from featurec.serve.assembly import Offer
from featurec.spec import FeatureRequest
from tests.serving import serving
from tests.store import NOON, SECOND, lines, publish, row, view

AT = "2024-01-31T12:00:00Z"


def offer(url: str, *views: str, **services: tuple[FeatureRequest, ...]) -> Offer:
    return Offer(url, "features", views, services)


def test_rows_and_columns_of_one_view(store: PostgresOnlineStore, postgres_database: str) -> None:
    described = view(ttl=1_000_000, amount="bigint", note="varchar")
    publish(
        store,
        described,
        lines(
            [
                row("1", amount=2**60 + 1, note="a"),
                row("2", NOON - 9 * SECOND, amount=1, note="b"),
                row("3", amount=None, note="null"),
            ]
        ),
        NOON,
    )
    with serving(offer(postgres_database, "spend", fraud=(FeatureRequest("spend"),))) as server:
        answer = server.rows("fraud", [{"user_id": n} for n in (1, 2, 3, 4)])
        assert (answer.status, answer.json) == (
            200,
            {
                "results": [
                    {"features": {"amount": 2**60 + 1, "note": "a"}, "statuses": {}},
                    {
                        "features": {"amount": None, "note": None},
                        "statuses": dict.fromkeys(("amount", "note"), "OUTSIDE_MAX_AGE"),
                    },
                    {"features": {"amount": None, "note": "null"}, "statuses": {"amount": "NULL_VALUE"}},
                    {
                        "features": {"amount": None, "note": None},
                        "statuses": dict.fromkeys(("amount", "note"), "NOT_FOUND"),
                    },
                ]
            },
        )
        answer = server.columns({"user_id": [1, 2, 3, 4]}, features=["spend:note"])
        assert answer.json == {
            "metadata": {"feature_names": ["user_id", "note"]},
            "results": [
                {"values": [1, 2, 3, 4], "statuses": ["PRESENT"] * 4, "event_timestamps": ["1970-01-01T00:00:00Z"] * 4},
                {
                    "values": ["a", None, "null", None],
                    "statuses": ["PRESENT", "OUTSIDE_MAX_AGE", "PRESENT", "NOT_FOUND"],
                    "event_timestamps": [AT, "2024-01-31T11:59:51Z", AT, "1970-01-01T00:00:00Z"],
                },
            ],
        }
