"""Several processes that answer at one socket: started, started again where one dies, and ended together."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from types import FrameType

_FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_ENDING = (signal.SIGTERM, signal.SIGINT)
_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_AT_ONCE = 143
_CANNOT_OPERATE = 2
_SHORT_SECONDS = 1.0
"""A process that lived no longer is not started again before as long has passed."""


@contextmanager
def counting(count: int) -> Iterator[None]:
    """Have so many processes count together; prometheus_client reads where, once, when it is first imported."""
    if count == 1:
        yield
        return
    before = os.environ.get(_FOLDER)
    with TemporaryDirectory(prefix="featurec-metrics-") as folder:
        os.environ[_FOLDER] = folder
        try:
            yield
        finally:
            os.environ.pop(_FOLDER)
            if before is not None:
                os.environ[_FOLDER] = before


def serve_in(count: int, serve: Callable[[], int], died: Callable[[int, int], None]) -> int:
    """Run ``serve`` in so many processes until a signal ends them; the greatest of their exit codes.

    Args:
        serve: makes all that a process has of its own, and serves. Its exit code; 2 where it cannot, which ends all.
        died: told of a process that ended unasked and is started again: which, and its exit code, or minus the signal.
    """
    if count == 1:
        return serve()
    children: dict[int, float] = {}
    ending = False

    def forward(number: int, _frame: FrameType | None) -> None:
        nonlocal ending
        ending |= number in _ENDING
        for pid in list(children):
            os.kill(pid, number)

    before = {number: signal.signal(number, forward) for number in _FORWARDED}
    greatest = 0
    try:
        for _ in range(count):
            children[_started(serve)] = time.monotonic()
        while children:
            pid, status = os.wait()
            since = children.pop(pid)
            code = os.waitstatus_to_exitcode(status)
            if code == _CANNOT_OPERATE and not ending:
                ending = True
                for other in children:
                    os.kill(other, signal.SIGTERM)
            if ending:
                greatest = max(greatest, code if code >= 0 else _AT_ONCE)
                continue
            died(pid, code)
            time.sleep(max(0.0, _SHORT_SECONDS - (time.monotonic() - since)))
            if not ending:
                children[_started(serve)] = time.monotonic()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return greatest


def _started(serve: Callable[[], int]) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        for number in _FORWARDED:
            signal.signal(number, signal.SIG_DFL)
        code = serve()
        sys.stdout.flush()
    finally:
        os._exit(code)
