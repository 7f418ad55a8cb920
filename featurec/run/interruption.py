"""What a step that a signal has ended leaves: the signal may have come after its transaction ended."""

from featurec.engines.protocol import Engine
from featurec.errors import FeaturecError
from featurec.run.events import Step
from featurec.run.state import State

_EITHER = "interrupted: all of it is written, or nothing"


def left_by(step: Step, engine: Engine, fingerprint: str, view: str, run_id: str) -> str:
    """What is to be said of an interrupted step of a run, for people. ``fingerprint``: of what it was to build."""
    if step == "export":
        return _EITHER
    try:
        state = State(engine)
        tables = [version.table for version in state.versions(view) if version.fingerprint == fingerprint]
        written = any(write.run_id == run_id for table in tables for write in state.writes(table))
    except FeaturecError:
        return _EITHER
    return (
        f"interrupted: {'its rows are written, what follows is not done' if written else 'nothing of it was written'}"
    )
