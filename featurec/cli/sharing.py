"""Two processes analyze a large project: each half of it, and what one finds out the other reads from its cache."""

import os
from collections.abc import Collection

from featurec.compiler import Loaded, analyze_project
from featurec.dialects.dialect import Dialect
from featurec.manifest import artifacts
from featurec.spec import FeatureView, Spine

WORTHWHILE = 200
"""Views below which a second process costs more than it saves."""


def share(loaded: Loaded, dialect: Dialect) -> None:
    """Fill the cache with all views that have no findings, and their SQL, half of them in a second process.

    Changes no result: what is missing in the cache afterwards is found out by whoever asks for it.
    """
    cache, project = loaded.cache, loaded.project
    if cache is None or not hasattr(os, "fork") or (os.cpu_count() or 1) < 2:
        return
    units: list[FeatureView | Spine] = [*project.views.values(), *project.spines.values()]
    names = [unit.name for unit in sorted(units, key=lambda unit: unit.file.path) if not cache.holds(unit)]
    if len(names) < WORTHWHILE:
        return
    middle = len(names) // 2
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _answer(loaded, names[middle:], dialect, writing)
    os.close(writing)
    _analyze(loaded, names[:middle], dialect)
    with open(reading, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    if status == 0:
        cache.merge(answer)


def _answer(loaded: Loaded, names: Collection[str], dialect: Dialect, pipe: int) -> None:
    """In the second process: write the filled cache and end, without the cleaning up that is the first one's."""
    status = 1
    try:
        with open(pipe, "wb") as file:
            file.write(_analyze(loaded, names, dialect))
        status = 0
    finally:
        os._exit(status)


def _analyze(loaded: Loaded, names: Collection[str], dialect: Dialect) -> bytes:
    assert loaded.cache is not None
    artifacts(analyze_project(loaded, names), dialect, "")
    return loaded.cache.dump()
