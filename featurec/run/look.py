"""A session that only reads, and where the views live in it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from featurec.compiler import AnalyzedProject, Physical
from featurec.engines.open import open_engine
from featurec.engines.protocol import Engine
from featurec.run.state import State, physical
from featurec.spec import Project, Target


@contextmanager
def reading(analyzed: AnalyzedProject, target: Target) -> Iterator[tuple[Engine, Physical]]:
    """Open the target's offline store. Raises CannotOperate where it does not answer."""
    engine = open_engine(target, analyzed.project, Path(analyzed.project.root))
    try:
        fingerprints = {name: view.fingerprint for name, view in analyzed.views.items()}
        yield engine, physical(engine, fingerprints, analyzed.project.root)
    finally:
        engine.close()


def last_runs(target: Target, project: Project) -> Mapping[str, datetime]:
    """View -> the instant of the last run that brought it up to date."""
    engine = open_engine(target, project, Path(project.root))
    try:
        return State(engine).last_success()
    finally:
        engine.close()
