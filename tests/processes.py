"""`featurec` in processes of their own, forked from one that has imported it.

Importing takes most of the time of a short command. Everything else is that of a process: its environment, its signals, its
sessions and its death.
"""

import atexit
import gc
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NoReturn, Self

from featurec.failpoint import VARIABLE

ROOT = Path(__file__).resolve().parents[1]
IMPORTED = (
    "featurec.cli.running",
    "featurec.engines.duckdb",
    "featurec.engines.postgres",
    "featurec.online.postgres",
    "sqlalchemy.dialects.postgresql",
)
"""What commands use, as long as it starts no threads: those would be missing after a fork."""
_STOPPED = "stopped"
_REQUEST_BYTES = 1 << 20


class Process:
    """A running `featurec`, which is killed at the end of the context; its output and its errors are one text."""

    def __init__(self, *words: object, failpoint: str = "") -> None:
        """``failpoint``: where it is to stop, as ``featurec.failpoint`` reads it."""
        self._said = os.memfd_create("said")
        self._status, told = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._status.settimeout(60)
        request = {"words": [str(word) for word in words], "environment": {**os.environ, VARIABLE: failpoint}}
        socket.send_fds(_origin(), [json.dumps(request).encode()], [self._said, told.fileno()])
        told.close()
        self.pid = int(self._told())
        self._code: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._code is None:
            with suppress(ProcessLookupError):  # it may have ended by itself
                os.kill(self.pid, signal.SIGKILL)
            self.ended()
        self._status.close()
        os.close(self._said)

    def stopped(self) -> None:
        """Until it stands still at its failpoint, whose action is ``stop``."""
        found = self._told()
        assert found == _STOPPED, (found, self._output())

    def ended(self) -> tuple[int, str]:
        """Exit code, or minus the number of the signal that ended it, and what it said."""
        while (found := self._told()) == _STOPPED:
            pass
        self._code = int(found)
        return self._code, self._output()

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def _told(self) -> str:
        return self._status.recv(100).decode()

    def _output(self) -> str:
        return os.pread(self._said, os.fstat(self._said).st_size, 0).decode()


def finished(*words: object, failpoint: str = "") -> tuple[int, str]:
    """Exit code and output of a command that is waited for."""
    with Process(*words, failpoint=failpoint) as running:
        return running.ended()


@cache
def _origin() -> socket.socket:
    """The socket to which one writes which command is to be forked. The process behind it ends with this one."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    words = [sys.executable, "-m", "tests.processes", str(theirs.fileno())]
    process = subprocess.Popen(words, cwd=ROOT, pass_fds=[theirs.fileno()])
    theirs.close()

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


@dataclass(frozen=True)
class _Request:
    words: list[str]
    environment: dict[str, str]
    output: int


def _requested(control: socket.socket) -> _Request | None:
    """In a new process what it is to do; in the origin None, at the end."""
    while True:
        message, files, _, _ = socket.recv_fds(control, _REQUEST_BYTES, 2)
        if not message:
            return None
        output, status = files
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            number = os.fork()
            if number:
                os.close(output)
                _tell(status, number)
            os.close(status)
            control.close()
            return _Request(**json.loads(message), output=output)
        os.close(output)
        os.close(status)


def _tell(status: int, number: int) -> NoReturn:
    """Tells the number of a child, each time that it stands still, and how it ends."""
    os.write(status, b"%d" % number)
    while True:
        _, found = os.waitpid(number, os.WUNTRACED)
        if not os.WIFSTOPPED(found):
            os.write(status, b"%d" % os.waitstatus_to_exitcode(found))
            os._exit(0)
        os.write(status, _STOPPED.encode())


def _run(request: _Request) -> int:
    for stream in (sys.stdout, sys.stderr):
        os.dup2(request.output, stream.fileno())
    os.close(request.output)
    os.environ.clear()
    os.environ.update(request.environment)
    # Whoever starts the tests in the background may have told them to ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = ["featurec", *request.words]
    from featurec.cli.app import main

    return main()


def _serve() -> int:
    for name in IMPORTED:
        import_module(name)
    assert len(os.listdir("/proc/self/task")) == 1
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that tell
    request = _requested(socket.socket(fileno=int(sys.argv[1])))
    return 0 if request is None else _run(request)


if __name__ == "__main__":
    sys.exit(_serve())
