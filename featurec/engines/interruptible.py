"""Long work that a signal ends at once, though drivers wait for servers, and DuckDB computes, without looking at signals."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, wait
from itertools import islice
from threading import Thread, current_thread, main_thread
from typing import TypeVar

_PATIENCE = 0.2
"""Seconds between two requests to stop; one may come before the query that it is to stop."""

T = TypeVar("T")


def interruptible(work: Callable[[], T], cancel: Callable[[], None]) -> T:
    """What ``work`` returns or raises. It runs in a thread, so that signals are dealt with meanwhile.

    When a signal's handler raises, ``cancel`` is called until the work has stopped; then the exception goes on.
    """
    if current_thread() is not main_thread():  # signals go to the main thread alone
        return work()
    future: Future[T] = Future()
    thread = Thread(target=_fulfil, args=(future, work), daemon=True)
    thread.start()
    try:
        return future.result()
    except BaseException:
        while not future.done():
            cancel()
            wait([future], _PATIENCE)
        raise
    finally:
        thread.join()


def interruptibly(items: Iterable[T], cancel: Callable[[], None]) -> Iterator[T]:
    """The items, each of them waited for as in ``interruptible``."""
    source = iter(items)
    while found := interruptible(lambda: list(islice(source, 1)), cancel):
        yield from found


def _fulfil(future: Future[T], work: Callable[[], T]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001  raised again where the result is asked for
        future.set_exception(error)
