"""Work that is tried again after a fault that may pass: a lost connection, a deadlock, a serialization failure."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from featurec.errors import CannotOperate, FeaturecError

_FIRST = 0.5
_LONGEST = 8.0

T = TypeVar("T")


def attempts(work: Callable[[], T], retries: int, reopen: Callable[[], None]) -> tuple[T, int]:
    """What ``work`` returns, and at which attempt, counted from 1.

    Between attempts it waits for half a second, one, two and so on, each made longer or shorter at random by half, so that
    two runs do not meet again. ``reopen`` makes a lost session anew. The last error is raised as it is.
    """
    attempt = 1
    while True:
        try:
            return work(), attempt
        except FeaturecError as error:
            if not error.retryable or attempt > retries:
                raise
            fault: FeaturecError | None = error
        while fault is not None:
            time.sleep(min(_FIRST * 2 ** (attempt - 1), _LONGEST) * random.uniform(0.5, 1.5))
            attempt += 1
            fault = _reopened(reopen, attempt <= retries) if isinstance(fault, CannotOperate) else None


def while_moved(work: Callable[[], T], has_moved: Callable[[], bool]) -> T:
    """What ``work`` returns. Where it fails and what it reads has moved meanwhile, it is done once more."""
    while True:
        try:
            return work()
        except CannotOperate:
            raise
        except FeaturecError:
            if not has_moved():
                raise


def _reopened(reopen: Callable[[], None], again: bool) -> FeaturecError | None:
    """The error of a session that could not be opened yet, where it may be tried again."""
    try:
        reopen()
    except FeaturecError as error:
        if not error.retryable or not again:
            raise
        return error
    return None
