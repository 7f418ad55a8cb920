"""Two processes analyze a large project: each half of it, and what one finds out the other reads from its cache."""

import os
from collections.abc import Callable, Collection

from featurec.cache import Cache
from featurec.loading import Loaded
from featurec.spec import FeatureView, Spine

WORTHWHILE = 200
"""Views below which a second process costs more than it saves."""


def share(loaded: Loaded, work: Callable[[Collection[str]], object]) -> None:
    """Fill the cache with what ``work`` finds out, about half of the views in a second process.

    Changes no result: what is missing in the cache afterwards is found out by whoever asks for it.

    Args:
        work: analyzes the views and spines of these names with the loaded cache; what it returns is not looked at.
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
        _answer(cache, names[middle:], work, writing)
    os.close(writing)
    work(names[:middle])
    with open(reading, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    if status == 0:
        cache.merge(answer)


def _answer(cache: Cache, names: Collection[str], work: Callable[[Collection[str]], object], pipe: int) -> None:
    """In the second process: write the filled cache and end, without the cleaning up that is the first one's."""
    status = 1
    try:
        with open(pipe, "wb") as file:
            work(names)
            file.write(cache.dump())
        status = 0
    finally:
        os._exit(status)
