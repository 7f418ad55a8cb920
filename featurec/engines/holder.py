"""Since when a process holds a database file: DuckDB says which process, and the process itself since when, in a file beside it."""

import json
import os
from contextlib import suppress
from pathlib import Path

from featurec import clock

_SUFFIX = ".holder"


def announce(database: Path) -> None:
    """Say that this process holds the file from now on. Where that cannot be written, nobody will be told."""
    with suppress(OSError):
        _beside(database).write_text(json.dumps({"pid": os.getpid(), "since": clock.now().isoformat()}))


def withdraw(database: Path) -> None:
    """This process does not hold the file any more."""
    with suppress(OSError):
        _beside(database).unlink(missing_ok=True)


def held_since(database: Path, pid: str) -> str | None:
    """Since when the process has held it, for people; None where it did not say so."""
    try:
        said = json.loads(_beside(database).read_text())
        return str(said["since"])[:19].replace("T", " ") + " UTC" if str(said["pid"]) == pid else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _beside(database: Path) -> Path:
    return database.with_name(database.name + _SUFFIX)
