"""What is installed: the files that ship beside the code, SQL skeletons and the project that `init` writes; releases."""

from functools import cache
from importlib.metadata import version
from pathlib import Path


def template_root() -> Path:
    """The shipped templates folder: ``featurec/_templates`` when installed, ``templates/`` in a checkout."""
    package = Path(__file__).resolve().parent
    shipped = package / "_templates"
    return shipped if shipped.is_dir() else package.parent / "templates"


@cache
def release(package: str) -> str:
    """The version of an installed package, whose description is read once."""
    return version(package)
