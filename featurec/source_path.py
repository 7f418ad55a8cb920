"""Where a source's file may lie: inside the project, or in a folder that a target lists."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from featurec.diagnostic import Diagnostic
from featurec.source import Span

SUFFIXES = (".parquet", ".csv", ".csv.gz")


def check_path(path: str, span: Span | None, root: Path, folders: Sequence[str] = ()) -> list[Diagnostic]:
    """FC113 for a path that leaves the project, FC104 for a file that is neither Parquet nor CSV.

    Args:
        path: as written; ``*`` and ``?`` in the file's name match several files.
        root: absolute folder of the project.
        folders: further folders, absolute or relative to the root.
    """
    cause = _refusal(path, root, folders)
    if cause:
        fix = "put the file below the project's folder, or list its folder under `data_folders` of the target's offline store"
        return [Diagnostic("FC113", f"`{path}` is no path of this project", span, cause, fix)]
    if not path.lower().endswith(SUFFIXES):
        return [
            Diagnostic(
                "FC104",
                f"`{path}` is neither Parquet nor CSV",
                span,
                "files are read by their suffix",
                "use .parquet, .csv or .csv.gz",
            )
        ]
    return []


def _refusal(path: str, root: Path, folders: Sequence[str]) -> str | None:
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", path) or path.lower().startswith(("http:", "https:", "s3:", "file:")):
        return "it is a URL; sources are files of this machine or tables of the warehouse"
    if not path.isprintable():
        return "it holds a character that cannot be seen"
    if "\\" in path or re.match(r"[A-Za-z]:", path):
        return "paths are written with forward slashes and without a drive"
    if any(mark in part for part in path.split("/")[:-1] for mark in "*?["):
        return "`*` may stand in the file's name only"
    allowed = [os.path.realpath(root), *(os.path.realpath(root / folder) for folder in folders)]
    if path.startswith("~") or (path.startswith("/") and not folders):
        return "it is absolute"
    if ".." in path.split("/") and not folders:
        return "`..` leads out of the project"
    folder, name = os.path.split(path)
    where = (
        os.path.join(os.path.realpath(root / folder), name) if set(name) & set("*?[") else os.path.realpath(root / path)
    )
    if not any(os.path.commonpath([base, where]) == base for base in allowed):
        return "it leads out of the project"
    return None
