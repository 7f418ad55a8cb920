"""``featurec lint`` on the command line: what it looks at, what it reports, how it exits."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from featurec.cli.app import main
from featurec.registry import members
from tests.lint_project import HEADER, LEAK, project, view

Said = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _outside_of_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)


def concise(capfd: Said, *arguments: str) -> tuple[int, list[str]]:
    """Exit code, and ``path:line CODE severity`` of every finding."""
    code = main(["lint", "--format", "concise", *arguments])
    said = capfd.readouterr()
    assert code != 2, said.err
    return code, [_short(text) for text in said.out.splitlines()]


def _short(text: str) -> str:
    place, code, severity, _ = text.split(" ", 3)
    return f"{':'.join(place.split(':')[:2])} {code} {severity.strip('[]')}"


def test_a_clean_project_has_no_findings(tmp_path: Path, capfd: Said) -> None:
    assert main(["lint", "--project-dir", str(project(tmp_path, {}))]) == 0
    assert capfd.readouterr().out == "no findings in 4 files\n"
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {".featurec", "entities.yml", "features", "featurec.yml", "sources.yml"}


def test_what_init_writes_is_clean(tmp_path: Path, capfd: Said) -> None:
    main(["init", str(tmp_path / "shop")])
    capfd.readouterr()
    assert concise(capfd, "--strict", str(tmp_path / "shop")) == (0, [])


def test_the_example_project_is_clean(capfd: Said) -> None:
    example = Path(__file__).resolve().parents[1] / "example_project"
    assert concise(capfd, "--strict", "--no-cache", str(example)) == (0, [])


def test_errors_exit_with_one_warnings_do_not(tmp_path: Path, capfd: Said) -> None:
    root = str(project(tmp_path, {"features/a.sql": view(LEAK + " AS n")}))
    assert concise(capfd, root) == (1, ["features/a.sql:8 FC302 error"])
    assert concise(capfd, root, "--exit-zero") == (0, ["features/a.sql:8 FC302 error"])
    project(tmp_path, {"features/a.sql": view().replace("owner: shop@example.com\n", "")})
    assert concise(capfd, root) == (0, ["features/a.sql:2 FC602 warning"])
    assert concise(capfd, root, "--strict") == (1, ["features/a.sql:2 FC602 error"])
    project(tmp_path, {"featurec.yml": "name: shop\nlint: {strict: true}\n"})
    assert concise(capfd, root) == (1, ["features/a.sql:2 FC602 error"])


def test_the_text_shows_the_line_and_what_is_answered(tmp_path: Path, capfd: Said) -> None:
    columns = f"{LEAK} AS n,  -- noqa: FC302 -- loaded once\n  {LEAK} AS m"
    assert main(["lint", str(project(tmp_path, {"features/a.sql": view(columns)}))]) == 1
    out = capfd.readouterr().out
    assert f"9 |   {LEAK} AS m\n" in out
    assert out.endswith("1 error in 5 files; 1 finding answered by noqa: FC302 ×1\n")


def test_statistics_count_codes(tmp_path: Path, capfd: Said) -> None:
    columns = f"{LEAK} AS n,\n  {LEAK} AS m,\n  current_date AS today"
    root = str(project(tmp_path, {"features/a.sql": view(columns)}))
    assert main(["lint", root, "--statistics"]) == 1
    assert capfd.readouterr().out.endswith("3 errors in 5 files\n2  FC302\n1  FC304\n")
    assert main(["lint", root, "--statistics", "--format", "json"]) == 1
    said = capfd.readouterr()
    assert json.loads(said.out)
    assert said.err == "2  FC302\n1  FC304\n"


def test_paths_limit_what_is_reported_not_what_is_read(tmp_path: Path, capfd: Said) -> None:
    files = {
        "features/a.sql": view(LEAK + " AS n"),
        "features/deep/b.sql": HEADER + "SELECT user_id, created_at, n + 1 AS m, lead(n) OVER (PARTITION BY user_id "
        "ORDER BY created_at) AS o FROM {{ ref('a') }}\n",
        "spines/s.sql": HEADER + "SELECT user_id, created_at, current_date AS d FROM {{ source('shop', 'orders') }}\n",
    }
    root = project(tmp_path, files)
    deep = ["features/deep/b.sql:7 FC303 error"]
    assert concise(capfd, str(root / "features/deep/b.sql"))[1][-1:] == deep
    assert {text.split(":")[0] for text in concise(capfd, str(root / "features/deep"))[1]} == {"features/deep/b.sql"}
    assert concise(capfd, str(root / "features/clean.sql")) == (0, [])
    found = concise(capfd, str(root / "features"), str(root / "sources.yml"))[1]
    assert {text.split(":")[0] for text in found} == {"features/a.sql", "features/deep/b.sql"}
    assert {text.split(":")[0] for text in concise(capfd, str(root))[1]} == {*files}


def test_a_finding_in_a_macro_belongs_to_the_view_that_calls_it(tmp_path: Path, capfd: Said) -> None:
    macro = "{% macro total() %}\n  " + LEAK + "\n{% endmacro %}\n"
    files = {"macros/total.sql": macro, "features/a.sql": view("{{ total() }} AS n")}
    root = project(tmp_path, files)
    (everything,) = concise(capfd, str(root))[1]
    assert concise(capfd, str(root / "features/a.sql")) == (1, [everything])
    assert concise(capfd, str(root / "features/clean.sql")) == (0, [])
    path, line = everything.split(" ")[0].split(":")
    source = files[path].splitlines()
    source[int(line) - 1] += "  -- noqa: FC302 -- loaded once"
    project(tmp_path, {path: "\n".join(source) + "\n"})
    assert concise(capfd, str(root)) == (0, [])
    assert concise(capfd, str(root / path)) == (0, [])


def test_the_project_is_found_from_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Said) -> None:
    project(tmp_path / "shop", {"features/a.sql": view(LEAK + " AS n")})
    monkeypatch.chdir(tmp_path)
    assert concise(capfd, "shop/features/a.sql")[0] == 1
    monkeypatch.chdir(tmp_path / "shop" / "features")
    assert concise(capfd)[0] == 1
    assert concise(capfd, "clean.sql", "../sources.yml")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "claim"),
    [
        (["nowhere.sql"], "there is no file or folder `nowhere.sql`"),
        (["README.md"], "`README.md` is no file of the project"),
        (["features/notes.txt"], "`features/notes.txt` is no file of the project"),
        (["features", "../other/features/x.sql"], "is no part of the project in"),
        (["-"], "`-` reads one file, and `--stdin-filename` says which"),
        (["--stdin-filename", "features/a.sql"], "`-` reads one file, and `--stdin-filename` says which"),
        (["-", "features", "--stdin-filename", "features/a.sql"], "`-` reads one file"),
        (["-", "--stdin-filename", "notes.sql"], "`notes.sql` is no file of the project"),
        (["-", "--stdin-filename", "features/a.sql", "--add-noqa"], "comments cannot be added to standard input"),
        (["--rules", "FC35"], "there is no rule `FC35`"),
        (["--exclude-rules", "FC6,unbounded-join"], "write its code, `FC305`"),
        (["--format", "yaml"], "no report format is called `yaml`"),
        (["--format", "../text"], "no report format is called `../text`"),
        (["--target", "prod"], "featurec.yml declares no target `prod`"),
    ],
)
def test_wrong_usage_exits_with_two(
    arguments: list[str], claim: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Said
) -> None:
    project(tmp_path / "shop", {"README.md": "", "features/notes.txt": ""})
    project(tmp_path / "other", {"features/x.sql": view()})
    monkeypatch.chdir(tmp_path / "shop")
    monkeypatch.setattr(sys, "stdin", io.StringIO(view()))
    assert main(["lint", *arguments]) == 2
    said = capfd.readouterr()
    assert claim in said.out + said.err
    assert main(["lint", *arguments, "--exit-zero"]) == 2


def test_stdin_stands_in_for_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Said) -> None:
    root = project(tmp_path, {"features/a.sql": view(LEAK + " AS n")})
    monkeypatch.chdir(root)
    for text, name, expected in [
        (view(LEAK + " AS n"), "features/new.sql", ["features/new.sql:8 FC302 error"]),
        (view(), "features/a.sql", []),
        (view("nothing"), str(root / "features/a.sql"), ["features/a.sql:8 FC204 error"]),
        ("name: shop\nlint: {strikt: true}\n", "featurec.yml", ["featurec.yml:2 FC101 error"]),
    ]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))
        assert concise(capfd, "-", "--stdin-filename", name)[1] == expected
    assert not (root / "features/new.sql").exists()
    assert not (root / ".featurec").exists()


def test_rules_are_chosen_by_code_and_family(tmp_path: Path, capfd: Said) -> None:
    text = view(f"{LEAK} AS n,\n  current_date AS today").replace("owner: shop@example.com\n", "")
    root = str(project(tmp_path, {"features/a.sql": text}))
    all_of_it = ["features/a.sql:2 FC602 warning", "features/a.sql:7 FC302 error", "features/a.sql:8 FC304 error"]
    assert concise(capfd, root)[1] == all_of_it
    assert concise(capfd, root, "--rules", "FC3")[1] == all_of_it[1:]
    assert concise(capfd, root, "--rules", "fc304, FC6")[1] == [all_of_it[0], all_of_it[2]]
    assert concise(capfd, root, "--exclude-rules", "FC30")[1] == all_of_it[:1]
    assert concise(capfd, root, "--rules", "FC3", "--exclude-rules", "FC304")[1] == all_of_it[1:2]


def test_the_cache_changes_nothing(tmp_path: Path, capfd: Said) -> None:
    root = str(project(tmp_path, {"features/a.sql": view(LEAK + " AS n")}))
    first = concise(capfd, root, "--no-cache")
    assert not (tmp_path / ".featurec").exists()
    assert concise(capfd, root) == first
    assert (tmp_path / ".featurec" / "cache").is_dir()
    assert concise(capfd, root) == first
    assert concise(capfd, root, str(tmp_path / "features" / "clean.sql")) == first


def test_github_is_chosen_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Said) -> None:
    root = project(tmp_path / "shop", {"features/a.sql": view(LEAK + " AS n")})
    page = tmp_path / "summary.md"
    page.write_text("before\n")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    monkeypatch.chdir(root)
    assert main(["lint"]) == 1
    out = capfd.readouterr().out
    assert out.startswith("::error ")
    assert "file=shop/features/a.sql,line=8," in out
    assert page.read_text().startswith("before\n## featurec lint\n")
    assert main(["lint", "--format", "text"]) == 1
    assert not capfd.readouterr().out.startswith("::")


def test_sarif_names_files_as_the_repository_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Said) -> None:
    project(tmp_path / "shop", {"features/a.sql": view(LEAK + " AS n")})
    monkeypatch.chdir(tmp_path)
    assert main(["lint", "shop", "--format", "sarif"]) == 1
    (result,) = json.loads(capfd.readouterr().out)["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "shop/features/a.sql"


@pytest.mark.parametrize("name", sorted(members("featurec.report.formats")))
def test_every_format_prints_to_standard_output_alone(name: str, tmp_path: Path, capfd: Said) -> None:
    root = str(project(tmp_path, {"features/a.sql": view(LEAK + " AS n")}))
    assert main(["lint", root, "--format", name]) == 1
    said = capfd.readouterr()
    assert "FC302" in said.out
    assert said.err == ("1 error in 5 files\n" if name == "github" else "")


def test_the_log_as_json_has_an_event_a_finding(tmp_path: Path, capfd: Said) -> None:
    columns = f"{LEAK} AS n,  -- noqa: FC302 -- loaded once\n  {LEAK} AS m"
    root = str(project(tmp_path, {"features/a.sql": view(columns)}))
    assert main(["lint", root, "--log-format", "json"]) == 1
    events = [json.loads(text) for text in capfd.readouterr().out.splitlines()]
    assert [(e["event"], e["code"], e["line"]) for e in events] == [
        ("diagnostic", "FC302", 9),
        ("suppressed", "FC302", 8),
    ]


def test_quiet_leaves_out_warnings(tmp_path: Path, capfd: Said) -> None:
    root = str(project(tmp_path, {"features/a.sql": view().replace("owner: shop@example.com\n", "")}))
    assert main(["lint", root, "--quiet"]) == 0
    assert capfd.readouterr().out == ""


def test_linting_imports_no_driver(tmp_path: Path) -> None:
    root = project(tmp_path, {})
    code = (
        "import sys; from featurec.cli.app import main; assert main(['lint', sys.argv[1]]) == 0; "
        "print(sorted({m.split('.')[0] for m in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(root)], capture_output=True, text=True, check=True)
    assert done.stdout == "no findings in 4 files\n"
    imported = set(done.stderr.strip("[]\n").replace("'", "").split(", "))
    assert imported & {"duckdb", "psycopg", "pyarrow", "sqlalchemy", "adbc_driver_manager", "rich", "pandas"} == set()
    assert "sqlglot" in imported


def test_what_prevents_reading_is_reported(tmp_path: Path, capfd: Said) -> None:
    root = project(tmp_path, {"features/a.sql": "SELECT 1\n", "features/b.sql": view("'")})
    found = concise(capfd, str(root))[1]
    assert found == ["features/a.sql:1 FC119 error", "features/b.sql:8 FC171 error"]


def test_a_rule_of_another_package_is_one_of_the_rules(tmp_path: Path) -> None:
    (tmp_path / "acme.py").write_text("""\
from featurec.diagnostic import Diagnostic, Severity

CODE, NAME, SEVERITY, SINCE = "AC001", "unreviewed", Severity.WARNING, "1.0"


def check(project):
    for unit in project.project.units:
        yield Diagnostic(CODE, f"nobody has reviewed `{unit.name}`", unit.title, severity=SEVERITY)
""")
    (tmp_path / "acme-1.0.dist-info").mkdir()
    (tmp_path / "acme-1.0.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (tmp_path / "acme-1.0.dist-info/entry_points.txt").write_text("[featurec.rules]\nacme = acme\n")
    answered = view().replace("tests' views.", "tests' views.  # noqa: AC001")
    settings = "name: shop\nlint: {severity: {AC: error}}\n"
    root = project(tmp_path / "shop", {"featurec.yml": settings, "features/a.sql": answered})
    command = [sys.executable, "-m", "featurec", "lint", str(root), "--rules", "AC001", "--format"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    for name in ("concise", "json", "sarif", "github", "junit", "text"):
        done = subprocess.run([*command, name], capture_output=True, text=True, env=environment, check=False)
        assert done.returncode == 1, done.stderr
        assert "nobody has reviewed `clean`" in done.stdout
