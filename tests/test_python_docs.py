"""docs/python.md says what the library does: its blocks are run, in their order, on the project that they speak of."""

import doctest
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

import featurec
from featurec.cli.app import main

TEXT = (Path(__file__).parent.parent / "docs" / "python.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def test_the_blocks_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_database: str) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "shop"]) == 0
    settings = Path("shop/featurec.yml")
    settings.write_text(settings.read_text().replace("url: embedded", f"url: '{postgres_database}'"))
    assert main(["run", "--project-dir", "shop"]) == 0
    names: dict[str, object] = {}
    for number, block in enumerate(BLOCKS):
        exec(compile(block, f"block {number} of docs/python.md", "exec"), names)
    assert isinstance(names["store"], featurec.FeatureStore)
    names["store"].close()


def test_every_public_method_is_on_the_page() -> None:
    for offered in (featurec.FeatureStore, featurec.RetrievalJob, featurec.OnlineResponse):
        public = [name for name in vars(offered) if not name.startswith("_")]
        assert [name for name in public if not re.search(rf"\b{name}\b", TEXT)] == [], offered.__name__
        assert [name for name in public if not getattr(offered, name).__doc__] == [], offered.__name__


def test_the_examples_of_docstrings_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_database: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "shop"]) == 0
    settings = Path("shop/featurec.yml")
    settings.write_text(settings.read_text().replace("url: embedded", f"url: '{postgres_database}'"))
    assert main(["run", "--project-dir", "shop"]) == 0
    with featurec.FeatureStore("shop") as store:
        known = {"featurec": featurec, "store": store, "datetime": datetime, "UTC": UTC, "Decimal": Decimal}
        runner = doctest.DocTestRunner()
        found = doctest.DocTestFinder(recurse=True).find(featurec.FeatureStore, "FeatureStore", globs=known)
        for test in found:
            runner.run(test)
        assert sum(len(test.examples) for test in found) >= 8
        assert runner.summarize().failed == 0
