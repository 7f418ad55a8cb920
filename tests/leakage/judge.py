"""What the checker says of a query over the tables of ``worlds``."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

from featurec.analysis.analyze import analyze
from featurec.compiler import Loaded, load_project
from featurec.diagnostic import Diagnostic, Severity
from featurec.source import SourceFile
from featurec.spec import FeatureView

Verdict = Literal["proved", "latest", "unproved", "refuted", "broken"]

_FILES = {
    "featurec.yml": "name: worlds\n",
    "entities.yml": "entities:\n  - {name: user, join_keys: [{name: k, type: integer}]}\n",
    "sources.yml": """
sources:
  raw:
    tables:
      events: {timestamp: ts, columns: {user_id: integer, amt: integer, ts: timestamp}}
      orders: {timestamp: created_at, columns: {user_id: integer, amt: integer, created_at: timestamp, closed_at: timestamp}}
      loads: {timestamp: loaded_at, columns: {user_id: integer, amt: integer, happened_at: timestamp, loaded_at: timestamp}}
      tiers: {timestamp: valid_from, valid_to: valid_to, columns: {user_id: integer, tier: integer, valid_from: timestamp, valid_to: timestamp}}
      tickets: {timestamp: opened_at, mutable: [solved_at], columns: {user_id: integer, weight: integer, opened_at: timestamp, solved_at: timestamp}}
      users: {static: true, columns: {user_id: integer, score: integer, born: timestamp}}
""",
}


class Judge:
    """Checks queries of one project, which is read once."""

    def __init__(self, folder: Path) -> None:
        for name, text in _FILES.items():
            (folder / name).write_text(text)
        self.loaded: Loaded = load_project(folder)

    def findings(self, sql: str) -> list[Diagnostic]:
        """Everything that compiling a view of the query finds."""
        view = FeatureView("view", SourceFile("features/view.sql", sql), 0, ("user",), "stamp")
        project = replace(self.loaded.project, views={"view": view})
        return analyze(project, replace(self.loaded.context, project=project))[1]

    def verdict(self, sql: str) -> Verdict:
        """``latest``: right, but only the newest row is kept."""
        return verdict_of(self.findings(sql))


def verdict_of(findings: list[Diagnostic]) -> Verdict:
    """The verdict that findings amount to."""
    if any(f.severity is Severity.ERROR and not f.code.startswith("FC3") for f in findings):
        return "broken"
    codes = {f.code for f in findings if f.code.startswith("FC3")}
    if not codes:
        return "proved"
    if any(f.severity is Severity.ERROR for f in findings if f.code.startswith("FC3")):
        return "refuted"
    return "latest" if codes == {"FC311"} else "unproved"
