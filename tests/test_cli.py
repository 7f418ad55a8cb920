"""The command line as a new user meets it: a project made by ``init``, every command on it, and mistakes on the way."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import psycopg
import pytest

from featurec.cli.app import main
from featurec.cli.group import command_names
from featurec.schemas import KINDS, json_schema
from featurec.source import SourceFile
from featurec.yaml_reader import read

Said = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, postgres_url: str) -> Iterator[Path]:
    """The project of ``init``, run once, its online store on the tests' server."""
    root = tmp_path_factory.mktemp("cli") / "shop"
    assert main(["init", str(root)]) == 0
    settings = (root / "featurec.yml").read_text()
    (root / "featurec.yml").write_text(settings.replace("url: embedded", f"url: '{postgres_url}'"))
    assert main(["run", "--project-dir", str(root)]) == 0
    return root


def featurec(root: Path, *arguments: str) -> int:
    return main([*arguments, "--project-dir", str(root)])


def test_every_file_of_init_names_its_schema_and_fits_it(shop: Path) -> None:
    for name in ("featurec", "entities", "sources", "services"):
        text = (shop / f"{name}.yml").read_text()
        assert text.startswith(f"# yaml-language-server: $schema=.schemas/{name}.json\n")
        node, findings = read(SourceFile(name, text))
        assert not findings
        assert node is not None
        jsonschema.validate(node.value, json.loads((shop / ".schemas" / f"{name}.json").read_text()))


@pytest.mark.parametrize("kind", KINDS)
def test_schemas_are_schemas(kind: str, capfd: Said) -> None:
    assert main(["schema", kind]) == 0
    schema = json.loads(capfd.readouterr().out)
    assert schema == json_schema(kind)
    jsonschema.Draft202012Validator.check_schema(schema)


def test_compile_is_quick_to_say_what_it_did(shop: Path, capfd: Said) -> None:
    assert featurec(shop, "compile") == 0
    assert capfd.readouterr().out == "compiled 3 views and 1 service for duckdb into target/compiled/dev\n"
    assert featurec(shop, "compile", "--dialect", "snowflake") == 1
    assert "`data/orders.csv`, which snowflake does not read" in capfd.readouterr().out
    manifest = json.loads((shop / "target" / "manifest.json").read_text())
    assert sorted(manifest["views"]) == ["customer_orders", "customer_returns", "product_price"]


def test_init_leaves_what_is_there(shop: Path, capfd: Said) -> None:
    assert main(["init", str(shop)]) == 2
    assert "FC959" in capfd.readouterr().err


def test_ls(shop: Path, capfd: Said) -> None:
    assert featurec(shop, "ls", "--resource-type", "view", "--resource-type", "spine") == 0
    listed = capfd.readouterr().out.splitlines()
    assert [text.split()[:2] for text in listed[1:]] == [
        ["view", "customer_orders"],
        ["view", "customer_returns"],
        ["view", "product_price"],
        ["spine", "checkouts"],
    ]
    assert featurec(shop, "ls", "--select", "source:shop.prices+", "--output", "json") == 0
    assert [item["name"] for item in json.loads(capfd.readouterr().out)] == ["product_price"]
    assert featurec(shop, "ls", "--select", "customer_*", "--exclude", "customer_returns", "--output", "json") == 0
    assert [item["name"] for item in json.loads(capfd.readouterr().out)] == ["customer_orders"]


def test_lineage(shop: Path, capfd: Said) -> None:
    assert featurec(shop, "lineage", "customer_orders:spent_so_far") == 0
    assert "shop.orders:amount" in capfd.readouterr().out
    assert featurec(shop, "lineage", "--output", "mermaid") == 0
    assert capfd.readouterr().out.startswith("flowchart")
    assert featurec(shop, "lineage", "--output", "json") == 0
    json.loads(capfd.readouterr().out)


def test_show(shop: Path, capfd: Said) -> None:
    assert featurec(shop, "show", "product_price", "--limit", "2") == 0
    assert capfd.readouterr().out.splitlines()[0].split() == ["sku", "changed_at", "price"]
    assert featurec(shop, "show", "checkouts", "--limit", "-1", "--output", "json") == 0
    assert len(json.loads(capfd.readouterr().out)) == 80
    query = "SELECT count(*) AS n, max(ordered_at) AS last FROM {{ ref('customer_orders') }}"
    assert featurec(shop, "show", "--inline", query, "--output", "json") == 0
    assert json.loads(capfd.readouterr().out) == [{"n": 80, "last": "2024-05-30T11:12:00+00:00"}]


def test_show_refuses_what_compile_refuses(shop: Path, capfd: Said) -> None:
    assert featurec(shop, "show", "--inline", "SELECT * FROM read_csv('/etc/passwd')") == 1
    assert "FC802" in capfd.readouterr().err
    assert featurec(shop, "show", "--inline", "SELECT nme FROM {{ ref('product_price') }}") == 1
    assert "--inline:1:8" in capfd.readouterr().err
    assert featurec(shop, "show", "product_prize") == 2
    assert "did you mean `product_price`?" in capfd.readouterr().err
    assert featurec(shop, "show") == 2


def test_why(shop: Path, capfd: Said) -> None:
    assert featurec(shop, "why", "customer_orders:last_amount", "customer_id=5", "--at", "2024-02-15") == 0
    assert capfd.readouterr().out.splitlines() == [
        "customer_orders:last_amount of customer_id=5 at 2024-02-15 00:00:00 UTC",
        "  2024-05-26 08:12:00  last_amount = 141.90  not yet: usable from 2024-05-26 08:12:00, 101d 8h after the time asked",
        "  2024-05-25 05:10:00  last_amount = 6.00  not yet: usable from 2024-05-25 05:10:00, 100d 5h after the time asked",
        "→ 2024-01-25 19:10:00  last_amount = 158.00  chosen",
        "  2024-01-06 16:13:00  last_amount = 39.90  older by 19d 2h",
        "last_amount = 158.00  PRESENT",
    ]
    exactly = ("why", "customer_orders:last_amount", "customer_id=5", "--at", "2024-01-25T19:10:00Z")
    assert featurec(shop, *exactly) == 0
    assert "last_amount = 158.00  PRESENT" in capfd.readouterr().out
    assert featurec(shop, *exactly, "--exclusive", "--limit", "1") == 0
    assert "last_amount = 39.90  PRESENT" in capfd.readouterr().out
    assert featurec(shop, "why", "customer_orders:last_amount", "customer_id=77") == 0
    assert "NOT_FOUND" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["why", "customer_orders", "customer_id=1"], 2, "FC951"),
        (["why", "customer_orders:last_amout", "customer_id=1"], 2, "did you mean `last_amount`?"),
        (["why", "customer_orders:last_amount", "customer=1"], 2, "`customer` is not a join key here"),
        (["why", "customer_orders:last_amount", "customer_id=x"], 2, "the key is a bigint"),
        (["why", "customer_orders:last_amount", "customer_id=1", "--at", "yesterday"], 2, "`yesterday` is not a time"),
        (["online", "get", "customer_id=1"], 2, "no features are asked for"),
        (["online", "get", "--service", "risk", "customer_id=1"], 2, "return_risk"),
        (["online", "get", "--service", "return_risk", "customer_id=1"], 1, "FC941"),
        (["online", "get", "--service", "return_risk", "customer_id=x,sku=boots"], 1, "FC942"),
        (["ls", "--select", "tag:none"], 2, "FC956"),
        (["run", "--target", "prod"], 2, "declares no target `prod`"),
        (["compile", "--dialect", "duckdbb"], 2, "did you mean `duckdb`?"),
        (["compile", "--selct", "x"], 2, "--select"),
        (["train", "checkouts", "--service", "return_risk", "-o", "out.txt"], 2, "neither .parquet nor .csv"),
    ],
)
def test_mistakes_on_the_command_line(shop: Path, arguments: list[str], code: int, words: str, capfd: Said) -> None:
    assert featurec(shop, *arguments) == code
    said = capfd.readouterr()
    assert words in said.out + said.err
    assert "Traceback" not in said.out + said.err


def test_online_get(shop: Path, capfd: Said) -> None:
    arguments = ["online", "get", "--service", "return_risk", "customer_id=5,sku=boots", "customer_id=99,sku=boots"]
    assert featurec(shop, *arguments) == 0
    known, unknown = json.loads(capfd.readouterr().out)
    assert known["entity"] == {"customer_id": "5", "sku": "boots"}
    assert known["features"]["price"] == {
        "value": "141.90",
        "status": "PRESENT",
        "event_timestamp": "2024-04-02T06:00:00+00:00",
        "as_of": None,
    }
    nothing = {"value": None, "status": "NOT_FOUND", "event_timestamp": None, "as_of": None}
    assert unknown["features"]["last_amount"] == nothing
    assert unknown["features"]["returns_so_far"]["value"] == 0


def test_debug(shop: Path, capfd: Said) -> None:
    assert featurec(shop, "debug") == 0
    said = capfd.readouterr().out
    assert "3 views built" in said
    assert "3 views exported" in said


def test_debug_names_what_does_not_answer(tmp_path: Path, capfd: Said) -> None:
    assert main(["init", str(tmp_path / "shop")]) == 0
    settings = tmp_path / "shop" / "featurec.yml"
    nowhere = "url: 'postgresql://me:s3cret@127.0.0.1:1/db'"
    settings.write_text(settings.read_text().replace("url: embedded", nowhere))
    assert featurec(tmp_path / "shop", "debug") == 2
    said = capfd.readouterr().out
    assert "FC902" in said
    assert "s3cret" not in said


def test_explain(capfd: Said) -> None:
    assert main(["explain", "fc204"]) == 0
    assert capfd.readouterr().out.startswith("FC204 unknown-column")
    assert main(["explain", "FC999"]) == 2


def test_clean_keeps_data_unless_told(shop: Path, tmp_path: Path, capfd: Said) -> None:
    assert main(["init", str(tmp_path / "shop")]) == 0
    other = tmp_path / "shop"
    assert featurec(other, "compile") == 0
    assert featurec(other, "clean") == 0
    assert not (other / "target").exists()
    assert (other / "featurec.yml").exists()


def test_sources_are_imported_from_duckdb_and_postgres(tmp_path: Path, postgres_database: str, capfd: Said) -> None:
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute(
            "CREATE SCHEMA raw; CREATE TABLE raw.orders (id BIGINT, paid DECIMAL(18, 2), paid_at TIMESTAMPTZ)"
        )
    assert main(["sources", "import", str(tmp_path / "warehouse.duckdb"), "-o", "-"]) == 0
    from_duckdb = capfd.readouterr().out
    with psycopg.connect(postgres_database) as session:
        session.execute("CREATE SCHEMA raw")
        session.execute("CREATE TABLE raw.orders (id bigint, paid numeric(18, 2), paid_at timestamptz)")
    assert main(["sources", "import", postgres_database, "-o", "-"]) == 0
    from_postgres = capfd.readouterr().out
    for text in (from_duckdb, from_postgres):
        node, findings = read(SourceFile("sources.yml", text))
        assert not findings
        assert node is not None
        columns: Any = node.value["sources"]["raw"]["tables"]["orders"]["columns"]  # type: ignore[index]
        assert columns == {"id": "bigint", "paid": "decimal(18,2)", "paid_at": "timestamptz"}


def test_help_names_every_command_and_imports_no_driver() -> None:
    program = (
        "import sys; from featurec.cli.app import main; code = main(['--help']);"
        "heavy = {'duckdb', 'sqlglot', 'pyarrow', 'psycopg', 'sqlalchemy', 'pydantic', 'rich.console'} & set(sys.modules);"
        "print(sorted(heavy), file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert all(f"  {name} " in done.stdout for name in command_names())
    assert done.stderr.strip() == "[]"


def test_outside_of_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Said) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["compile"]) == 2
    assert "FC950" in capfd.readouterr().out
