"""How much of long work is done, asked of the engine while another thread waits for it."""

from collections.abc import Callable
from threading import Event, Thread
from types import TracebackType

from featurec.engines.protocol import Engine

Progress = Callable[[float | None], None]
"""Receives how much is done, from 0 to 1 and never less than before; None where work goes on of which that is not known.

It is called from another thread, one call at a time.
"""

_SECONDS = 0.5
"""Between two looks."""


class Watch:
    """A context in which ``steps`` statements of about the same length run, one after the other, in an engine's session.

    Where an exception ends it, 1 is not reached.
    """

    def __init__(self, engine: Engine, steps: int, progress: Progress) -> None:
        self._engine = engine
        self._steps = steps
        self._progress = progress
        self._done = 0
        self._told = 0.0
        self._stopped = Event()
        self._thread = Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Watch":
        self._progress(0.0)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._thread.join()
        if kind is None:
            self._progress(1.0)

    def step(self) -> None:
        """A statement has ended."""
        self._done += 1

    def _look(self) -> None:
        while not self._stopped.wait(_SECONDS):
            # What was done is read first: a statement that ends meanwhile is not counted twice.
            done, now = self._done, self._engine.progress()
            if now is None and not done:
                self._progress(None)
                continue
            fraction = min(1.0, (done + (now or 0.0)) / self._steps)
            if fraction > self._told:
                self._told = fraction
                self._progress(fraction)
