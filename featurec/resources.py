"""Where the files that ship beside the code lie: SQL skeletons and the project that `init` writes."""

from pathlib import Path


def template_root() -> Path:
    """The shipped templates folder: ``featurec/_templates`` when installed, ``templates/`` in a checkout."""
    package = Path(__file__).resolve().parent
    shipped = package / "_templates"
    return shipped if shipped.is_dir() else package.parent / "templates"
