"""Run by the Python of an environment that has Feast: what Feast answers, as JSON on standard output.

python feast_client.py online REPO FEATURES ENTITY_ROWS FULL_NAMES
python feast_client.py historical REPO FEATURES SPINE.parquet OUT.parquet
"""

import json
import sys

import pandas
from feast import FeatureStore


def main(what: str, repo: str, features: str, *rest: str) -> None:
    store = FeatureStore(repo_path=repo)
    asked = json.loads(features)
    asked = store.get_feature_service(asked) if isinstance(asked, str) else asked
    if what == "online":
        answer = store.get_online_features(asked, json.loads(rest[0]), full_feature_names=rest[1] == "full")
        names = list(answer.proto.metadata.feature_names.val)
        statuses = {n: [int(s) for s in r.statuses] for n, r in zip(names, answer.proto.results, strict=True)}
        values = answer.to_dict(include_event_timestamps=True)
        sys.stdout.write("ANSWER" + json.dumps({"values": values, "statuses": statuses}, default=str))
    else:
        spine = pandas.read_parquet(rest[0])
        store.get_historical_features(spine, asked).to_df().to_parquet(rest[1])


main(*sys.argv[1:])
