"""Finds the engine of a target: the module of this folder, or the entry point, that is called like its type."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from featurec.diagnostic import Diagnostic, did_you_mean
from featurec.engines.protocol import Access, Engine
from featurec.errors import CannotOperate
from featurec.registry import members
from featurec.spec import Project, Target

_READING = Access()


def open_engine(target: Target, project: Project, root: Path, access: Access = _READING) -> Engine:
    """Open a session of the target's offline store.

    Raises CannotOperate: FC901 where no engine is called like ``type``; FC902, FC903, FC905, FC912 where the
    database does not answer, is held by another process, denies access, or is none.
    """
    name = target.type
    found = _ours(name) or _engines().get(name)
    if found is None:
        raise CannotOperate(
            [
                Diagnostic(
                    "FC901",
                    f"nothing here runs `{name}`, the offline store of target `{target.name}`",
                    target.span,
                    "SQL is compiled for more dialects than it can be run on",
                    did_you_mean(name, _engines()),
                )
            ]
        )
    engine: Engine = found.open_engine(target, project, root, access)
    return engine


def _ours(name: str) -> ModuleType | None:
    """The module of this folder, found without importing the others."""
    path = f"featurec.engines.{name}"
    if name == "open" or not name.isidentifier() or find_spec(path) is None:
        return None
    module = import_module(path)
    return module if hasattr(module, "open_engine") else None


def _engines() -> dict[str, ModuleType]:
    found = members("featurec.engines", "featurec.engines")
    return {name: module for name, module in found.items() if name != "open" and hasattr(module, "open_engine")}
