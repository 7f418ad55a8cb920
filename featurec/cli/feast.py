"""A Feast repository, read from its folder, as the files of a project."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from featurec.codegen import render_sql
from featurec.diagnostic import Diagnostic
from featurec.engines.duckdb import open_files
from featurec.errors import CannotOperate, FeaturecError
from featurec.feast.convert import convert
from featurec.feast.reading import Repository
from featurec.feast.writing import files
from featurec.file_pattern import matching_only
from featurec.source import SourceFile

SETTINGS = "feature_store.yaml"


def converted(
    repository: Path, root: Path, name: str | None, default: str
) -> tuple[dict[str, str], Sequence[Diagnostic]]:
    """Path -> text of the project's files, and what was not converted.

    Args:
        root: the folder that they will be written into.
        name: of the project; None for the repository's, or ``default`` where it has none.

    Raises CannotOperate (FC954) where there is no Feast repository.
    """
    settings = repository / SETTINGS
    if not settings.is_file():
        inner = next(iter(sorted(repository.glob(f"*/{SETTINGS}"))), None)
        fix = f"--from-feast {inner.parent}" if inner else f"name the folder that holds {SETTINGS}"
        raise CannotOperate([Diagnostic("FC954", f"there is no {SETTINGS} in {repository}", fix=fix)])
    text = SourceFile(SETTINGS, settings.read_text(encoding="utf-8", errors="replace"))
    found = convert(Repository(repository), text, default, _schema)
    if name is not None:
        found = replace(found, project=default)
    return files(found, root), found.findings


def _schema(path: Path) -> Mapping[str, str] | None:
    """The columns of a data file with their types; None where it is not there, or cannot be read."""
    pattern = "*" in path.name
    if not (any(path.parent.glob(path.name)) if pattern else path.is_file()):
        return None
    session = open_files(sorted(path.parent.glob(path.name)) if pattern else [path])
    try:
        first = str(sorted(path.parent.glob(path.name))[0] if pattern else path)
        csv = first.lower().endswith((".csv", ".csv.gz"))
        relation = render_sql("ddl/file.sql", session.dialect, path=matching_only(first), csv=csv, columns=[], types={})
        return session.columns(relation)
    except FeaturecError:
        return None
    finally:
        session.close()
