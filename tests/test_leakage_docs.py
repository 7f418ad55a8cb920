"""Each rule's example in docs/leakage.md has the finding that it is said to have, and none when it is corrected."""

import re
from pathlib import Path

import pytest

from featurec.compiler import Compilation, compile_project
from featurec.report.pages import pages

TEXT = (Path(__file__).resolve().parents[1] / "docs" / "leakage.md").read_text()
SECTIONS = re.findall(r"^### (FC\d{3}) (\S+)\n(.*?)(?=^### |\Z)", TEXT, re.MULTILINE | re.DOTALL)
EXAMPLES = {code: re.findall(r"^```diff\n(.*?)^```$", body, re.MULTILINE | re.DOTALL) for code, _, body in SECTIONS}
SHOWN = [code for code, diffs in EXAMPLES.items() if diffs]


def codes(folder: Path, diff: str, side: str) -> list[str]:
    """The findings of one side of an example."""
    sql = "".join(line[1:] for line in diff.splitlines(keepends=True) if line[0] in (" ", side))
    return [finding.code for finding in compiled(folder, sql).diagnostics]


def compiled(folder: Path, sql: str) -> Compilation:
    """A view of the page's tables."""
    (sources,) = re.findall(r"^```yaml\n(sources:.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    (folder / "features").mkdir()
    (folder / "featurec.yml").write_text("name: shop\n")
    (folder / "entities.yml").write_text("entities:\n  user: {join_keys: [{name: user_id, type: bigint}]}\n")
    (folder / "sources.yml").write_text(sources)
    (folder / "features" / "example.sql").write_text(f"/*---\nentities: [user]\ntimestamp: at\n---*/\n{sql}")
    return compile_project(folder)


@pytest.mark.parametrize("code", SHOWN)
def test_an_example_has_the_finding_that_it_is_about(code: str, tmp_path: Path) -> None:
    (diff,) = EXAMPLES[code]
    assert codes(tmp_path, diff, "-") == [code]


@pytest.mark.parametrize("code", SHOWN)
def test_a_corrected_example_has_none(code: str, tmp_path: Path) -> None:
    (diff,) = EXAMPLES[code]
    assert codes(tmp_path, diff, "+") == []


def test_a_comment_accepts_the_finding_that_it_names(tmp_path: Path) -> None:
    (sql,) = re.findall(r"^```sql\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    compilation = compiled(tmp_path, sql)
    assert compilation.diagnostics == ()
    assert [answered.finding.code for answered in compilation.suppressed] == ["FC305"]


def test_every_time_rule_is_told_of_under_its_name() -> None:
    assert [(code, name) for code, name, _ in SECTIONS] == [
        (page.code, page.name) for page in pages() if page.code.startswith("FC3")
    ]
    assert set(EXAMPLES) - set(SHOWN) == {"FC313"}
