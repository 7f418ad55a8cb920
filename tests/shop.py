"""A small project for tests of the compiler's middle: given some files, what analysis makes of it."""

from collections.abc import Mapping
from pathlib import Path

from featurec.analysis.analyze import analyze
from featurec.analysis.model import AnalyzedProject, AnalyzedView
from featurec.diagnostic import Diagnostic
from featurec.project import load
from featurec.template import TemplateContext
from tests.findings import without_time

FILES = {
    "featurec.yml": "name: shop\n",
    "entities.yml": """
entities:
  user: {join_keys: [{name: user_id, type: bigint}]}
  item: {join_keys: [{name: item_id, type: bigint}]}
""",
    "sources.yml": """
sources:
  shop:
    tables:
      orders:
        columns:
          order_id: bigint
          user_id: bigint
          item_id: bigint
          amount: double
          status: varchar
          tags: varchar[]
          info: struct(a integer, b varchar)
          created_at: timestamp
        timestamp: created_at
      users:
        columns: {user_id: bigint, country: varchar, signup_at: timestamp}
        timestamp: signup_at
      items:
        columns: {item_id: bigint, category: varchar, price: double}
        static: true
  log:
    timezone: Europe/Berlin
    tables:
      clicks:
        columns: {user_id: bigint, url: varchar, at: timestamp, seen: timestamptz, day: date}
        timestamp: at
""",
}


def view(sql: str, *, timestamp: str = "created_at", header: str = "", entities: str = "user") -> str:
    """A feature view's file."""
    return f"/*---\nentities: [{entities}]\ntimestamp: {timestamp}\n{header}\n---*/\n{sql}\n"


def analyzed(files: Mapping[str, str]) -> tuple[AnalyzedProject, list[Diagnostic]]:
    """The project of ``FILES`` with some files added or replaced, analyzed; findings of loading come first."""
    project, loading = load(Path("/no/such/folder"), {}, {**FILES, **files})
    result, findings = analyze(project, TemplateContext(project, "", "duckdb"))
    return result, [*loading, *findings]


def findings_of(files: Mapping[str, str]) -> list[Diagnostic]:
    """All findings of such a project."""
    return analyzed(files)[1]


def analyzed_view(
    sql: str, *, timestamp: str = "created_at", header: str = "", dialect: str = "duckdb"
) -> AnalyzedView:
    """One view without findings but of time."""
    text = view(sql, timestamp=timestamp, header=f"dialect: {dialect}\n{header}")
    result, findings = analyzed({"features/v.sql": text})
    others = without_time(findings)
    assert others == [], "\n".join(f"{d.code} {d.span} {d.claim}: {d.cause}" for d in others)
    return result.views["v"]


def only(files: dict[str, str]) -> Diagnostic:
    """The one finding of a project."""
    found = findings_of(files)
    assert len(found) == 1, "\n".join(f"{d.code} {d.span} {d.claim}" for d in found)
    return found[0]


def of_sql(sql: str, **header: str) -> Diagnostic:
    return only({"features/v.sql": view(sql, **header)})


def place(finding: Diagnostic) -> str:
    assert finding.span is not None
    return finding.span.text
