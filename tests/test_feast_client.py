"""Feast itself, in an environment of its own: its client reads from `featurec serve`, its training sets are ours."""

import json
import math
import os
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from featurec import FeatureStore
from featurec.cli.app import main
from tests.feast_repo import NOW, SETTINGS, write

pytestmark = pytest.mark.slow

FEAST = "feast>=0.67,<0.68"
SCRIPT = Path(__file__).parent / "feast_client.py"
STATUSES = {"PRESENT": 1, "NULL_VALUE": 2, "NOT_FOUND": 3, "OUTSIDE_MAX_AGE": 4}


@pytest.fixture(scope="module")
def feast(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the programs of an environment with Feast; FEATUREC_TEST_FEAST names one that is there already."""
    known = os.environ.get("FEATUREC_TEST_FEAST")
    if known:
        return Path(known) / "bin"
    folder = tmp_path_factory.mktemp("feast")
    venv.create(folder, with_pip=True, symlinks=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", FEAST]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "bin"


def run(program: Path, *words: str, cwd: Path) -> str:
    environment = {**os.environ, "FEAST_USAGE": "False", "PYTHONPATH": str(cwd)}
    done = subprocess.run([str(program), *words], cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def project(tmp_path: Path, postgres_database: str) -> Path:
    """The featurec project of a Feast repository, built and exported."""
    root = tmp_path / "project"
    assert main(["init", str(root), "--from-feast", str(write(tmp_path / "repo"))]) == 0
    settings = root / "featurec.yml"
    settings.write_text(settings.read_text().replace("url: embedded", f"url: '{postgres_database}'"))
    assert main(["run", "--project-dir", str(root)]) == 0
    return root


@pytest.fixture
def address(project: Path) -> Iterator[str]:
    """Where `featurec serve` answers for the project."""
    words = ["-m", "featurec", "serve", "--port", "0", "--project-dir", str(project), "--log-format", "json"]
    with subprocess.Popen(
        [sys.executable, *words], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stderr is not None
        assert server.stdout is not None
        try:
            for line in server.stdout:
                if "url" in (told := json.loads(line)):
                    yield told["url"]
                    break
            else:
                pytest.fail(f"the server did not start: {server.stderr.read()}")
        finally:
            server.terminate()


def client(feast: Path, repo: Path, address: str) -> None:
    """Point the repository's client at the server, and let Feast write its registry."""
    remote = f"online_store: {{type: remote, path: '{address}'}}"
    local = "online_store: {type: sqlite, path: data/online.db}"
    (repo / "feature_store.yaml").write_text(SETTINGS.replace(local, remote))
    run(feast / "feast", "apply", cwd=repo)


def asked(feast: Path, repo: Path, features: object, rows: Sequence[dict[str, Any]], full: bool) -> dict[str, Any]:
    words = ["online", str(repo), json.dumps(features), json.dumps(rows), "full" if full else "short"]
    said = run(feast / "python", str(SCRIPT), *words, cwd=repo)
    found: dict[str, Any] = json.loads(said.partition("ANSWER")[2])
    return found


def test_feasts_client_reads_from_our_server(feast: Path, project: Path, address: str, tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    client(feast, repo, address)
    names = ["trips", "rate", "active", "name", "scores"]
    features = [f"driver_stats:{name}" for name in names]
    rows = [{"driver_id": driver} for driver in (1, 2, 3, 99)]
    with FeatureStore(project) as store:
        for full in (False, True):
            theirs = asked(feast, repo, features, rows, full)
            ours = store.get_online_features(features, rows, full_feature_names=full)
            expected = ours.to_dict()
            for name in ours.feature_names:
                assert theirs["values"][name] == expected[name]
                assert theirs["statuses"][name] == [STATUSES[status] for status in ours.statuses[name]]
            assert theirs["values"]["driver_id"] == [1, 2, 3, 99]
            assert {n for found in theirs["statuses"].values() for n in found} == set(STATUSES.values())


def test_feasts_client_reads_a_service_with_roles_and_text_keys(
    feast: Path, project: Path, address: str, tmp_path: Path
) -> None:
    repo = tmp_path / "repo"
    client(feast, repo, address)
    rows = [
        {"driver_id": 1, "rival_id": 2, "rider_code": "r1"},
        {"driver_id": 2, "rival_id": 1, "rider_code": "none"},
    ]
    theirs = asked(feast, repo, "match_v1", rows, True)["values"]
    with FeatureStore(project) as store:
        ours = store.get_online_features("match_v1", rows, full_feature_names=True).to_dict()
    assert {name: theirs[name] for name in ours} == ours


def test_feasts_client_reads_a_view_with_two_entities(feast: Path, project: Path, address: str, tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    client(feast, repo, address)
    rows = [{"rider_code": "r1", "city": "Ulm"}, {"rider_code": "r2", "city": "Ulm"}]
    theirs = asked(feast, repo, ["rider_city:rides_here"], rows, False)
    assert theirs["values"]["rides_here"] == [2, None]
    assert theirs["statuses"]["rides_here"] == [STATUSES["PRESENT"], STATUSES["NOT_FOUND"]]


def test_training_sets_are_feasts(feast: Path, project: Path, tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    run(feast / "feast", "apply", cwd=repo)
    at = [NOW, NOW - timedelta(hours=3), NOW - timedelta(hours=4), NOW - timedelta(hours=31), NOW, NOW, NOW]
    spine = pd.DataFrame({"driver_id": [1, 1, 1, 1, 2, 3, 99], "event_timestamp": at, "row": range(7)})
    spine.to_parquet(tmp_path / "spine.parquet")
    features = [f"driver_stats:{name}" for name in ("trips", "rate", "active", "name")]
    words = [
        "historical",
        str(repo),
        json.dumps(features),
        str(tmp_path / "spine.parquet"),
        str(tmp_path / "theirs.parquet"),
    ]
    run(feast / "python", str(SCRIPT), *words, cwd=repo)
    theirs = pq.read_table(tmp_path / "theirs.parquet").sort_by("row")
    with FeatureStore(project) as store:
        ours: pa.Table = store.get_historical_features(tmp_path / "spine.parquet", features).to_arrow()
    rows = theirs["row"].to_pylist()
    assert rows == [0, 1, 2, 4, 6]
    for name in ("trips", "rate", "active", "name"):
        found = ours[name].to_pylist()
        assert [plain(value) for value in theirs[name].to_pylist()] == [plain(found[row]) for row in rows], name
        # Feast's file store loses the rows of a spine whose values are too old or still to come.
        assert [found[row] for row in (3, 5)] == [None, None]


def plain(value: object) -> object:
    """Pandas has no NULL of numbers and booleans: both come back as floats and objects."""
    if isinstance(value, int | float):
        return None if math.isnan(value) else float(value)
    return value


def test_the_template_of_feast_init_becomes_a_project(feast: Path, tmp_path: Path) -> None:
    run(feast / "feast", "init", "demo", cwd=tmp_path)
    repo, root = tmp_path / "demo" / "feature_repo", tmp_path / "project"
    assert main(["init", str(root), "--from-feast", str(repo)]) == 0
    for words in (["compile"], ["lint"], ["run", "--no-export"]):
        assert main([*words, "--project-dir", str(root)]) == 0
    rows = pq.read_table(repo / "data" / "driver_stats.parquet").slice(0, 200)
    spine = rows.select(["driver_id", "event_timestamp"]).append_column("row", [list(range(rows.num_rows))])
    pq.write_table(spine, tmp_path / "spine.parquet")
    run(feast / "feast", "apply", cwd=repo)
    features = [f"driver_hourly_stats:{name}" for name in ("conv_rate", "acc_rate", "avg_daily_trips")]
    words = [
        "historical",
        str(repo),
        json.dumps(features),
        str(tmp_path / "spine.parquet"),
        str(tmp_path / "theirs.parquet"),
    ]
    run(feast / "python", str(SCRIPT), *words, cwd=repo)
    theirs = pq.read_table(tmp_path / "theirs.parquet").sort_by("row")
    with FeatureStore(root) as store:
        ours = store.get_historical_features(tmp_path / "spine.parquet", features).to_arrow()
    for name in ("conv_rate", "acc_rate", "avg_daily_trips"):
        assert [plain(value) for value in theirs[name].to_pylist()] == [plain(v) for v in ours[name].to_pylist()]
