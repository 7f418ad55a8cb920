"""The tables of what ``sources import`` is pointed at."""

from pathlib import Path
from tempfile import TemporaryDirectory

from featurec.cli.dbt import read_manifest
from featurec.cli.opening import compiled, opened_target, secrets
from featurec.diagnostic import Diagnostic
from featurec.engines.open import open_engine
from featurec.engines.protocol import Access, StoredTable
from featurec.errors import CannotOperate
from featurec.report.console import Console
from featurec.spec import Project, SourceTable, Target

NAME_OF_FILE = b"DUCK"
"""What stands at offset 8 of every DuckDB database file."""


def imported_tables(console: Console, origin: str | None, root: Path, target: str | None) -> list[SourceTable]:
    """Tables of a target's warehouse (no origin), a Postgres URL, a dbt manifest or project, or a DuckDB file."""
    if origin is None:
        project = compiled(root, target, None, names=()).project
        return _declared(_tables(opened_target(console, project, target), project))
    if "://" in origin:
        named = Target("import", {"type": "postgres", "url": origin})
        console.hide(secrets(named))
        if not origin.startswith(("postgres://", "postgresql://", "postgresql+")):
            raise _unknown(origin.partition("://")[0] + "://…")
        return _declared(_tables(named, Project(root=str(root), name="import")))
    path = Path(origin)
    if path.is_dir():
        path = path / "target" / "manifest.json"
    if path.suffix == ".json":
        return read_manifest(path)
    if not path.is_file() or path.open("rb").read(12)[8:] != NAME_OF_FILE:
        raise _unknown(origin)
    with TemporaryDirectory() as spill:
        named = Target("import", {"type": "duckdb", "path": str(path.resolve())})
        return _declared(_tables(named, Project(root=spill, name="import")))


def _tables(target: Target, project: Project) -> list[StoredTable]:
    engine = open_engine(target, project, Path(project.root), Access())
    try:
        return engine.tables()
    finally:
        engine.close()


def _declared(tables: list[StoredTable]) -> list[SourceTable]:
    """Sources named after their schema."""
    return [SourceTable(t.schema, t.name, t.columns, table=t.name, schema=t.schema) for t in tables]


def _unknown(origin: str) -> CannotOperate:
    fix = "give a DuckDB file, a URL postgresql://user@host/database, or target/manifest.json of a dbt project"
    cause = "it is neither a DuckDB file, nor a Postgres URL, nor a dbt manifest"
    return CannotOperate([Diagnostic("FC958", f"`{origin}` cannot be imported", cause=cause, fix=fix)])
