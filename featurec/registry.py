"""Finds the members of a family: the modules of a folder, and what other packages add by entry point."""

from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from types import ModuleType


def members(package: str, group: str | None = None) -> dict[str, ModuleType]:
    """Import every module of a package and every module behind an entry point.

    Args:
        package: dotted name of the folder, such as ``featurec.dialects``.
        group: entry point group whose values name further modules, such as ``featurec.rules``.

    Returns:
        Module name without its package -> module, sorted by name. A member from outside replaces
        one of ours with the same name.
    """
    found = {
        info.name: import_module(f"{package}.{info.name}")
        for info in iter_modules(import_module(package).__path__)
        if not info.name.startswith("_")
    }
    if group:
        found |= {point.name: point.load() for point in entry_points(group=group)}
    return dict(sorted(found.items()))
