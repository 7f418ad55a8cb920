"""Deletes what commands have written inside a project, and nothing outside of it."""

import os
import shutil
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from featurec.diagnostic import Diagnostic
from featurec.engines.embedded_postgres import stop
from featurec.errors import CannotOperate
from featurec.project import load, resolve_target


def built_data(root: Path) -> list[Path]:
    """``.featurec`` and the DuckDB files of all targets that lie inside the project."""
    project, _ = load(root)
    state = root / ".featurec"
    targets = [resolve_target(project, name, os.environ)[0] for name in project.targets]
    paths = [t.offline.get("path") for t in targets if t and t.type == "duckdb"]
    files = [root / f"{path}{end}" for path in paths if isinstance(path, str) for end in ("", ".wal")]
    inside = (f for f in files if f.resolve().is_relative_to(root) and not f.is_relative_to(state))
    return [state, *dict.fromkeys(inside)]


def remove(root: Path, paths: Sequence[Path], keep: Collection[Path]) -> Iterator[tuple[Path, str]]:
    """Delete files and folders but for what is kept; yields what was deleted, relative, with its size.

    A link is removed, not what it points at. Raises CannotOperate where a file resists or the embedded
    server is in use.
    """
    for path in paths:
        if not os.path.lexists(path):
            continue
        freed = size(path)
        if path.name == ".featurec" and not stop(root):
            claim, fix = (
                "the embedded Postgres is in use by another command",
                "wait until that has ended, then clean again",
            )
            raise CannotOperate([Diagnostic("FC961", claim, fix=fix)])
        try:
            _delete(path, keep)
        except OSError as error:
            cause = f"{error.strerror}: {error.filename}"
            raise CannotOperate(
                [Diagnostic("FC957", f"cannot remove `{path.relative_to(root)}`", cause=cause)]
            ) from None
        if not path.exists() or path not in keep:
            yield path.relative_to(root), freed


def _delete(path: Path, keep: Collection[Path]) -> None:
    if path in keep:
        return
    if path.is_symlink() or not path.is_dir():
        path.unlink()
    elif any(kept.is_relative_to(path) for kept in keep):
        for child in sorted(path.iterdir()):
            _delete(child, keep)
    else:
        shutil.rmtree(path)


def size(path: Path) -> str:
    """``3.4 MB`` of a file or of all files in a folder; links count nothing."""
    files = path.rglob("*") if path.is_dir() and not path.is_symlink() else [path]
    number = float(sum(f.lstat().st_size for f in files if f.is_file() and not f.is_symlink()))
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"
