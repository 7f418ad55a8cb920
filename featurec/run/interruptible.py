"""Long work of an engine that a signal ends at once, though drivers wait for servers without looking at signals."""

from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread
from typing import TypeVar

from featurec.engines.protocol import Engine

_PATIENCE = 0.2
"""Seconds between two requests to stop; one may come before the query that it is to stop."""

Result = TypeVar("Result")


def interruptible(engine: Engine, work: Callable[[], Result]) -> Result:
    """What ``work`` returns or raises. It runs in a thread, so that signals are dealt with meanwhile.

    When a signal's handler raises, the engine is asked to stop; the exception goes on once it has.
    """
    future: Future[Result] = Future()
    thread = Thread(target=_fulfil, args=(future, work), daemon=True)
    thread.start()
    try:
        return future.result()
    except BaseException:
        while not future.done():
            engine.cancel()
            wait([future], _PATIENCE)
        raise
    finally:
        thread.join()


def _fulfil(future: Future[Result], work: Callable[[], Result]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001  raised again where the result is asked for
        future.set_exception(error)
