"""A session that only reads, and where the views live in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from featurec.compiler import AnalyzedProject, Physical
from featurec.engines.open import open_engine
from featurec.engines.protocol import Engine
from featurec.run.state import physical
from featurec.spec import Target


@contextmanager
def reading(analyzed: AnalyzedProject, target: Target) -> Iterator[tuple[Engine, Physical]]:
    """Open the target's offline store. Raises CannotOperate where it does not answer."""
    engine = open_engine(target, analyzed.project, Path(analyzed.project.root))
    try:
        fingerprints = {name: view.fingerprint for name, view in analyzed.views.items()}
        yield engine, physical(engine, fingerprints, analyzed.project.root)
    finally:
        engine.close()
