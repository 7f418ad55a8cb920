"""The point-in-time cases that live beside the repository: whoever wrote them did not write featurec."""

import csv
import importlib.util
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "cases" / "pit"


@dataclass(frozen=True)
class Case:
    """One folder: ``spec`` is its spec.yml."""

    folder: Path
    spec: dict[str, Any]

    @property
    def windowed(self) -> bool:
        """Whether it asks for windowed aggregations."""
        return any(view.get("aggregations") for view in self.spec["views"])

    def differences(self, answer: Path, without: Collection[str] = ()) -> list[str]:
        """What ``compare.py`` finds between the expected answer, but for some columns, and a Parquet file."""
        expected = answer.with_name("expected.csv")
        with (self.folder / self.spec["expected"]["file"]).open(newline="", encoding="utf-8") as file:
            lines = list(csv.DictReader(file))
        columns = {name: kind for name, kind in self.spec["expected"]["columns"].items() if name not in without}
        with expected.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(columns), extrasaction="ignore")
            writer.writeheader()
            writer.writerows(lines)
        found: list[str] = module("compare").compare(
            expected,
            answer,
            columns,
            float(self.spec["tolerance"]["rel"]),
            float(self.spec["tolerance"]["abs"]),
        )
        return found


def module(name: str) -> ModuleType:
    """``run.py`` or ``compare.py`` of the cases, imported by path."""
    spec = importlib.util.spec_from_file_location(f"pit_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def cases(windowed: bool | None = None) -> list[Any]:
    """The cases as pytest parameters; with ``windowed`` only those that do, or do not, ask for aggregations.

    Where there is no such folder: one parameter that skips, so that the absence shows.
    """
    if not FOLDER.is_dir():
        reason = "../shared/cases/pit is not beside this checkout"
        return [pytest.param(None, id="absent", marks=pytest.mark.skip(reason=reason))]
    found = [
        Case(f.parent, yaml.load(f.read_text(), yaml.CSafeLoader)) for f in sorted(FOLDER.glob("cases/*/spec.yml"))
    ]
    return [pytest.param(c, id=c.folder.name) for c in found if windowed in (None, c.windowed)]
