"""The examples of docs/orchestration.md: every block is parsed, and what can run here runs as it is written there."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg
import pytest
import yaml

from featurec.cron import flaw
from featurec.models import ProjectFile
from tests.market import Market

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "orchestration.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
BIN = Path(sys.executable).parent
PLACE = "/srv/shop"
SECRET = re.compile(r"\$\{\{ secrets\.(\w+) \}\}")


def block(first_line: str) -> str:
    (found,) = (text for _, text in BLOCKS if text.startswith(first_line))
    return found


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", **more}


def sh(command: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-ec", command], cwd=folder, env=environment(**more), capture_output=True, text=True, check=False
    )


def module(first_line: str, name: str) -> ModuleType:
    """A Python block, executed."""
    made = ModuleType(name)
    exec(compile(block(first_line), name, "exec"), made.__dict__)
    return made


@pytest.fixture
def market(tmp_path: Path, postgres_database: str) -> Market:
    """A project on Postgres whose target is called as on the page, and set as there."""
    market = Market.build(tmp_path / "shop", "postgres", postgres_database)
    settings = yaml.safe_load((market.root / "featurec.yml").read_text())
    settings["targets"] = yaml.safe_load(block("# featurec.yml\ntargets:"))["targets"]
    settings.pop("default_target", None)
    market.write("featurec.yml", yaml.safe_dump(settings))
    return market


def scheduled(market: Market) -> None:
    """One view has a schedule and reads another one that has none."""
    text = (market.root / "features" / "doubled.sql").read_text()
    market.write("features/doubled.sql", text.replace("/*---\n", "/*---\nschedule: '@yearly'\n", 1))


def urls(market: Market) -> dict[str, str]:
    return {"WAREHOUSE_URL": market.online_url, "ONLINE_URL": market.online_url}


def tables(market: Market) -> set[str]:
    with psycopg.connect(market.online_url) as connection:
        found = connection.execute("SELECT table_name FROM information_schema.views WHERE table_schema = 'features'")
        return {name for (name,) in found}


def test_every_block_is_of_its_language() -> None:
    for language, text in BLOCKS:
        match language:
            case "python":
                ast.parse(text)
            case "yaml":
                assert yaml.safe_load(text)
            case _:
                assert language in {"cron", "console"}


def test_schedules_are_such() -> None:
    (schedule,) = re.findall(r'^schedule: "(.*?)"', PAGE, re.MULTILINE)
    aliases = re.findall(r"@\w+", block("schedule:"))
    assert aliases
    crons = re.findall(r'cron(?:_schedule)?[:=] ?"(.*?)"', PAGE)
    crons += re.findall(r'DAG\(\s*"features",\s*schedule="(.*?)"', PAGE)
    assert len(crons) == 3
    assert [flaw(text) for text in (schedule, *aliases, *crons)] == [None] * (1 + len(aliases) + len(crons))


def test_settings_are_such() -> None:
    for first_line in ("# featurec.yml\ntargets:", "# featurec.yml\nopenlineage:"):
        ProjectFile.model_validate({"name": "shop", **yaml.safe_load(block(first_line))})


class TestCron:
    def test_the_line(self, market: Market) -> None:
        scheduled(market)
        (text,) = (text for language, text in BLOCKS if language == "cron")
        fields, _, command = text.strip().partition("  ")
        assert flaw(fields) is None
        command = command.replace(f"{PLACE}/.venv/bin", str(BIN)).replace(PLACE, str(market.root))
        done = sh(command, market.root, **urls(market))
        log = (market.root / "runs.log").read_text()
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), log
        assert tables(market) == {"spend", "doubled"}, "the due view, and what it reads"
        again = sh(command, market.root, **urls(market))
        assert again.returncode == 0
        later = (market.root / "runs.log").read_text().removeprefix(log)
        assert "step_started" not in later, "nothing is due"


class TestTasks:
    def test_views_and_their_parents(self, market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", environment()["PATH"])
        tasks = module("# featurec_tasks.py", "featurec_tasks")
        assert tasks.views(str(market.root)) == {"doubled": ["spend"], "places": [], "spend": []}

    @pytest.mark.parametrize("first_line", ["# dags/features.py", "# definitions.py"])
    def test_the_commands_of_tasks(self, first_line: str, market: Market) -> None:
        """As the block spells them: parents first, each view by a process of its own; JSON lines tell the rows."""
        words = command_of(block(first_line))
        for view in ("spend", "doubled"):
            command = words.replace("{view}", view).replace("{PROJECT}", str(market.root))
            done = sh(command, market.root, **urls(market))
            assert done.returncode == 0, done.stdout + done.stderr
            events = [json.loads(text) for text in done.stdout.splitlines()]
            (built,) = (e for e in events if e["event"] == "step_finished" and e["unique_id"] == f"build.{view}")
            assert built["rows"] > 0
        assert tables(market) == {"spend", "doubled"}


def command_of(text: str) -> str:
    """The command of a block, with ``{view}`` and ``{PROJECT}`` in it."""
    one = re.search(r'bash_command=f"(.*?)"', text)
    if one:
        return one[1]
    names = {"view": "{view}", "PROJECT": "{PROJECT}"}
    lists = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.List)]
    (words,) = (w.elts for w in lists if w.elts and getattr(w.elts[0], "value", None) == "featurec")
    (more,) = (w.elts[1:] for w in lists if w.elts and isinstance(w.elts[0], ast.Starred))
    return " ".join(names[w.id] if isinstance(w, ast.Name) else w.value for w in [*words, *more])  # type: ignore[attr-defined]


class TestGitHub:
    @staticmethod
    def job(name: str) -> dict[str, Any]:
        found: dict[str, Any] = yaml.safe_load(block("# .github/workflows/features.yml"))["jobs"][name]
        return found

    def commands(self, name: str) -> list[tuple[str, str]]:
        """``(run, if)`` of each step but the installation, which would take featurec from a registry."""
        steps = [(s["run"], s.get("if", "success()")) for s in self.job(name)["steps"] if "run" in s]
        assert steps[0] == ("pip install featurec", "success()")
        return steps[1:]

    def test_least_privilege(self) -> None:
        document = yaml.safe_load(block("# .github/workflows/features.yml"))
        assert document["permissions"] == {"contents": "read"}
        assert all("permissions" not in job for job in document["jobs"].values())
        assert "secrets." not in yaml.safe_dump(document["jobs"]["lint"])
        assert set(SECRET.findall(yaml.safe_dump(document["jobs"]["run"]))) == {"WAREHOUSE_URL", "ONLINE_URL"}
        assert self.job("run")["concurrency"]["cancel-in-progress"] is False

    def test_lint(self, tmp_path: Path) -> None:
        project = tmp_path / "example"
        shutil.copytree(ROOT / "example_project", project, ignore=shutil.ignore_patterns(".featurec", "target", "data"))
        ((command, _),) = self.commands("lint")
        done = sh(command, project)
        assert done.returncode == 0, done.stdout + done.stderr

    def test_a_scheduled_run(self, market: Market) -> None:
        scheduled(market)
        (first, condition), (retry, after) = self.commands("run")
        assert (condition, after) == ("success()", "failure()")
        env = {name: urls(market)[SECRET.fullmatch(value)[1]] for name, value in self.job("run")["env"].items()}  # type: ignore[index]
        done = sh(first, market.root, **env)
        assert done.returncode == 0, done.stdout + done.stderr
        assert tables(market) == {"spend", "doubled"}
        assert (market.root / "target" / "run_results.json").exists()
        assert "nothing is due" in sh(first, market.root, **env).stdout
        assert sh(retry, market.root, **env).returncode == 0

    def test_a_run_that_fails_is_tried_again(self, market: Market) -> None:
        """The second try comes after somebody mended the warehouse, as it comes after a fault that went away."""
        scheduled(market)
        (first, _), (retry, _) = self.commands("run")
        with psycopg.connect(market.online_url, autocommit=True) as connection:
            connection.execute("ALTER TABLE raw.orders RENAME TO elsewhere")
            failed = sh(first, market.root, **urls(market))
            assert failed.returncode == 1, failed.stdout + failed.stderr
            connection.execute("ALTER TABLE raw.elsewhere RENAME TO orders")
        done = sh(retry, market.root, **urls(market))
        assert done.returncode == 0, done.stdout + done.stderr
        assert tables(market) == {"spend", "doubled"}


class TestExitCodes:
    def test_codes_of_the_table(self, market: Market) -> None:
        good = sh("featurec run --no-export", market.root, **urls(market))
        gone = sh("featurec run", market.root, WAREHOUSE_URL="postgresql://127.0.0.1:1/x", ONLINE_URL="x")
        market.write("features/places.sql", "SELECT 1")
        findings = sh("featurec run", market.root, **urls(market))
        assert (good.returncode, findings.returncode, gone.returncode) == (0, 1, 2)
        assert "FC902" in gone.stdout + gone.stderr

    def test_codes_worth_retrying_have_pages_and_reasons(self, market: Market) -> None:
        """Each is told as an event of its own, outside of steps."""
        assert set(re.findall(r"\[(FC\d+)\]\(rules/fc\d+\.md\)", PAGE)) == {"FC902", "FC903", "FC932", "FC938"}
        gone = sh(
            "featurec --log-format json run", market.root, WAREHOUSE_URL="postgresql://127.0.0.1:1/x", ONLINE_URL="x"
        )
        (event,) = (json.loads(text) for text in gone.stdout.splitlines())
        assert (event["event"], event["code"]) == ("diagnostic", "FC902")
