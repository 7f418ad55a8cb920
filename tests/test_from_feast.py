"""`featurec init --from-feast`: repositories in Feast's style become projects that compile, run and train; what does not is told."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from featurec.cli.app import main
from featurec.project import load
from featurec.spec import Project
from tests.feast_repo import NOW, SETTINGS, write


def init(repository: Path, root: Path, *options: str) -> Project:
    """The project that is made, which compiles and has nothing to lint but documentation."""
    assert main(["init", str(root), "--from-feast", str(repository), *options]) == 0
    assert main(["compile", "--project-dir", str(root)]) == 0
    assert main(["lint", "--project-dir", str(root), "--exclude-rules", "FC6"]) == 0
    project, findings = load(root)
    assert findings == []
    return project


def repository(root: Path, **files: str) -> Path:
    root.mkdir()
    (root / "feature_store.yaml").write_text(SETTINGS)
    for name, text in files.items():
        place = root / f"{name.replace('__', '/')}.py"
        place.parent.mkdir(exist_ok=True)
        place.write_text(text)
    return root


def told(capfd: pytest.CaptureFixture[str]) -> list[str]:
    """The claims of what was not converted, with file and line."""
    lines = capfd.readouterr().err.splitlines()
    return [
        f"{lines[number + 1].split('--> ')[1]} {line.split(': ', 1)[1]}"
        for number, line in enumerate(lines)
        if line.startswith("warning[FC963]")
    ]


def test_entities_sources_views_and_services(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    project = init(write(tmp_path / "repo"), tmp_path / "out")
    assert told(capfd) == []
    assert project.name == "rides"
    keys = {e.name: [(key.name, key.type) for key in e.join_keys] for e in project.entities.values()}
    assert keys == {
        "driver": [("driver_id", "bigint")],
        "rider": [("rider_code", "varchar")],
        "city": [("city", "varchar")],
    }
    assert project.entities["rider"].owner == "riders@example.com"
    stats = project.views["driver_stats"]
    assert (stats.ttl, stats.timestamp, stats.created_timestamp) == (172_800_000_000, "event_timestamp", "created")
    assert {f.name: f.type for f in stats.features} == {
        "trips": "bigint",
        "rate": "float",
        "active": "boolean",
        "name": "varchar",
        "scores": "double[]",
        "last_seen": "timestamptz",
    }
    assert (stats.description, stats.owner, stats.tags) == (
        "What a driver has done.",
        "rides@example.com",
        ("team=rides",),
    )
    both = project.views["rider_city"]
    assert (both.entities, both.ttl, [f.name for f in both.features]) == (("rider", "city"), None, ["rides_here"])
    assert "n AS rides_here" in both.file.text
    rival = project.services["match_v1"].features[-1]
    assert (rival.view, rival.role, rival.features, rival.join_keys) == (
        "driver_stats", "rival", ("trips",), {"driver_id": "rival_id"},
    )  # fmt: skip


def test_the_project_trains_as_feast_would(tmp_path: Path) -> None:
    init(write(tmp_path / "repo"), tmp_path / "out")
    asked = {"driver_id": [1, 1, 2, 3, 4], "event_timestamp": [NOW, NOW - timedelta(hours=4), NOW, NOW, NOW]}
    pq.write_table(pa.table(asked), tmp_path / "spine.parquet")
    out = tmp_path / "set.parquet"
    words = [
        "--features",
        "driver_stats:trips,driver_stats:name",
        "-o",
        str(out),
        "--project-dir",
        str(tmp_path / "out"),
    ]
    assert main(["train", str(tmp_path / "spine.parquet"), *words]) == 0
    found = pq.read_table(out).to_pydict()
    assert (found["trips"], found["name"]) == ([8, 5, None, None, None], ["Ada L.", "Ada", "Bob", None, None])


PACKAGE = {
    "definitions__entities": "from feast import Entity\nuser = Entity(name='user', join_keys=['uid'])\n",
    "definitions__sources": """
from pathlib import Path
from feast import FileSource
CLICKS = FileSource(path=str(Path(__file__).parent.parent / "data" / "clicks.parquet"), timestamp_field="ts")
""",
    "views": """
from datetime import timedelta
from feast import FeatureView, Feature, ValueType
from feast import FeatureService as Service
from definitions.entities import user as person
from definitions import sources
import feast

clicks = FeatureView(
    "clicks", entities=["user"], ttl=timedelta(hours=1, minutes=30), batch_source=sources.CLICKS, online=False,
    features=[Feature("clicks", ValueType.INT64), Feature(name="order", dtype=ValueType.STRING_LIST)],
)
inferred = FeatureView(name="inferred", entities=[person], source=sources.CLICKS)
feast.FeatureService(name="all", features=[clicks, inferred])
by_name = Service(name="renamed", features=[inferred.with_name("again")])
""",
}


def test_older_spellings_and_names_of_other_files(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    root = repository(tmp_path / "repo", **PACKAGE)
    (root / "data").mkdir()
    table = pa.table(
        {
            "uid": pa.array([1], pa.int32()),
            "ts": pa.array([NOW], pa.timestamp("ns", "UTC")),
            "seen": pa.array([[NOW]], pa.list_(pa.timestamp("ns", "UTC"))),
            "clicks": pa.array([2.0], pa.float64()),
            "order": [["a"]],
        }
    )
    pq.write_table(table, root / "data" / "clicks.parquet")
    project = init(root, tmp_path / "out", "--name", "mine")
    assert told(capfd) == []
    assert project.name == "mine"
    assert project.entities["user"].join_keys[0].type == "integer"
    clicks, inferred = project.views["clicks"], project.views["inferred"]
    assert (clicks.ttl, clicks.online) == (5_400_000_000, False)
    assert "CAST(clicks AS BIGINT) AS clicks" in clicks.file.text
    assert "  ts,\n" in clicks.file.text
    times = {column.name: column.type for table in project.sources.values() for column in table.columns}
    assert (times["ts"], times["seen"]) == ("timestamptz", "timestamptz[]")
    found = [(f.name, f.type) for f in inferred.features]
    assert found == [("seen", "timestamptz[]"), ("clicks", "double"), ("order", "varchar[]")]
    assert project.services["renamed"].features[0].role == "again"
    assert main(["run", "--no-export", "--project-dir", str(tmp_path / "out")]) == 0


BEYOND = """
import os
from feast import Entity, FeatureService, FeatureView, Field, FileSource, BigQuerySource, OnDemandFeatureView
from feast.on_demand_feature_view import on_demand_feature_view
from feast.types import Int64, Map
from datetime import timedelta

user = Entity(name="user")
Bad = Entity(name="Bad-Name")
file = FileSource(path="data/a.parquet", timestamp_field="at")
good = FeatureView(name="good", entities=[user], source=file, schema=[Field(name="n", dtype=Int64), Field(name="m", dtype=Map)])
table = FeatureView(name="elsewhere", entities=[user], source=BigQuerySource(table="a.b", timestamp_field="at"))
secret = FeatureView(name="secret", entities=[user], source=FileSource(path=os.environ["P"], timestamp_field="at"))
nobody = FeatureView(name="nobody", entities=[], source=file, schema=[])
remote = FeatureView(name="remote", entities=[user], source=FileSource(path="s3://b/a.parquet", timestamp_field="at"))
slow = FeatureView(name="slow", entities=[user], source=file, ttl=timedelta(days=int("3")), schema=[Field(name="n", dtype=Int64)])

@on_demand_feature_view(sources=[good], schema=[Field(name="twice", dtype=Int64)])
def twice(inputs):
    return inputs

for name in ("a", "b"):
    FeatureView(name=name, entities=[user], source=file)

service = FeatureService(name="some", features=[good, twice, table])
empty = FeatureService(name="none", features=[twice])
"""


def test_what_has_no_place_is_told_with_its_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    root = repository(tmp_path / "repo", beyond=BEYOND, broken="def (:\n")
    capfd.readouterr()
    assert main(["init", str(tmp_path / "out"), "--from-feast", str(root)]) == 0
    found = told(capfd)
    assert main(["compile", "--project-dir", str(tmp_path / "out")]) == 0
    project, _ = load(tmp_path / "out")
    assert sorted(project.views) == ["good", "slow"]
    assert [r.view for r in project.services["some"].features] == ["good"]
    assert sorted(project.services) == ["some"]
    expected: Sequence[tuple[int, str]] = [
        (8, "the join key `user` is taken to be a varchar"),
        (9, "the entity `Bad-Name` is not converted"),
        (11, "`good:m` is taken to be a varchar"),
        (12, "the feature view `elsewhere` is not converted"),
        (13, "`path` of a FileSource is not converted"),
        (14, "the feature view `nobody` is not converted"),
        (15, "the feature view `remote` is not converted"),
        (16, "the ttl of `slow` is not converted"),
        (18, "`twice` is not converted"),
        (23, "a FeatureView is not converted"),
        (25, "a part of the service `some` is not converted"),
        (26, "the service `none` is not converted"),
    ]
    for line, claim in expected:
        assert any(one.startswith(f"beyond.py:{line}:") and one.endswith(claim) for one in found), (line, claim, found)
    assert any(one.startswith("broken.py:1:") for one in found)


def test_what_python_computes_is_told_with_the_file_to_write(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    root = repository(tmp_path / "repo", beyond=BEYOND)
    assert main(["init", str(tmp_path / "out"), "--from-feast", str(root)]) == 0
    said = capfd.readouterr().err
    assert "fix:   write it as SQL: features/twice.sql with `inputs:`" in said
    assert "fix:   write it, then add it to the service in services.yml" in said


def test_names_that_no_import_lists_and_columns_that_are_no_identifiers(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = """from datetime import *
from feast import *
from feast.types import *
user = Entity(name="user", value_type=ValueType.INT64)
source = FileSource(name="visits", path="visits.parquet", timestamp_field="ts")
visits = FeatureView(name="visits", entities=[user], source=source, ttl=timedelta(days=2), description="a */ b {{ c }}",
                     schema=[Field(name='half"quoted', dtype=Float32), Field(name="two words", dtype=Array(Int64))])
some = FeatureService(name="some", features=[visits])
"""
    project = init(repository(tmp_path / "repo", views=text), tmp_path / "out")
    assert told(capfd) == []
    visits = project.views["visits"]
    assert [(f.name, f.type) for f in visits.features] == [('half"quoted', "float"), ("two words", "bigint[]")]
    assert (visits.ttl, visits.description) == (2 * 86_400_000_000, "a */ b {{ c }}")
    assert list(project.services) == ["some"]


def test_nothing_of_a_repository_is_run(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    text = f"from feast import Entity\nopen({str(mark)!r}, 'w').write('run')\nuser = Entity(name='user')\n"
    init(repository(tmp_path / "repo", views=text), tmp_path / "out")
    assert not mark.exists()


def test_a_folder_that_is_no_repository(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "outer" / "feature_repo")
    assert main(["init", str(tmp_path / "out"), "--from-feast", str(tmp_path / "outer")]) == 2
    assert "FC954" in (said := capfd.readouterr().err)
    assert "feature_repo" in said
    assert not (tmp_path / "out").exists()
